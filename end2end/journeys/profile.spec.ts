import { randomUUID } from 'node:crypto';
import { Outbox } from '../pages/outbox.ts';
import { Profile } from '../pages/profile.ts';
import { Settings } from '../pages/settings.ts';
import { Support } from '../pages/support.ts';
import { expectAccessibleDayAndNight, expectFits, expectLive } from '../support/checks.ts';
import { becomeAdmin } from '../support/admin.ts';
import { expect, test } from '../support/test.ts';

test('a profile is saved, and each problem is shown beside its field', async ({ page, trader }) => {
  expect(trader.email).toBeTruthy();
  const [settings, profile] = [new Settings(page), new Profile(page)];
  await settings.open();
  await page.getByTestId('profile-link').click();
  await expect(page).toHaveURL(/\/settings\/profile$/);
  await expectAccessibleDayAndNight(page);
  await expectLive(page);

  await profile.first.fill('Ada');
  await profile.last.fill('Doe123');
  await profile.country.selectOption('CA');
  await profile.zone.selectOption('America/Toronto');
  await profile.save.click();
  await profile.expectProblem(profile.last, 'Use letters, spaces, hyphens and apostrophes.');
  await expect(profile.first, 'nothing is typed twice').toHaveValue('Ada');
  await expect(profile.zone).toHaveValue('America/Toronto');
  await expectAccessibleDayAndNight(page);

  await profile.last.fill('O’Brien-Łukasz');
  await profile.language.selectOption('AR');
  await profile.save.click();
  await expect(profile.message).toHaveText('Profile saved.');
  await profile.open();
  await expect(profile.last).toHaveValue('O’Brien-Łukasz');
  await expect(profile.country).toHaveValue('CA');
  await expect(profile.language).toHaveValue('AR');
  await expect(profile.zone).toHaveValue('America/Toronto');

  await profile.last.fill('');
  await profile.zone.selectOption('');
  await profile.save.click();
  await expect(profile.message).toHaveText('Profile saved.');
  await expect(profile.last).toHaveValue('');
  await expect(profile.zone).toHaveValue('');
  await expect(profile.first).toHaveValue('Ada');
});

test('a support request reaches the admin, who closes it', async ({ page, desk, trader, elsewhere }) => {
  const [support, admin] = [new Support(page), new Support(elsewhere)];
  const subject = `Help ${randomUUID()}`;
  await support.open();
  await expect(page.getByText('No requests yet.')).toBeVisible();
  await support.send.click();
  await support.expectProblem(support.subject, 'This field is required.');
  await expectAccessibleDayAndNight(page);
  await becomeAdmin(elsewhere, desk);
  await support.ask(subject, 'First line\nsecond line');
  await expect(support.message).toHaveText("Request sent. We'll reply by e-mail.");
  await expect(support.ticket(subject)).toContainText('Open');
  await expectLive(page);

  const outbox = new Outbox(elsewhere);
  await outbox.open();
  await expect(outbox.mails.filter({ hasText: `Support: ${subject}` }).first()).toContainText('second line');
  await admin.openAll();
  await expect(admin.ticket(subject)).toContainText(trader.email);
  await expectAccessibleDayAndNight(elsewhere);
  await admin.close(subject);
  await expect(admin.message).toHaveText('Request closed.');
  await expect(admin.ticket(subject)).toContainText('Closed');
  await support.open();
  await expect(support.ticket(subject)).toContainText('Closed');
});

test('each key has its balance history', async ({ page, key }) => {
  await page.goto('/keys');
  await page.getByTestId('key-days').first().click();
  await expect(page).toHaveURL(new RegExp(`/keys/${key}$`));
  // The first day is recorded by a job that runs every quarter of a minute.
  await expect(async () => {
    await page.reload();
    await expect(page.getByTestId('day')).toHaveCount(1, { timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
  await expect(page.getByTestId('day')).toContainText('10,000.00');
  await expectLive(page);
  await expectFits(page);
  await expectAccessibleDayAndNight(page);
});
