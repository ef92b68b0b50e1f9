import { Copies, Follows, NewFollow, Panic } from '../pages/follows.ts';
import { Landing } from '../pages/landing.ts';
import { AdminStrategies, AdminStrategy } from '../pages/admin.ts';
import { Strategies, Strategy } from '../pages/strategies.ts';
import { becomeAdmin } from '../support/admin.ts';
import { openSandbox, post, signUp } from '../support/person.ts';
import { alone, expect } from '../support/test.ts';
import { shoot } from './shoot.ts';

alone('the pages of following', async ({ page, desk, elsewhere, watch }) => {
  watch.allow(/status of 4/);
  const [strategies, strategy, begin] = [new Strategies(page), new Strategy(page), new NewFollow(page)];
  const [follows, copies] = [new Follows(page), new Copies(page)];
  const [operate, one] = [new AdminStrategies(elsewhere), new AdminStrategy(elsewhere)];
  await expect(async () => {
    await strategies.open();
    await expect(page.getByTestId('curve-BACKTEST').getByRole('img')).toHaveCount(4, { timeout: 500 });
  }).toPass();
  await shoot(page, 'strategies');
  await strategies.card('Donchian breakout').getByRole('link', { name: 'Donchian breakout', exact: true }).click();
  await expect(strategy.figures).toBeVisible();
  const demo = new URL(page.url()).pathname.split('/').pop() ?? '';
  await shoot(page, 'strategy');

  await signUp(page, desk.url);
  await begin.open(demo);
  await shoot(page, 'follow-no-key');
  await follows.open();
  await shoot(page, 'follows-empty');
  await copies.open();
  await shoot(page, 'copies-empty');
  await begin.open(demo);
  await begin.openSandbox.click();
  await begin.maxLeverage.fill('300');
  await begin.start.click();
  await shoot(page, 'follow-new');

  await becomeAdmin(elsewhere, desk);
  await operate.open();
  await operate.name.fill('No rules');
  await operate.definition.fill('{"entry": {"long": "whenever"}}');
  await operate.create.click();
  await shoot(elsewhere, 'admin-strategies');
  const name = 'An outside brain with a longer name';
  const id = await operate.make(name);
  const landing = new Landing(elsewhere);
  await landing.open();
  const price = await landing.priceNow();
  await begin.open(demo);
  await begin.start.click();
  await expect(follows.line('Donchian breakout').root).toBeVisible();
  await post(page, `${desk.url}/api/key-sandbox`, { strategyType: 'AUTOMATED' });
  await begin.open(id);
  await begin.maxLeverage.fill('20');
  await begin.dailyLimit.fill('500');
  await begin.risk('aggressive').check();
  await begin.start.click();
  await expect(follows.line(name).root).toBeVisible();
  await one.open(id);
  await one.enter('BUY', Math.round(price * 0.9), Math.round(price * 1.1), Math.round(price * 1.2));
  await expect(async () => {
    await elsewhere.reload();
    await expect(elsewhere.getByTestId('count-OPEN').locator('dd')).toHaveText('1', { timeout: 500 });
  }).toPass();
  await one.open(id);
  await one.enter('SELL', Math.round(price * 1.1), Math.round(price * 0.9));
  await elsewhere.waitForTimeout(2_000);
  await one.open(id);
  await one.enter('SELL', Math.round(price * 1.1), Math.round(price * 0.9));
  await elsewhere.waitForTimeout(2_000);
  await shoot(elsewhere, 'admin-signal');
  await one.open(id);
  await one.rotate.click();
  await shoot(elsewhere, 'admin-strategy');

  await follows.open();
  await follows.line(name).unfold();
  await shoot(page, 'follows');
  await follows.line(name).performance.click();
  await shoot(page, 'follow-performance');
  await page.goto(`/strategies/${id}/execution`);
  await shoot(page, 'strategy-execution');
  await copies.open();
  await shoot(page, 'copies');
  await follows.open();
  await follows.line(name).stop.click();
  await shoot(page, 'follow-stop');
  await openSandbox(page, desk.url);
  await page.goto('/dashboard');
  await shoot(page, 'dashboard-following');
  await page.goto('/follows/panic');
  await shoot(page, 'panic');
  await new Panic(page).yes.click();
  await shoot(page, 'panic-done');
  for (const of of ['strategy', 'manual']) {
    await page.goto(`/history?of=${of}`);
    await shoot(page, `history-${of}`);
  }
});
