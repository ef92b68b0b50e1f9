import { Notices } from '../pages/notices.ts';
import { Reports } from '../pages/reports.ts';
import { Trade } from '../pages/trade.ts';
import { expectAccessibleDayAndNight, expectFits, expectLive } from '../support/checks.ts';
import { expect, test } from '../support/test.ts';

test('the bell counts what happens until it is opened', async ({ page, key }) => {
  const [trade, notices] = [new Trade(page), new Notices(page)];
  await notices.open();
  await expect(notices.items).toHaveCount(0);
  await expect(notices.unread).toBeHidden();
  await expectAccessibleDayAndNight(page);

  await trade.open(key);
  await expectLive(page);
  await trade.ticket.stop.fill(String(await trade.away(-8)));
  await trade.buy('0.05');
  await expect(trade.toasts.filter({ hasText: /Buy 0\.05 BTC\/USDT filled at/ })).toBeVisible();
  // An average of several fills ends at the market's tick, as every price does.
  await expect(trade.toasts.filter({ hasText: /filled at [\d,]+(\.\d)?(?![\d.,])/ })).toBeVisible();
  await expect(trade.orders).toHaveCount(1);
  await trade.close();
  await expect(
    trade.toasts.filter({ hasText: /Sell 0\.05 BTC\/USDT filled at [\d,.]+: [+−]?\d[\d,.]* USDT/ }),
    'closing states the result',
  ).toBeVisible();
  // The open page counts on, and a new one agrees with it.
  await expect(trade.bell).toHaveAccessibleName(/^Activity [1-9]\d* unread$/);
  await page.goto('/dashboard');
  await expect(notices.bell).toHaveAccessibleName(/^Activity [1-9]\d* unread$/);
  await notices.bell.click();
  await expect(notices.heading).toHaveText('Activity');
  const order = notices.items.filter({ hasText: /Buy 0\.05 BTC\/USDT filled at/ });
  await expect(order, 'one notice for all fills').toHaveCount(1);
  await expect(order).toContainText(/filled at [\d,]+(\.\d)?(?![\d.,])/);
  await expect(notices.items.filter({ hasText: /Sell 0\.05 BTC\/USDT filled at [\d,.]+: .* USDT/ })).toHaveCount(1);
  await expect(notices.items.first()).toContainText('New');
  await expectAccessibleDayAndNight(page);
  await page.setViewportSize({ width: 390, height: 800 });
  await expectFits(page);
  await expectLive(page);
});

test('reports: when the first arrives, and the week so far', async ({ page, key }) => {
  expect(key).not.toBe('');
  const reports = new Reports(page);
  await reports.open();
  await expect(reports.none).toContainText(/when this week ends: \d{4}-\d{2}-\d{2} 00:00 UTC/);
  await expectAccessibleDayAndNight(page);
  await expect(reports.settings).toHaveAttribute('href', '/settings/notifications');

  // The first figures take up to two minutes; worth.spec.ts checks them.
  await reports.openSoFar();
  await expect(reports.figures.or(reports.noFigures)).toBeVisible();
  await page.setViewportSize({ width: 390, height: 800 });
  await expectFits(page);
  await expectLive(page);
});
