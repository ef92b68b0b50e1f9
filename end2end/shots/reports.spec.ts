import { Notices } from '../pages/notices.ts';
import { Reports } from '../pages/reports.ts';
import { Trade } from '../pages/trade.ts';
import { expectLive } from '../support/checks.ts';
import { openSandbox, signUp } from '../support/person.ts';
import { alone, expect } from '../support/test.ts';
import { shoot } from './shoot.ts';

alone('notices, reports, and a report in the window of a mail', async ({ page, desk }) => {
  await signUp(page, desk.url);
  const [notices, reports, trade] = [new Notices(page), new Reports(page), new Trade(page)];
  await notices.open();
  await shoot(page, 'notices-empty');
  await reports.open();
  await shoot(page, 'reports-empty');
  const key = await openSandbox(page, desk.url);
  await trade.open(key);
  await expectLive(page);
  await trade.ticket.stop.fill(String(await trade.away(-8)));
  await trade.buy('0.05');
  await expect(trade.orders).toHaveCount(1);
  await page.goto('/dashboard');
  await shoot(page, 'bell');
  await notices.open();
  await shoot(page, 'notices');
  // The chart needs two points.
  await expect(async () => {
    await reports.openSoFar();
    await expect(page.getByTestId('equity-chart')).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 150_000 });
  await shoot(page, 'report');
  await page.goto('/report.html?id=so-far');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 600, height: 900 });
    await page.screenshot({
      path: `${process.env['SHOTS'] ?? 'test-results/shots'}/report-mail-600-${colorScheme}.png`,
      fullPage: true,
    });
  }
});
