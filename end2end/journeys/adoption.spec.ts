import { Dashboard } from '../pages/dashboard.ts';
import { Trade } from '../pages/trade.ts';
import { expectAccessibleDayAndNight, expectFits, expectLive } from '../support/checks.ts';
import type { Desk } from '../support/desk.ts';
import type { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import { Program } from '../support/v1.ts';

const ADOPTED = 'Position adopted. Slipstream supervises it from now on.';

/** A key with a position that Slipstream does not know: its account was disconnected in between. */
async function openElsewhere(desk: Desk, trader: Person): Promise<string> {
  const program = await Program.signIn(desk.url, trader);
  const account = await program.openSandbox();
  const before = await program.connect('Before', account);
  await program.place(before, { type: 'MARKET', side: 'BUY', amount: '0.05' });
  await program.disconnect(before);
  return program.connect('Adopting', account);
}

for (const width of [1440, 390]) {
  test(`a position opened elsewhere is adopted, then all are closed, at ${width}`, async ({ page, trader, desk }) => {
    await page.setViewportSize({ width, height: 900 });
    await openElsewhere(desk, trader);
    const [dashboard, trade] = [new Dashboard(page), new Trade(page)];
    await dashboard.open();
    await expectLive(page);
    await dashboard.adopt.click();
    await expect(trade.adopt).toBeVisible();
    await expect(trade.adoptLink, 'the position card leads there, too').toBeVisible();
    await expectFits(page);
    await expectAccessibleDayAndNight(page);

    await trade.adoptWith(await trade.away(8));
    const stop = trade.adopt.locator('[name="stopTriggerPrice"]');
    await trade.expectProblem(stop, /^The stop would trigger immediately\./);
    await trade.adoptWith(await trade.away(-8));
    await expect(trade.message).toHaveText(ADOPTED);
    await expect(trade.adopt).toHaveCount(0);
    await expect(trade.protection).toHaveText('Supervised by Slipstream');
    await expect(trade.ordersOf('stop_market')).toHaveCount(1);

    await dashboard.open();
    await expectLive(page);
    await dashboard.askToCloseAll();
    await expect(dashboard.question).toContainText('Close 1 position on Adopting at market, about ');
    await page.keyboard.press('Escape');
    await expect(dashboard.question).toBeHidden();
    await dashboard.closeAll();
    await expect(dashboard.message).toHaveText('All positions of the account are closed.');
    await expect(dashboard.closed).toHaveText(['BTC/USDT: closed.']);
    await expect(dashboard.positions).toHaveCount(0);
  });
}

test('the account menu closes with Esc and with a click outside', async ({ page, key }) => {
  expect(key).not.toBe('');
  const dashboard = new Dashboard(page);
  await dashboard.open();
  await dashboard.menu.locator('summary').click();
  await expect(dashboard.menu).toHaveAttribute('open');
  await page.keyboard.press('Escape');
  await expect(dashboard.menu).not.toHaveAttribute('open');
  await expect(dashboard.menu.locator('summary'), 'the focus is not lost').toBeFocused();
  await dashboard.menu.locator('summary').click();
  await dashboard.heading.click();
  await expect(dashboard.menu).not.toHaveAttribute('open');
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('a position opened elsewhere is adopted without a stop only when confirmed', async ({ page, trader, desk }) => {
    const key = await openElsewhere(desk, trader);
    const trade = new Trade(page);
    await trade.open(key);
    await page.getByTestId('adopt-submit').click();
    await expect(trade.adopt.locator('[name="stopTriggerPrice"]')).toHaveAttribute('aria-invalid', 'true');
    await page.getByTestId('adopt-no-stop').check();
    await page.getByTestId('adopt-submit').click();
    await expect(trade.message).toHaveText(ADOPTED);
    await expect(trade.protection).toHaveText('No stop loss (your choice)');
  });
});
