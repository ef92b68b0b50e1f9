import { Trade } from '../pages/trade.ts';
import { expectAccessible, expectFits, expectLive } from '../support/checks.ts';
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
  '/accounts',
  '/accounts/sub',
  '/history',
  '/history?of=trades',
  '/history?of=strategy',
  '/history?of=manual',
  '/follows',
  '/follows/panic',
  '/copies',
  '/plans',
  '/billing',
  '/settings',
  '/settings/api-clients',
  '/settings/notifications',
  '/telegram',
  '/settings/profile',
  '/confirm',
  '/support',
];

for (const width of WIDTHS) {
  test(`nothing sticks out at ${width} pixels`, async ({ page, watch }) => {
    watch.allow(/status of 404/);
    await page.setViewportSize({ width, height: 900 });
    for (const path of [...STRANGERS, '/nowhere']) {
      await page.goto(path);
      await expectFits(page);
    }
    await expectLive(page);
    await expectAccessible(page);
  });

  test(`nothing of a trader's sticks out at ${width} pixels`, async ({ page, key }) => {
    await page.setViewportSize({ width, height: 900 });
    const trade = new Trade(page);
    await trade.open(key);
    await expectLive(page);
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
}
