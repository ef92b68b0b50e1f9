import { Dashboard } from '../pages/dashboard.ts';
import { SignIn } from '../pages/sign-in.ts';
import { Trade } from '../pages/trade.ts';
import { expectLive, tabTo } from '../support/checks.ts';
import { openSandbox, signUp } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

test('without a mouse: sign in, go to the desk, order, close', async ({ page, desk }) => {
  const [inside, dashboard, trade] = [new SignIn(page), new Dashboard(page), new Trade(page)];
  const person = await signUp(page, desk.url);
  await openSandbox(page, desk.url);
  await page.context().clearCookies();
  const { keyboard } = page;

  await inside.open();
  await keyboard.press('Tab');
  await expect(inside.skip).toBeFocused();
  await keyboard.press('Enter');
  await tabTo(page, inside.email);
  await keyboard.type(person.email);
  await tabTo(page, inside.password);
  await keyboard.type(person.password);
  await keyboard.press('Enter');
  await expect(page).toHaveURL(/\/dashboard$/);

  const link = dashboard.nav('trade');
  await tabTo(page, link);
  await keyboard.press('Enter');
  await expect(trade.desk).toBeVisible();
  await expectLive(page);

  await tabTo(page, trade.ticket.form.locator('[name="side"][value="BUY"]'));
  await keyboard.press('ArrowRight');
  await expect(trade.ticket.place).toHaveText('Sell BTC');
  await tabTo(page, trade.ticket.amount);
  await keyboard.type('0.02');
  await tabTo(page, trade.ticket.stop);
  await keyboard.type(String(await trade.away(8)));
  await tabTo(page, trade.ticket.form.getByTestId('add-target'));
  await keyboard.press('Enter');
  const target = trade.ticket.target(0);
  await tabTo(page, target, 'Shift+Tab');
  await keyboard.type(String(await trade.away(-8)));
  await tabTo(page, trade.ticket.place);
  await keyboard.press('Enter');
  await expect(trade.size).toHaveText('0.02 BTC');
  await expect(trade.position).toHaveAttribute('data-side', /short/i);
  await expect(trade.orders).toHaveCount(2);

  await tabTo(page, page.getByTestId('close-position'));
  await keyboard.press('Enter');
  await expect(page.getByTestId('close-position-no')).toBeFocused();
  await tabTo(page, page.getByTestId('close-position-yes'), 'Shift+Tab');
  await keyboard.press('Enter');
  await expect(trade.noPosition).toBeVisible();
  await expect(dashboard.connection).toHaveAttribute('data-state', 'live');
});
