import { Dashboard } from '../pages/dashboard.ts';
import { Forgot } from '../pages/forgot.ts';
import { Outbox } from '../pages/outbox.ts';
import { People } from '../pages/people.ts';
import { Reset } from '../pages/reset.ts';
import { Settings } from '../pages/settings.ts';
import { SignIn } from '../pages/sign-in.ts';
import { SignUp } from '../pages/sign-up.ts';
import { expectAccessibleDayAndNight, expectLive } from '../support/checks.ts';
import { newPerson, signUp } from '../support/person.ts';
import { alone, expect, test } from '../support/test.ts';

test('sign up, sign out, sign in', async ({ page }) => {
  const [up, dashboard, inside, person] = [new SignUp(page), new Dashboard(page), new SignIn(page), newPerson()];
  await up.open();
  await expectAccessibleDayAndNight(page);
  await up.send(person);
  await expect(dashboard.heading).toHaveText('Dashboard');
  await expect(dashboard.openSandbox).toBeVisible();
  await expect(dashboard.firstSteps, 'only the first user of an install sees them').toHaveCount(0);
  await expectLive(page);
  await dashboard.signOut();
  await page.goto('/dashboard');
  await expect(page, 'a stranger is sent to sign in').toHaveURL(/\/sign-in\?next=%2Fdashboard$/);
  await expectAccessibleDayAndNight(page);
  await inside.send(person);
  await expect(page).toHaveURL(/\/dashboard$/);
  await expectLive(page);
});

test('a rejected sign-up shows the problem beside the field', async ({ page }) => {
  const up = new SignUp(page);
  await up.open();
  await up.send({ email: 'nobody', password: 'short' });
  await up.expectProblem(up.email, 'Enter an e-mail address, such as name@example.org.');
  await up.expectProblem(up.password, 'Use at least 10 characters.');
  await expect(up.email, 'what was typed is kept').toHaveValue('nobody');
  await expect(up.password, 'a secret is not').toHaveValue('');
  await expectAccessibleDayAndNight(page);
  await expectLive(page);
});

test('a wrong password and an unknown e-mail get the same answer', async ({ page, trader }) => {
  const inside = new SignIn(page);
  await inside.open();
  const answers: string[] = [];
  for (const email of [trader.email, newPerson().email]) {
    await inside.send({ email, password: 'not the password' });
    await expect(inside.email).toHaveValue(email);
    answers.push((await page.getByRole('main').innerText()).replaceAll(email, ''));
  }
  expect(answers[0]).toContain('E-mail or password is wrong.');
  expect(answers[1]).toBe(answers[0]);
  await expectLive(page);
});

test('signing in leads to the requested page, and never to another site', async ({ page, trader }) => {
  const inside = new SignIn(page);
  await page.context().clearCookies();
  await page.goto('/settings');
  await inside.send(trader);
  await expect(page).toHaveURL(/\/settings$/);
  await expectLive(page);
  await page.context().clearCookies();
  await inside.open('//evil.example/');
  await inside.send(trader);
  await expect(page).toHaveURL(/\/dashboard$/);
});

test('change the password', async ({ page, trader, elsewhere }) => {
  const there = new SignIn(elsewhere);
  await there.open();
  await there.send(trader);
  await expect(elsewhere).toHaveURL(/\/dashboard$/);

  const settings = new Settings(page);
  const password = newPerson().password;
  await settings.open();
  await settings.change('not the password', password);
  await settings.expectProblem(settings.current, "This isn't your current password.");
  await settings.change(trader.password, password);
  await expect(settings.message).toHaveText(/^Your password has been changed\. Your other sessions have ended/);
  await expectLive(page);

  await elsewhere.goto('/dashboard');
  await there.send(trader);
  await expect(elsewhere.getByText('E-mail or password is wrong.')).toBeVisible();
  await there.send({ ...trader, password });
  await expect(elsewhere).toHaveURL(/\/dashboard$/);
});

