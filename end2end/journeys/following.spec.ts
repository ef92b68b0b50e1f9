import { randomUUID } from 'node:crypto';
import { Copies, FollowPerformance, Follows, NewFollow, Panic, StopFollow } from '../pages/follows.ts';
import { History } from '../pages/history.ts';
import { Landing } from '../pages/landing.ts';
import { FanOut, AdminStrategies, AdminStrategy } from '../pages/admin.ts';
import { SignIn } from '../pages/sign-in.ts';
import { SignUp } from '../pages/sign-up.ts';
import { Strategies, Strategy } from '../pages/strategies.ts';
import {
  expectAccessibleDayAndNight,
  expectFits,
  expectLive,
  expectSameDocument,
  markDocument,
  numberIn,
} from '../support/checks.ts';
import { becomeAdmin } from '../support/admin.ts';
import { newPerson } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

const DEMO = ['EMA cross', 'Donchian breakout', 'RSI reversal', 'Supertrend'];

/** A strategy for one journey only, so that it gets no other signals. */
const byHand = () => `By hand ${randomUUID().slice(0, 8)}`;

test('anyone browses strategies; to follow one, a visitor signs up first', async ({ page }) => {
  const [landing, strategies, strategy] = [new Landing(page), new Strategies(page), new Strategy(page)];
  await landing.open();
  await landing.strategies.click();
  for (const name of DEMO) {
    await expect(strategies.card(name)).toContainText('Active');
  }
  const first = strategies.card('EMA cross');
  await expect(first).toContainText('BTC/USDT');
  await expect(first.getByRole('columnheader', { name: 'Backtest' })).toBeVisible();
  await expect(first.getByRole('columnheader', { name: 'Live' })).toBeVisible();
  await expectLive(page);
  await expectAccessibleDayAndNight(page);

  await first.getByRole('link', { name: 'EMA cross', exact: true }).click();
  await expect(strategy.heading).toHaveText('EMA cross');
  // Its backtest runs soon after the first start.
  await expect(async () => {
    await page.reload();
    await expect(strategy.curve('BACKTEST').getByRole('img')).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(strategy.figures.getByRole('row', { name: 'Win rate' })).toContainText('%');
  await expect(strategy.heat.first()).toContainText(/[+−]\d/);
  await expect(page.getByText('If a candle touches both stop and take profit, the stop counts.')).toBeVisible();
  await strategy.show('BACKTEST');
  await strategy.show('1M');
  await expect(strategy.ranges.first()).toContainText(/^\d{4}-\d{2}-01/);
  await strategy.show('LIVE');
  await strategy.show('1d');
  await expect(page).toHaveURL(/of=LIVE&by=1d/);
  await expectAccessibleDayAndNight(page);

  await strategy.follow.click();
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await new SignIn(page).signUp.click();
  await new SignUp(page).send(newPerson());
  await expect(page, 'and comes back to it').toHaveURL(/\/strategies\/[0-9a-f-]+\/follow/);
  await expect(new NewFollow(page).heading).toHaveText('Copy EMA cross');
  await expectLive(page);
});

test('copy a strategy, see a copied trade after a signal, change the risk, pause, panic', async ({
  page,
  trader,
  desk,
  elsewhere,
}) => {
  test.setTimeout(120_000);
  expect(trader.email).toBeTruthy();
  const [operate, one, fanOut] = [new AdminStrategies(elsewhere), new AdminStrategy(elsewhere), new FanOut(elsewhere)];
  const [begin, follows, copies] = [new NewFollow(page), new Follows(page), new Copies(page)];
  const name = byHand();
  await becomeAdmin(elsewhere, desk);
  const strategy = await operate.make(name);
  await expectLive(elsewhere);

  await follows.open();
  await expect(follows.empty).toBeVisible();
  await expectAccessibleDayAndNight(page);
  await begin.open(strategy);
  await expect(begin.empty).toContainText('You need an automated futures account');
  await expectAccessibleDayAndNight(page);
  await begin.openSandbox.click();
  await expect(begin.message).toContainText('Account Paper 1 (automated) opened');
  await expect(begin.preview).toContainText('The strategy has no trades to calculate from yet.');
  await begin.maxLeverage.fill('200');
  await begin.start.click();
  await begin.expectProblem(begin.maxLeverage, 'Enter a whole number from 1 to 125.');
  await begin.maxLeverage.fill('20');
  await begin.dailyLimit.fill('500');
  await begin.risk('moderate').check();
  await expectAccessibleDayAndNight(page);
  await begin.start.click();
  await expect(follows.message).toHaveText(`You're copying ${name}. Trading starts with its next signal.`);
  const line = follows.line(name);
  await expect(line.state).toHaveText('Copying');
  await expect(line.root).toContainText('Moderate · 2% per trade · max 20× · daily loss limit 500 USDT');
  await expectAccessibleDayAndNight(page);

  await copies.open();
  await expectLive(page);
  await markDocument(page);
  const landing = new Landing(elsewhere);
  await landing.open();
  const price = await landing.priceNow();
  await one.open(strategy);
  await one.enter('BUY', Math.round(price * 0.95), Math.round(price * 1.1), Math.round(price * 1.2));
  await expect(fanOut.count('OPEN')).toHaveText('1');
  await expect(fanOut.state).toContainText('All followers reached');
  await expectAccessibleDayAndNight(elsewhere);
  await expect(copies.rows).toHaveCount(1);
  await expect(copies.rows).toContainText('Open long BTC/USDT');
  await expect(copies.rows).toContainText('Open');
  await expectSameDocument(page);
  await expectAccessibleDayAndNight(page);
  await copies.only('SKIPPED');
  await expect(copies.rows).toHaveCount(0);

  await follows.open();
  await expect(line.root).toContainText('In position');
  await line.unfold();
  await line.risk('aggressive');
  await line.save.click();
  await expect(follows.message).toContainText(/^Settings for .+ saved\./);
  await expect(line.root).toContainText('Aggressive · 3% per trade');
  await line.pause.click();
  await expect(line.state).toHaveText('Paused by you');
  await line.resume.click();
  await expect(line.state).toHaveText('Copying');

  const panic = new Panic(page);
  await follows.panicAll.click();
  await expect(page.getByText('Closes all positions at market, including manual ones.')).toBeVisible();
  await expectAccessibleDayAndNight(page);
  await panic.yes.click();
  await expect(panic.heading).toHaveText('Panic button: results');
  await expect(panic.results).toContainText('BTC/USDT: orders cancelled, position closed.');
  await expectAccessibleDayAndNight(page);
  await panic.back.click();
  await expect(line.state).toHaveText('Paused by panic button');
  await copies.open('?status=CLOSED');
  await expect(copies.rows).toContainText('panic button');
  expect(Math.abs(numberIn(await copies.rows.locator('td').last().innerText()))).toBeGreaterThan(0);
  await expect(copies.rows.getByTestId('in-r')).toHaveText(/^[+−]?\d+\.\d\d R$/);

  const history = new History(page);
  await history.openPast('strategy');
  await expect(history.past).toHaveCount(1);
  await expect(history.past).toContainText(name);
  const wide = page.viewportSize() ?? { width: 1280, height: 720 };
  await page.setViewportSize({ width: 390, height: 800 });
  await expect(history.past.locator('.tight')).toBeVisible();
  await expect(history.past.locator('.tight')).toHaveText(/^BTC\/USDT · [\d.]+ BTC at [\d,.]+, \d+× · /);
  await expectFits(page);
  await page.setViewportSize(wide);
  await expectAccessibleDayAndNight(page);
  const [header, row, ...rest] = await history.download();
  expect(header).toMatch(/^time,key,strategy,symbol,side,price,amount,cost/);
  expect(row).toContain(`,${name},BTC/USDT,BUY,`);
  expect(rest).toEqual([]);
  await history.openPast('strategy', '&side=SELL');
  await expect(history.past).toHaveCount(0);

  await follows.open();
  const stop = new StopFollow(page);
  await line.stop.click();
  await expect(page.getByText('You have no open copied position.')).toBeVisible();
  await expectAccessibleDayAndNight(page);
  await stop.yes.click();
  await expect(follows.message).toHaveText(`You've stopped copying ${name}.`);
  await expect(follows.lines).toHaveCount(0);
  await expectLive(page);

  // Its results stay visible.
  await expect(follows.stopped).toHaveCount(1);
  await expectAccessibleDayAndNight(page);
  await follows.stopped.getByRole('link', { name }).click();
  const performance = new FollowPerformance(page);
  await expect(performance.stopped).toContainText('You stopped copying this strategy on');
  await expect(performance.closed).not.toHaveText('0');
});

test('the panic button of a manual account does not mention copy trading', async ({ page, key }) => {
  const panic = new Panic(page);
  await page.goto(`/follows/panic?key=${key}`);
  await expectLive(page);
  await expect(page.getByRole('main')).not.toContainText('Pauses copy trading');
  await panic.yes.click();
  await expect(panic.results).toHaveText(/No open orders or positions\.$/);
});

test('the admin connects an external signal source, pauses all copying, and closes all copied positions', async ({
  page,
  trader,
  desk,
  elsewhere,
  watch,
}) => {
  test.setTimeout(120_000);
  watch.allow(/status of 404/);
  expect(trader.email).toBeTruthy();
  const [operate, one, fanOut] = [new AdminStrategies(elsewhere), new AdminStrategy(elsewhere), new FanOut(elsewhere)];
  const [begin, follows, copies] = [new NewFollow(page), new Follows(page), new Copies(page)];
  await becomeAdmin(elsewhere, desk);
  await operate.open();
  await expectAccessibleDayAndNight(elsewhere);
  await operate.name.fill('No rules');
  await operate.definition.fill('{"entry": {"long": "whenever"}}');
  await operate.create.click();
  await operate.expectProblem(operate.definition, "These strategy rules aren't valid.");
  await expect(operate.definitionProblems).toBeVisible();
  const name = byHand();
  const strategy = await operate.make(name);
  await expectAccessibleDayAndNight(elsewhere);

  await one.rotate.click();
  const address = await one.hook.innerText();
  expect(address).toContain('/v1/hook/strategy/');
  await expect(one.alert).toContainText('{{strategy.market_position}}');
  await expect(one.alert, 'a partial exit is no entry').toContainText('{{strategy.order.action}}');
  await expectAccessibleDayAndNight(elsewhere);
  await one.open(strategy);
  await expect(one.hook, 'the address is shown once').toHaveCount(0);

  await begin.open(strategy);
  await begin.openSandbox.click();
  await begin.start.click();
  await expect(follows.line(name).state).toHaveText('Copying');

  const landing = new Landing(elsewhere);
  await landing.open();
  const price = await landing.priceNow();
  const alert = (fields: object) =>
    fetch(new URL(new URL(address).pathname, desk.url), {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: JSON.stringify(fields),
    });
  const entry = { action: 'buy', price: String(price), stop: price * 0.9, targets: [price * 1.3], id: randomUUID() };
  const [first, again] = [await alert(entry), await alert(entry)];
  expect([first.status, again.status]).toEqual([200, 200]);
  expect((await alert({ ...entry, id: randomUUID(), stop: '{{plot("stop")}}' })).status).toBe(422);
  await one.open(strategy);
  await expect(one.signals).toHaveCount(1);
  await expect(one.signals).toContainText('Webhook');
  await one.signals.getByRole('link').click();
  await expect(fanOut.count('OPEN')).toHaveText('1');

  await operate.open();
  await operate.switchCopies.click();
  await expect(operate.message).toHaveText('All copying is paused.');
  await follows.open();
  await expect(follows.line(name).root).toContainText('The next signal would be skipped: an admin paused all copying.');
  await operate.switchCopies.click();
  await expect(operate.message).toHaveText('Copying resumed.');

  await one.open(strategy);
  await one.leave();
  await expect(fanOut.count('CLOSED')).toHaveText('1');
  await copies.open();
  await expect(copies.rows).toHaveCount(2);
  await expect(copies.rows.filter({ has: page.locator('[data-side="BUY"]') })).toContainText('strategy signal');
  await expect(copies.rows.filter({ hasText: 'Position closed' })).toHaveCount(1);

  await one.open(strategy);
  await one.rotateAgain();
  await expect(one.hook).toBeVisible();
  expect((await alert({ ...entry, id: randomUUID() })).status, 'the old address opens nothing').toBe(404);
  const answer = await page.goto('/admin/strategies');
  expect(answer?.status(), "the admin's pages are not there for others").toBe(404);
  await expectLive(page);
});

test("another user's copied strategy is not found", async ({ page, trader, desk, elsewhere, watch }) => {
  watch.allow(/status of 404/);
  expect(trader.email).toBeTruthy();
  const [admin, begin, follows] = [new AdminStrategies(elsewhere), new NewFollow(page), new Follows(page)];
  await becomeAdmin(elsewhere, desk);
  const strategy = await admin.make(byHand());
  await begin.open(strategy);
  await begin.openSandbox.click();
  await begin.start.click();
  await expect(follows.lines).toHaveCount(1);
  const id = (await follows.lines.getAttribute('id'))?.replace('follow-', '') ?? '';
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect((await elsewhere.goto(`/follows/stop?id=${id}`))?.status()).toBe(404);
  await elsewhere.request.post(`${desk.url}/api/follow-pause`, {
    form: { id },
    headers: { accept: 'application/json', origin: desk.url },
  });
  await follows.open();
  await expect(follows.lines.getByTestId('follow-state')).toHaveText('Copying');
});
