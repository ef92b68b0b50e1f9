import { Accounts, Rules, SubAccount } from '../pages/accounts.ts';
import { Profile } from '../pages/profile.ts';
import { expectAccessibleDayAndNight, expectLive } from '../support/checks.ts';
import { expect, test } from '../support/test.ts';

test('open a currency account, transfer funds, and see the transaction', async ({ page, desk, trader, key }) => {
  expect(key).toBeTruthy();
  const [accounts, rules] = [new Accounts(page), new Rules(page)];
  await accounts.open();
  await expect(accounts.exchange).toContainText('10,000.00');
  await accounts.openAccount('USDT');
  await expect(accounts.message).toHaveText('USDT account opened.');
  const card = accounts.card('USDT');
  const id = await card.locator('code').innerText();
  await expectLive(page);

  await accounts.move('to', '5');
  await accounts.expectProblem(accounts.amount, 'Your balance is too low.');
  await desk.command('admin', trader.email);
  await rules.open();
  await rules.credit(id, '250.5', 'A gift');
  await expect(rules.message).toHaveText('Account credited.');
  await expectAccessibleDayAndNight(page);

  await accounts.open();
  await expect(card.getByTestId('balance')).toHaveText('250.5');
  await accounts.move('to', '100');
  await expect(accounts.message).toHaveText('Transfer completed.');
  await expect(card.getByTestId('balance')).toHaveText('150.5');
  await accounts.move('from', '10000');
  await expect(accounts.message).toHaveText('Transfer completed.');
  await expect(card.getByTestId('balance')).toHaveText('10,150.5');
  await expect(accounts.transfers).toContainText('100 USDT · Transfer to exchange · Completed');
  await expectAccessibleDayAndNight(page);

  await card.getByRole('link').click();
  const rows = page.getByTestId('movement');
  await expect(rows).toHaveCount(3);
  await expect(rows.nth(0)).toContainText('Transfer from exchange');
  await expect(rows.nth(1)).toContainText('Transfer to exchange');
  await expect(rows.nth(2)).toContainText('A gift');
  await expectAccessibleDayAndNight(page);
});

test('the country decides the currencies', async ({ page, desk, trader }) => {
  const [accounts, rules] = [new Accounts(page), new Rules(page)];
  await desk.command('admin', trader.email);
  await rules.open();
  await rules.rule('BTC', 'NA', false);
  await expect(rules.message).toHaveText('Rule saved.');
  await accounts.open();
  await expect(page.getByTestId('country')).toContainText("isn't set, so South Africa applies");
  await page.getByTestId('country').getByRole('link').click();
  const profile = new Profile(page);
  await profile.country.selectOption('NA');
  await profile.save.click();
  await expect(profile.message).toHaveText('Profile saved.');
  await accounts.open();
  await expect(page.getByTestId('country')).toContainText('Your country is Namibia.');
  await expect(page.getByTestId('account-open').locator('option')).toHaveCount(9);
});

test('create a sub-account and edit it', async ({ page, trader }) => {
  expect(trader.email).toBeTruthy();
  const [accounts, sub] = [new Accounts(page), new SubAccount(page)];
  await accounts.open();
  await accounts.addSub.click();
  await sub.save.click();
  await sub.expectProblem(sub.field('account_name'), 'This field is required.');
  await sub.expectProblem(sub.field('street'), 'This field is required.');
  await expectAccessibleDayAndNight(page);
  await sub.fill({
    account_name: 'My Example Account',
    street: 'My Example Street',
    city: 'My Example City',
    postal_code: 'Example Code',
    identification_value: 'X 123',
  });
  await sub.field('country').selectOption('US');
  await sub.save.click();
  await sub.expectProblem(sub.field('state_or_province'), 'This field is required.');
  await expect(sub.field('street'), 'nothing is typed twice').toHaveValue('My Example Street');
  await sub.fill({ state_or_province: 'NY' });
  await sub.field('identification_type').selectOption('passport');
  await sub.save.click();
  await expect(accounts.message).toHaveText('Sub-account My Example Account created.');
  await expect(accounts.subs).toHaveCount(1);
  await expect(accounts.subs).toContainText('My Example City, United States');

  await accounts.subs.getByRole('link').click();
  await expect(sub.field('identification_type')).toHaveValue('passport');
  await sub.fill({ city: 'Albany' });
  await sub.field('status').selectOption('disabled');
  await sub.save.click();
  await expect(accounts.message).toHaveText('Sub-account My Example Account saved.');
  await expect(accounts.subs).toContainText('Albany, United States');
  await expect(accounts.subs).toContainText('Disabled');
  await expectLive(page);
});
