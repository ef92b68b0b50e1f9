import { ApiClients } from '../pages/api-clients.ts';
import { Settings } from '../pages/settings.ts';
import { expectAccessibleDayAndNight, expectLive } from '../support/checks.ts';
import { currencycloud, lumetrade, threecommas } from '../support/programs.ts';
import { expect, test } from '../support/test.ts';

test('create an API client, use it from apps, and revoke it', async ({ page, desk, key }) => {
  expect(key).toBeTruthy();
  const [settings, clients] = [new Settings(page), new ApiClients(page)];
  await settings.open();
  await page.getByTestId('api-clients').click();
  await expect(page).toHaveURL(/\/settings\/api-clients$/);
  await expect(page.getByText('No API clients yet.')).toBeVisible();
  await clients.name.fill('Bots');
  await clients.allow('ACCOUNTS_READ', 'ACCOUNTS_WRITE');
  await clients.make.click();
  await expect(clients.message).toContainText('Copy its secret now');
  const secrets = await clients.secrets();
  expect(secrets.secret).toMatch(/^[0-9a-f]{64}$/);
  await expectLive(page);
  await expectAccessibleDayAndNight(page);

  await page.reload();
  await expect(clients.once, 'the secret is shown once').toHaveCount(0);
  expect(await page.content()).not.toContain(secrets.secret);
  await expect(clients.list).toContainText('Never used');

  const [status, accounts] = await threecommas(desk.url, secrets, '/public/api/ver1/accounts');
  expect([status, accounts]).toMatchObject([200, [{ exchange_name: 'Binance Futures USDT-M', usd_amount: '10000.0' }]]);
  expect(await lumetrade(desk.url, secrets, '/accounts')).toEqual([200, []]);
  expect(await currencycloud(desk.url, secrets)).toBe(200);
  await page.reload();
  await expect(clients.list).toContainText('from 127.0.0.1');

  const { open, question, no } = clients.revocation('Bots');
  await open.click();
  await expect(question).toContainText('Revoke “Bots”?');
  await expect(no, 'the safe button has the focus').toBeFocused();
  await expectAccessibleDayAndNight(page);
  await no.click();
  await expect(question).toBeHidden();
  await open.press('Enter');
  await expect(question).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(question).toBeHidden();
  await expect(open, 'the focus returns').toBeFocused();
  await expect(clients.list).toHaveCount(1);
  await clients.revoke('Bots');
  await expect(clients.message).toHaveText('API client Bots revoked.');
  await expect(clients.list).toHaveCount(0);
  expect((await threecommas(desk.url, secrets, '/ver1/accounts'))[0]).toBe(401);
  expect((await lumetrade(desk.url, secrets, '/accounts'))[0]).toBe(401);
  expect(await currencycloud(desk.url, secrets)).toBe(401);
});

test('a value that cannot be used has its problem beside its field, and nothing is typed twice', async ({ page, trader }) => {
  expect(trader.email).toBeTruthy();
  const clients = new ApiClients(page);
  await clients.open();
  await clients.name.fill('x'.repeat(25));
  await clients.addresses.fill('10.0.0.0/8 nowhere');
  await clients.expires.fill('2020-01-01');
  await clients.rsa.fill('not a key');
  await clients.make.click();
  await clients.expectProblem(clients.name, 'Use 24 characters or fewer.');
  await expect(page.getByText('This field is required.')).toBeVisible();
  await clients.expectProblem(clients.addresses, /^Enter IP addresses such as/);
  await clients.expectProblem(clients.expires, 'Choose a future date.');
  await expect(clients.rsa).toHaveAttribute('aria-invalid', 'true');
  await expect(clients.rsa).toHaveValue('not a key');
  await clients.name.fill('Near');
  await clients.addresses.fill('10.0.0.0/8');
  await clients.expires.fill('2099-12-31');
  await clients.rsa.fill('');
  await clients.allow('ACCOUNTS_READ');
  await clients.make.click();
  await expect(clients.list).toContainText('IP whitelist: 10.0.0.0/8');
  await expect(clients.list).toContainText('Expires 2100-01-01 00:00 UTC');
});
