import { Dashboard } from '../pages/dashboard.ts';
import { Keys } from '../pages/keys.ts';
import { SignUp } from '../pages/sign-up.ts';
import { Trade } from '../pages/trade.ts';
import { expectLive } from '../support/checks.ts';
import { openSandbox, post, signUp } from '../support/person.ts';
import { alone, expect } from '../support/test.ts';
import { shoot } from './shoot.ts';

alone('every page', async ({ page, desk, watch }) => {
  watch.allow(/status of 4/);
  for (const [name, path] of [
    ['landing', '/'],
    ['sign-in', '/sign-in'],
    ['forgot', '/forgot'],
    ['reset', '/reset?token=none'],
    ['not-found', '/nowhere'],
  ] as const) {
    await page.goto(path);
    await expectLive(page);
    await shoot(page, name);
  }
  const up = new SignUp(page);
  await up.open();
  await up.send({ email: 'nobody', password: 'short' });
  await shoot(page, 'sign-up-problems');

  const person = await signUp(page, desk.url);
  const [dashboard, keys, trade] = [new Dashboard(page), new Keys(page), new Trade(page)];
  await dashboard.open();
  await expectLive(page);
  await shoot(page, 'dashboard-empty');
  await keys.open();
  await keys.add.send('A name that is much too long for it', { apiKey: 'x y', apiSecretKey: 'no' });
  await shoot(page, 'keys-problems');

  const key = await openSandbox(page, desk.url);
  await trade.open(key);
  await expectLive(page);
  await shoot(page, 'trade-empty');
  await trade.ticket.stop.fill(String(await trade.away(-1)));
  await trade.ticket.addTarget(await trade.away(1));
  await trade.ticket.addTarget(await trade.away(2));
  await trade.ticket.amount.fill('0.05');
  await shoot(page, 'trade-draft');
  await trade.buy('0.05');
  await expect(trade.orders).toHaveCount(3);
  await shoot(page, 'trade-position');
  for (const fold of ['move-stop', 'edit-targets', 'close-part', 'shortcuts']) {
    await page.getByTestId(fold).click();
  }
  await shoot(page, 'trade-manage');
  await page.keyboard.press('Escape');
  await trade.ticket.option('sizing', 'risk').click();
  await trade.ticket.option('stopTriggerType', 'LIMIT').click();
  await trade.ticket.stop.fill(String(await trade.away(3)));
  await page.getByTestId('close-position').click();
  await page.getByTestId('account-menu').locator('summary').click();
  await shoot(page, 'trade-busy');

  await dashboard.open();
  await shoot(page, 'dashboard');
  await keys.open();
  await page.locator('details.changes > summary').click();
  await page.getByTestId('sandbox-reset').click();
  await shoot(page, 'keys');
  await page.goto(`/keys/delete?id=${key}`);
  await shoot(page, 'key-delete');
  await page.goto('/history');
  await shoot(page, 'history-orders');
  await page.goto('/history?of=trades');
  await shoot(page, 'history-trades');
  await page.goto('/settings');
  await shoot(page, 'settings');
  await post(page, `${desk.url}/api/forgot`, { email: person.email });
  await desk.command('admin', person.email);
  await page.goto('/admin/outbox');
  await shoot(page, 'outbox');
});
