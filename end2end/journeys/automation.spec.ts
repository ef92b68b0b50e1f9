import { Trade } from '../pages/trade.ts';
import { expectAccessibleDayAndNight, expectFits, expectLive, expectSameDocument, markDocument } from '../support/checks.ts';
import { expect, test } from '../support/test.ts';

for (const width of [1440, 390]) {
  test(`at ${width} pixels: an order is placed with its automation`, async ({ page, key, watch }) => {
    watch.allow(/status of 422/);
    await page.setViewportSize({ width, height: 900 });
    const trade = new Trade(page);
    const { ticket } = trade;
    await trade.open(key);
    await expectLive(page);
    await markDocument(page);
    if (width === 390) {
      await ticket.reveal();
    }
    await expect(ticket.automatic('trailingPercent'), 'the group is closed at first').toBeHidden();
    await ticket.stop.fill(String(await trade.away(-9)));
    await ticket.addTarget(await trade.away(9));
    await ticket.amount.fill('0.04');
    await ticket.automate({ breakevenAfter: '1', trailingPercent: '60' });
    await ticket.place.click();
    await expect(ticket.automaticProblem('trailingPercent')).toHaveText(/^Enter a distance from 0\.1 to 50 percent/);
    await expect(trade.noPosition, 'nothing was sent').toBeVisible();
    await expect(ticket.automatic('breakevenAfter'), 'what was typed is kept').toHaveValue('1');
    await expectAccessibleDayAndNight(page);
    await expectFits(page);

    await ticket.automate({ trailingPercent: '20', timeLimit: '600' });
    await trade.buy('0.04');
    await expect(trade.automation('breakevenAfter')).toHaveValue('1');
    await expect(trade.automation('trailingPercent')).toHaveValue('20');
    await expect(trade.automation('timeLimit')).toHaveValue('600');
    for (const name of ['breakevenAfter', 'trailingPercent', 'timeLimit'] as const) {
      await expect(ticket.automatic(name), 'the ticket is empty again').toHaveValue('');
    }
    await expectSameDocument(page);
  });
}

test('a stop can be triggered by the mark price from the beginning', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await trade.ticket.automate({});
  const trigger = trade.ticket.automation.locator('[name="trigger"]');
  await trigger.selectOption('mark');
  await trade.ticket.stop.fill(String(await trade.away(-9)));
  await trade.buy('0.04');
  await expect(trade.automation('trigger')).toHaveValue('mark');
  await expect(trigger, 'the next order has the default again').toHaveValue('last');
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('an order is placed with its automation', async ({ page, key }) => {
    const trade = new Trade(page);
    const { ticket } = trade;
    await trade.open(key);
    await ticket.amount.fill('0.04');
    await ticket.stop.fill(String(await trade.away(-9)));
    await ticket.automate({ breakevenAfter: '2', timeLimit: '90' });
    await ticket.addTarget(await trade.away(9));
    await expect(ticket.automatic('timeLimit'), 'kept by a request of the page').toHaveValue('90');
    await ticket.place.click();
    await expect(ticket.automaticProblem('breakevenAfter')).toHaveText(
      /^Enter the number of one of this trade's take profits/,
    );
    await ticket.automate({ breakevenAfter: '1' });
    await ticket.place.click();
    await expect(trade.size).toHaveText('0.04 BTC');
    await expect(trade.automation('breakevenAfter')).toHaveValue('1');
    await expect(trade.automation('timeLimit')).toHaveValue('90');
  });
});
