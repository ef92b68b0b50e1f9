import { Dashboard } from '../pages/dashboard.ts';
import { History } from '../pages/history.ts';
import { Trade } from '../pages/trade.ts';
import { expectAccessibleDayAndNight, expectLive } from '../support/checks.ts';
import { expect, test } from '../support/test.ts';

test('history lists orders and trades', async ({ page, key }) => {
  const [trade, history] = [new Trade(page), new History(page)];
  await history.open(key);
  await expect(page.getByText('No orders on this market yet.')).toBeVisible();

  await trade.open(key);
  await expectLive(page);
  await trade.ticket.stop.fill(String(await trade.away(-8)));
  await trade.buy('0.05');
  await expect(trade.orders).toHaveCount(1);
  await trade.close();
  await expect(trade.noPosition).toBeVisible();

  await history.open(key);
  const stop = history.ordersOf('SELL', 'stop_market');
  await expect(stop).toContainText(/Cancelled|Expired/);
  const entry = history.ordersOf('BUY', 'market');
  await expect(entry).toContainText('Filled');
  await expect(entry).toContainText('0.05');
  await expect(history.ordersOf('SELL', 'market')).toContainText('Filled');
  await expect(history.orders).toHaveCount(3);
  await expectAccessibleDayAndNight(page);
  await history.tradesTab.click();
  await expect(page).toHaveURL(/of=trades/);
  // A market order may walk the book and fill in parts.
  await expect(history.tradesOf('BUY').first()).toContainText('USDT');
  await expect(history.tradesOf('SELL').first()).toContainText('USDT');
  await expectAccessibleDayAndNight(page);
  await expectLive(page);
});

test('the dashboard shows what is open', async ({ page, key }) => {
  const [trade, dashboard] = [new Trade(page), new Dashboard(page)];
  await trade.open(key);
  await expectLive(page);
  await trade.ticket.stop.fill(String(await trade.away(-8)));
  await trade.buy('0.05');
  await expect(trade.orders).toHaveCount(1);
  await dashboard.open();
  await expect(dashboard.positions).toContainText('0.05');
  await expect(dashboard.orders).toHaveCount(1);
  expect(await dashboard.totalUsd()).toBeGreaterThan(9_900);
  expect(await dashboard.totalUsd()).toBeLessThan(10_100);
  await expectAccessibleDayAndNight(page);
  await expectLive(page);
});
