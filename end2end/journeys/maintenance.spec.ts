import { Maintenance } from '../pages/maintenance.ts';
import { expectAccessibleDayAndNight, expectFits, expectLive } from '../support/checks.ts';
import { signUp } from '../support/person.ts';
import { alone, expect } from '../support/test.ts';

alone('the admin closes the desk and opens it again', async ({ page, desk, elsewhere, watch }) => {
  watch.allow(/status of 503/);
  const admin = await signUp(page, desk.url);
  await desk.command('admin', admin.email);
  await signUp(elsewhere, desk.url);

  const maintenance = new Maintenance(page);
  await maintenance.open();
  await expect(maintenance.state).toHaveText('Maintenance mode is off.');
  await expectAccessibleDayAndNight(page);
  await maintenance.say('Back at 14:00 UTC.');
  await expectAccessibleDayAndNight(page);
  await expectLive(page);

  const closed = await elsewhere.goto('/dashboard');
  expect([closed?.status(), closed?.headers()['retry-after']]).toEqual([503, '60']);
  await expect(elsewhere.getByTestId('maintenance-message')).toHaveText('Back at 14:00 UTC.');
  await expectAccessibleDayAndNight(elsewhere);
  for (const width of [390, 768, 1440]) {
    for (const one of [page, elsewhere]) {
      await one.setViewportSize({ width, height: 900 });
      await expectFits(one);
    }
  }

  expect((await page.goto('/dashboard'))?.status(), 'the admin goes on').toBe(200);
  const banner = page.getByTestId('closed-banner');
  await expect(banner).toBeVisible();
  expect((await banner.boundingBox())?.height, 'a line, not half the page').toBeLessThan(60);
  await expectAccessibleDayAndNight(page);
  await expectFits(page);
  await maintenance.open();

  await maintenance.reopen.click();
  await expect(maintenance.state).toHaveText('Maintenance mode is off.');
  expect((await elsewhere.goto('/dashboard'))?.status()).toBe(200);
});
