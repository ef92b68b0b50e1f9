import { randomUUID } from 'node:crypto';
import { AdminStrategies, AdminStrategy, FanOut } from '../pages/admin.ts';
import { FollowPerformance, Follows, NewFollow } from '../pages/follows.ts';
import { Landing } from '../pages/landing.ts';
import { Execution, Strategies, Strategy } from '../pages/strategies.ts';
import { becomeAdmin } from '../support/admin.ts';
import { expectAccessibleDayAndNight, expectFits, expectLive } from '../support/checks.ts';
import { newPerson } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import { Program } from '../support/v1.ts';

/** A strategy for one journey only, so that it gets no other signals. */
const byHand = () => `By hand ${randomUUID().slice(0, 8)}`;

test('a follower sees what a follow earns; everyone sees the execution once three users copy', async ({
  page,
  trader,
  desk,
  elsewhere,
}) => {
  test.setTimeout(120_000);
  expect(trader.email).toBeTruthy();
  const [operate, one, fanOut] = [new AdminStrategies(elsewhere), new AdminStrategy(elsewhere), new FanOut(elsewhere)];
  const [begin, follows, earned] = [new NewFollow(page), new Follows(page), new FollowPerformance(page)];
  const [execution, strategy] = [new Execution(page), new Strategy(page)];
  const name = byHand();
  await becomeAdmin(elsewhere, desk);
  const id = await operate.make(name);
  await strategy.open(id);
  await strategy.execution.click();
  await expect(execution.withheld).toContainText('at least 3 users');
  await expectAccessibleDayAndNight(page);

  await begin.open(id);
  await begin.openSandbox.click();
  await begin.risk('moderate').check();
  await begin.start.click();
  const line = follows.line(name);
  await expect(line.open).toHaveText('0.00');
  for (let more = 0; more < 2; more += 1) {
    const follower = await Program.signUp(desk.url, newPerson());
    await follower.follow(id);
  }
  const landing = new Landing(elsewhere);
  await landing.open();
  const price = await landing.priceNow();
  await one.open(id);
  await one.enter('BUY', Math.round(price * 0.95), Math.round(price * 1.2));
  await expect(fanOut.count('OPEN')).toHaveText('3');

  await follows.open();
  await expect(line.open).toHaveText(/^[+−]?[\d,]+\.\d\d$/);
  await line.performance.click();
  await expect(earned.heading).toHaveText(`${name}: your performance`);
  await expect(earned.closed).toHaveText('0');
  await expect(earned.delay).toHaveText(/^[\d,]+ m?s$/);
  await expect(earned.slippage).toHaveText(/%/);
  await expect(earned.stop).toHaveText(new RegExp(`^${Math.round(price * 0.95).toLocaleString('en')}(\\.0)?$`));
  expect(Number((await earned.fees.innerText()).replace(',', ''))).toBeGreaterThan(0);
  await expect(page.getByText('The curve appears after the first closed trade.')).toBeVisible();
  await expectFits(page);
  await expectAccessibleDayAndNight(page);

  await earned.execution.click();
  await expect(execution.heading).toHaveText(`${name}: execution`);
  // The figures follow the signal within seconds.
  await expect(async () => {
    await page.reload();
    await expect(execution.figure('filled')).toHaveText(/^3 \(100\.0%\)$/, { timeout: 500 });
  }).toPass();
  await expect(execution.figure('entries')).toHaveText('3');
  await expect(execution.figure('delay')).toHaveText(/^[\d,]+ m?s$/);
  await expect(execution.signals).toHaveCount(1);
  await expect(execution.signals).toContainText('Open long');
  await expect(page.getByRole('main')).not.toContainText(trader.email);
  await expectFits(page);
  await expectAccessibleDayAndNight(page);

  await one.open(id);
  await one.leave();
  await follows.open();
  await expect(async () => {
    await page.reload();
    await expect(line.total).not.toHaveText('0.00', { timeout: 500 });
    await expect(line.root).not.toContainText('In position', { timeout: 500 });
  }).toPass();
  const total = await line.total.innerText();
  await line.performance.click();
  await expect(earned.total).toHaveText(total);
  await expect(earned.closed).toHaveText('1');
  await expect(earned.chart).toBeVisible();
  await expectFits(page);
  await expectLive(page);
});

test('anyone sorts and filters strategies without a script', async ({ page, desk }) => {
  const strategies = new Strategies(page);
  await strategies.open();
  // The backtests run soon after the first start.
  await expect(async () => {
    await page.goto(`${desk.url}/strategies?sort=drawdown`);
    await expect(strategies.list.first().getByRole('row', { name: 'Sharpe ratio' })).toContainText(/\d\.\d\d/, {
      timeout: 500,
    });
  }).toPass();
  await strategies.sort('drawdown', 'BTC/USDT');
  await expect(page).toHaveURL(/sort=drawdown&market=BTC%2FUSDT/);
  const rows = strategies.list.getByRole('row', { name: 'Max drawdown' });
  const falls = await rows.locator('td:nth-of-type(1)').allInnerTexts();
  const known = falls.map((fall) => Number.parseFloat(fall)).filter((fall) => !Number.isNaN(fall));
  expect(known.length).toBeGreaterThan(1);
  expect(known).toEqual([...known].sort((a, b) => a - b));
  await page.goto(`${desk.url}/strategies?market=NOPE%2FUSDT`);
  await expect(page.getByText('No strategies trade this market.')).toBeVisible();
  await page.goto(`${desk.url}/strategies?sort=nonsense`);
  await expect(strategies.card('EMA cross')).toBeVisible();
  await expectLive(page);
  await expectAccessibleDayAndNight(page);
});
