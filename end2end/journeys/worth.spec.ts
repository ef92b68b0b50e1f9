import { Dashboard } from '../pages/dashboard.ts';
import { SignIn } from '../pages/sign-in.ts';
import { expectAccessibleDayAndNight, expectLive } from '../support/checks.ts';
import { expect, test } from '../support/test.ts';

// The last file of a run: by then the worker's elder mostly has the two points, a minute apart, that make a line.
test('the dashboard draws equity over time', async ({ page, shared }) => {
  test.setTimeout(180_000);
  const [inside, dashboard] = [new SignIn(page), new Dashboard(page)];
  await inside.open();
  await inside.send(shared.elder);
  await expect(page).toHaveURL(/\/dashboard$/);
  await expect(async () => {
    await dashboard.open();
    await expect(dashboard.equity).toBeVisible({ timeout: 100 });
  }).toPass({ timeout: 150_000, intervals: [2_000] });
  await expect(dashboard.equity).toHaveAttribute('aria-label', /^From 10,000\.\d\d to 10,000\.\d\d USD\.$/);
  await expectAccessibleDayAndNight(page);
  await expectLive(page);
});
