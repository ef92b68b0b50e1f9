import { Keys } from '../pages/keys.ts';
import { Trade } from '../pages/trade.ts';
import { expectLive } from '../support/checks.ts';
import { openSandbox, signUp } from '../support/person.ts';
import { alone, expect } from '../support/test.ts';
import { shoot } from './shoot.ts';

alone('protection and security pages', async ({ page, desk, watch }) => {
  watch.allow(/status of 4/);
  const person = await signUp(page, desk.url);
  const key = await openSandbox(page, desk.url);
  const [trade, keys] = [new Trade(page), new Keys(page)];
  await trade.open(key);
  await expectLive(page);
  await trade.ticket.amount.fill('0.03');
  await trade.ticket.place.click();
  await trade.expectProblem(trade.ticket.withoutStop, /stop loss/);
  await shoot(page, 'trade-without-stop');
  await trade.ticket.stop.fill(String(await trade.away(-8)));
  await trade.buy('0.03');
  await expect(trade.protection).toBeVisible();
  await page.getByTestId('release').click();
  await shoot(page, 'trade-release');
  await page.getByTestId('release-yes').click();
  await expect(trade.supervise).toBeVisible();
  await shoot(page, 'trade-released');
  await keys.open();
  await page.locator('details.changes > summary').click();
  await shoot(page, 'keys-unfolded');
  for (const [name, path] of [
    ['activity', '/settings/activity'],
    ['settings', '/settings'],
    ['not-me', '/not-me?token=none'],
  ] as const) {
    await page.goto(path);
    await shoot(page, `security-${name}`);
  }
  await desk.command('admin', person.email);
  for (const [name, path] of [
    ['people', '/admin/people'],
    ['audit', '/admin/audit'],
    ['outbox', '/admin/outbox'],
    ['maintenance', '/admin/maintenance'],
  ] as const) {
    await page.goto(path);
    await shoot(page, `security-${name}`);
  }
});
