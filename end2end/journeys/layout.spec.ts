import { Trade } from '../pages/trade.ts';
import { expectAccessible, expectApart, expectFits, expectLive } from '../support/checks.ts';
import { expect, test } from '../support/test.ts';

const WIDTHS = [390, 768, 1440];
const STRANGERS = [
  '/',
  '/docs',
  '/strategies',
  '/plans',
  '/maintenance',
  '/sign-up',
  '/sign-in',
  '/forgot',
  '/reset?token=none',
  '/unsubscribe',
  '/not-me',
];
const TRADERS = [
  '/dashboard',
  '/keys',
  '/trade',
  '/trade?closed=1',
  '/accounts',
  '/accounts/sub',
  '/history',
  '/history?of=trades',
  '/history?of=strategy',
  '/history?of=manual',
  '/follows',
  '/follows/panic',
  '/copies',
  '/rules',
  '/plans',
  '/billing',
  '/settings',
  '/settings/api-clients',
  '/settings/webhooks',
  '/settings/notifications',
  '/telegram',
  '/settings/profile',
  '/confirm',
  '/support',
];

for (const width of WIDTHS) {
  test(`pages fit at ${width} pixels`, async ({ page, watch }) => {
    watch.allow(/status of 404/);
    await page.setViewportSize({ width, height: 900 });
    for (const path of [...STRANGERS, '/nowhere']) {
      await page.goto(path);
      await expectFits(page);
    }
    await expectLive(page);
    await expectAccessible(page);
  });

  test(`a trader's pages fit at ${width} pixels`, async ({ page, key }) => {
    await page.setViewportSize({ width, height: 900 });
    const trade = new Trade(page);
    await trade.open(key);
    await expectLive(page);
    if (width < 960) {
      await expect(trade.ticket.form, 'the ticket is a closed sheet').toBeHidden();
      await trade.ticket.reveal();
    }
    await trade.ticket.stop.fill(String(await trade.away(-8)));
    for (const percent of [5, 7, 9]) {
      await trade.ticket.addTarget(await trade.away(percent));
    }
    await expectFits(page);
    await trade.buy('0.05');
    await expect(trade.orders).toHaveCount(4);
    await expectFits(page);
    await expectAccessible(page);
    for (const path of [...TRADERS, `/keys/${key}`, `/keys/delete?id=${key}`]) {
      const answer = await page.goto(path);
      expect(answer?.status(), path).toBe(200);
      await expectFits(page);
    }
    await expectLive(page);
  });

  test(`a toast covers no price, chooser or button at ${width} pixels`, async ({ page, key }) => {
    await page.setViewportSize({ width, height: 900 });
    const trade = new Trade(page);
    await trade.open(key);
    await expectLive(page);
    const phone = width < 960;
    if (phone) {
      await trade.ticket.reveal();
    }
    await trade.ticket.choose('SELL', 'LIMIT');
    await trade.ticket.price.fill(String(await trade.away(10)));
    await trade.ticket.amount.fill('0.02');
    await trade.ticket.withoutStop.check();
    await trade.ticket.place.click();
    const toast = trade.toasts.filter({ hasText: 'Sell 0.02 BTC/USDT open' });
    await expect(toast).toHaveCount(1);
    if (phone) {
      await expect(trade.ticket.form, 'the sheet closes with the order').toBeHidden();
      await expectApart(toast, trade.ticket.sheet);
      await trade.ticket.reveal();
    }
    for (const other of [trade.price, page.getByTestId('choosers'), trade.ticket.place]) {
      await expectApart(toast, other);
    }
  });
}

for (const width of [390, 360]) {
  test(`the navigation takes one line at ${width} pixels`, async ({ page, trader }) => {
    expect(trader.email).toBeTruthy();
    await page.setViewportSize({ width, height: 800 });
    await page.goto('/dashboard');
    await expectLive(page);
    const labels = page.locator('.nav a > span:visible');
    await expect(labels).toHaveText(['Dashboard', 'Strategies', 'Copying', 'Trade', 'Keys', 'History']);
    const lines = await labels.evaluateAll((spans) =>
      spans.map((span) => {
        const range = document.createRange();
        range.selectNodeContents(span);
        return range.getClientRects().length;
      }),
    );
    expect(lines).toEqual([1, 1, 1, 1, 1, 1]);
  });
}
