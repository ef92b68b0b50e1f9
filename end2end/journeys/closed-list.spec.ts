import { Trade } from '../pages/trade.ts';
import { expectAccessibleDayAndNight, expectFits, expectLive, expectSameDocument, markDocument } from '../support/checks.ts';
import { expect, test } from '../support/test.ts';

/** Opens and closes two positions, then shows the market's closed trades. */
async function close(trade: Trade, key: string): Promise<void> {
  await trade.open(key);
  for (const amount of ['0.02', '0.03']) {
    await trade.buy(amount);
    await trade.close();
    await expect(trade.noPosition).toBeVisible();
  }
  await expect(async () => {
    await trade.open(key);
    await trade.closedLink.click();
    await expect(trade.closed).toHaveCount(2, { timeout: 500 });
  }).toPass();
}

test('the closed trades of a market are sorted and filtered on its trade page', async ({ page, key }) => {
  const trade = new Trade(page);
  await close(trade, key);
  await expectLive(page);
  await trade.sortClosed('fees');
  await expect(page).toHaveURL(/closed=1.*sort=fees&order=desc/);
  await expect(trade.closed.first()).toContainText('0.03');
  await trade.sortClosed('fees');
  await expect(page).toHaveURL(/order=asc/);
  await expect(trade.closed.first()).toContainText('0.02');
  await expectAccessibleDayAndNight(page);
  await page.setViewportSize({ width: 390, height: 900 });
  await expectFits(page);
  await page.setViewportSize({ width: 1440, height: 900 });

  await trade.closedFilters.locator('[name="source"]').selectOption({ index: 1 });
  await trade.closedFilters.getByRole('button').click();
  await expect(page, 'the order stays').toHaveURL(/closed=1.*sort=fees&order=asc/);
  await expect(page).toHaveURL(new RegExp(`key=${key}`));

  await expectLive(page);
  await markDocument(page);
  await trade.setLeverage(7);
  await expect(trade.ticket.form).toBeVisible();
  await expect(page, 'an action changes nothing in the list').toHaveURL(/sort=fees&order=asc/);
  await expectSameDocument(page);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('an action leads back to the list as it was', async ({ page, key }) => {
    const trade = new Trade(page);
    await close(trade, key);
    await trade.sortClosed('fees');
    await trade.setLeverage(7);
    await expect(trade.leverage).toHaveValue('7');
    await expect(page).toHaveURL(/closed=1&sort=fees&order=desc/);
    await expect(trade.closed.first()).toContainText('0.03');
    await trade.ticket.addTarget(await trade.away(9));
    await expect(page, 'a request of the ticket, too').toHaveURL(/closed=1&sort=fees&order=desc/);
  });
});