test('see the sessions, end one, sign out everywhere', async ({ page, trader, elsewhere }) => {
  const there = new SignIn(elsewhere);
  const enter = async () => {
    await there.open();
    await there.send(trader);
    await expect(elsewhere).toHaveURL(/\/dashboard$/);
  };
  await enter();

  const settings = new Settings(page);
  await settings.open();
  await expect(settings.sessions).toHaveCount(2);
  await expect(settings.sessions.filter({ hasText: 'This browser' })).toHaveCount(1);
  await expectAccessibleDayAndNight(page);
  await settings.sessions.filter({ hasText: 'A telephone' }).getByRole('button').click();
  await expect(settings.message).toHaveText('Session revoked.');
  await expect(settings.sessions).toHaveCount(1);
  await expectLive(page);
  await elsewhere.goto('/dashboard');
  await expect(elsewhere).toHaveURL(/\/sign-in/);

  await enter();
  await settings.endAll.click();
  await expect(page).toHaveURL(/\/sign-in/);
  for (const browser of [page, elsewhere]) {
    await browser.goto('/dashboard');
    await expect(browser).toHaveURL(/\/sign-in/);
  }
});

test('the theme is chosen and kept', async ({ page, trader }) => {
  expect(trader.email).toBeTruthy();
  const settings = new Settings(page);
  await settings.open();
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await settings.theme('light');
  const light = await background();
  await settings.theme('dark');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  expect(await background()).not.toBe(light);
  await page.goto('/');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expectLive(page);
});

alone('the first user becomes admin, and another regains access', async ({ page, desk, elsewhere, watch }) => {
  watch.allow(/status of 404/);
  const [dashboard, outbox] = [new Dashboard(page), new Outbox(page)];
  const admin = await signUp(page, desk.url);
  await dashboard.open();
  await expect(dashboard.firstSteps).toContainText(`slipstream admin ${admin.email}`);
  await expectAccessibleDayAndNight(page);
  expect((await page.goto('/admin/outbox'))?.status(), 'not admin yet').toBe(404);
  await desk.command('admin', admin.email);
  await dashboard.open();
  await expect(dashboard.firstSteps).toHaveCount(0);

  const forgetful = await signUp(elsewhere, desk.url);
  await elsewhere.context().clearCookies();
  const [forgot, reset, inside] = [new Forgot(elsewhere), new Reset(elsewhere), new SignIn(elsewhere)];
  await inside.open();
  await inside.forgot.click();
  await expectAccessibleDayAndNight(elsewhere);
  const answer = "If an account with this address exists, we've sent a link. It works for one hour.";
  for (const email of [newPerson().email, forgetful.email]) {
    await forgot.send(email);
    await expect(forgot.message).toHaveText(answer);
  }

  await outbox.open();
  await expect(outbox.mails, 'no mail goes to an unknown address').toHaveCount(1);
  await expect(outbox.mails.getByTestId('withheld'), 'a reset link is its reader’s alone').toBeVisible();
  await expect(page.getByText('/reset?token=')).toHaveCount(0);
  await expectAccessibleDayAndNight(page);
  await expectLive(page);
  const link = await desk.resetLink(forgetful.email);

  const password = newPerson().password;
  await reset.open(link);
  await expectAccessibleDayAndNight(elsewhere);
  await reset.send(password);
  await expect(inside.message).toHaveText('Your password has been changed. Sign in with the new one.');
  await inside.send({ ...forgetful, password });
  await expect(elsewhere).toHaveURL(/\/dashboard$/);
  await expectLive(elsewhere);

  await reset.open(link);
  await reset.send(newPerson().password);
  await expect(reset.message, 'a link works once').toContainText('This link has been used or has expired.');

  const people = new People(page);
  await people.open();
  await people.search(forgetful.email);
  await expectAccessibleDayAndNight(page);
  const person = people.person(forgetful.email);
  await person.suspend();
  await expect(people.person(forgetful.email).state).toHaveText('Suspended');
  await elsewhere.goto('/dashboard');
  await expect(elsewhere, 'their sessions have ended').toHaveURL(/\/sign-in/);
  await inside.send({ ...forgetful, password });
  await expect(inside.message).toContainText('This account is suspended.');
  await people.person(forgetful.email).unsuspend();
  await expect(people.person(forgetful.email).state).toHaveText('Active');
});
