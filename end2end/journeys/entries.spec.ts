import { Trade } from '../pages/trade.ts';
import { expectAccessibleDayAndNight, expectFits, expectLive } from '../support/checks.ts';
import { expect, test } from '../support/test.ts';

for (const width of [1440, 390]) {
  test(`an OCO is placed and its entries are cancelled, at ${width}`, async ({ page, key }) => {
    await page.setViewportSize({ width, height: 900 });
    const trade = new Trade(page);
    await trade.open(key);
    await expectLive(page);
    const [low, high, stop] = [await trade.away(-4), await trade.away(4), await trade.away(-9)].map(String);
    const oco = { type: 'OCO', side: 'BUY', amount: '0.02', price: low, triggerPrice: high };
    await trade.placeFurther(oco);
    await expect(trade.entryForm, 'a position without a stop must be confirmed').toContainText('This field is required.');
    await expectFits(page);
    await expectAccessibleDayAndNight(page);
    await trade.entryForm.locator('[name="stopTriggerPrice"]').fill(stop);
    await page.getByTestId('entry-submit').click();

    await expect(trade.ordersOf('limit')).toHaveCount(1);
    await expect(trade.ordersOf('stop_market')).toHaveCount(1);
    await expect(trade.waiting).toContainText('while Slipstream is off, both orders can fill');
    await expect(trade.plan.first(), 'its stop loss is planned').toBeVisible();
    await expectFits(page);
    await expectLive(page);
    await trade.ordersOf('limit').getByTestId('cancel-order').click();
    await expect(trade.ordersOf('limit')).toHaveCount(0);
    await expect(trade.ordersOf('stop_market'), 'its owner has cancelled only one').toHaveCount(1);
  });
}

test('a limit close waits beside the stop loss and ends with the trade', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await trade.buy('0.05');
  const above = String(await trade.away(6));
  await trade.placeFurther({ type: 'LIMIT_CLOSE', side: 'SELL', amount: '0.02', price: above });
  await expect(trade.ordersOf('limit')).toHaveCount(1);
  await expect(trade.size, 'nothing has filled').toHaveText('0.05 BTC');
  await expectLive(page);
  await trade.close();
  await expect(trade.noPosition).toBeVisible();
  await expect(trade.ordersOf('limit')).toHaveCount(0);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('an order that is good till a date shows when it ends', async ({ page, key }) => {
    const trade = new Trade(page);
    await trade.open(key);
    const [low, stop] = [await trade.away(-4), await trade.away(-9)].map(String);
    const dated = { type: 'LIMIT', side: 'BUY', amount: '0.02', price: low, stopTriggerPrice: stop };
    await trade.placeFurther({ ...dated, goodTillHours: '0.1' });
    await expect(trade.entryForm.locator('[name="goodTillHours"]')).toHaveAttribute('aria-invalid', 'true');
    await expect(trade.entryForm.locator('[name="price"]'), 'nothing is lost').toHaveValue(low);
    await trade.entryForm.locator('[name="goodTillHours"]').fill('2');
    await page.getByTestId('entry-submit').click();
    await expect(trade.waiting).toContainText('The exchange cancels it at ');
  });
});
