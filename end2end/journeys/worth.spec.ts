import { Dashboard } from '../pages/dashboard.ts';
import { Reports } from '../pages/reports.ts';
import { SignIn } from '../pages/sign-in.ts';
import { expectAccessible, expectAccessibleDayAndNight, expectFits, expectLive } from '../support/checks.ts';
import { expect, test } from '../support/test.ts';

// The last file of a run: by then the worker's `elder` usually has the two points, a minute apart, that a
// line needs.
test('the dashboard draws the profit over time, and the week has its figures', async ({ page, shared }) => {
  test.setTimeout(180_000);
  const [inside, dashboard] = [new SignIn(page), new Dashboard(page)];
  await inside.open();
  await inside.send(shared.elder);
  await expect(page).toHaveURL(/\/dashboard$/);
  await expect(async () => {
    await dashboard.open();
    await expect(dashboard.equity).toBeVisible({ timeout: 100 });
  }).toPass({ timeout: 150_000, intervals: [2_000] });
  await expect(dashboard.equity).toHaveAttribute(
    'aria-label',
    /^Profit from 0\.00 to 0\.00 USD, less deposits and withdrawals\.$/,
  );
  await expectAccessibleDayAndNight(page);
  await expectLive(page);

  const reports = new Reports(page);
  await reports.openSoFar();
  await expect(reports.figures).toContainText('Ending balance');
  await expectAccessibleDayAndNight(page);
  await page.setViewportSize({ width: 390, height: 800 });
  await expectFits(page);
  const address = await reports.asMailed.getAttribute('href');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const answer = await page.goto(address ?? '');
    expect(answer?.status()).toBe(200);
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Weekly report');
    await expectAccessible(page);
    await expectFits(page);
  }
});
