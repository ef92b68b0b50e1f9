import { Trade } from '../pages/trade.ts';
import { expectContrast, expectLive } from '../support/checks.ts';
import { expect, test } from '../support/test.ts';

test('texts have the contrast of level AAA, day and night', async ({ page, key }) => {
  test.setTimeout(120_000);
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await trade.ticket.stop.fill(String(await trade.away(-9)));
  await trade.buy('0.04');
  await expect(trade.orders).toHaveCount(1);
  await expectContrast(page);
  for (const path of [
    '/dashboard',
    '/strategies',
    '/follows',
    '/accounts',
    '/history?of=closed',
    '/keys',
    '/rules',
    '/notices',
    '/settings',
    '/billing',
    '/plans',
  ]) {
    await page.goto(path);
    await expectContrast(page);
  }
});
