import { Dashboard } from '../pages/dashboard.ts';
import { Copies, Follows, NewFollow, StopFollow } from '../pages/follows.ts';
import { History } from '../pages/history.ts';
import { SignUp } from '../pages/sign-up.ts';
import { Strategies } from '../pages/strategies.ts';
import { Trade } from '../pages/trade.ts';
import { newPerson } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

test.use({ javaScriptEnabled: false });

test('without scripts: sign up, open a paper account, trade, view the history', async ({ page }) => {
  const [up, dashboard, trade, history] = [new SignUp(page), new Dashboard(page), new Trade(page), new History(page)];
  await up.open();
  await up.send(newPerson());
  await dashboard.openSandbox.click();
  await expect(page).toHaveURL(/\/trade\?key=/);
  const key = new URL(page.url()).searchParams.get('key') ?? '';
  await expect(trade.connection, 'nothing pretends to be live').toHaveAttribute('data-state', 'connecting');

  await trade.ticket.amount.fill('0.05');
  await trade.ticket.stop.fill(String(await trade.away(5)));
  await trade.ticket.place.click();
  await trade.expectProblem(trade.ticket.stop, /^The stop would trigger immediately/);
  await expect(trade.ticket.amount, 'what was typed is kept').toHaveValue('0.05');

  await trade.ticket.stop.fill(String(await trade.away(-8)));
  await trade.ticket.addTarget(await trade.away(8));
  const { cost, entry } = await trade.ticket.preview();
  expect(cost).toBeCloseTo(entry * 0.05, 1);
  await trade.ticket.place.click();
  await expect(trade.message).toHaveText('Order placed.');
  await expect(trade.size).toHaveText('0.05 BTC');
  await expect(trade.orders).toHaveCount(2);

  await expect(trade.ticket.clears, 'another purchase shares the position').toBeHidden();
  await trade.release();
  await expect(trade.message).toContainText('no longer supervises this position');
  await trade.cancel(trade.ordersOf('stop_market'));
  await expect(trade.message).toHaveText('Order cancelled.');
  await expect(trade.orders).toHaveCount(1);
  await trade.setLeverage(7);
  await expect(trade.leverage).toHaveValue('7');
  await trade.close();
  await expect(trade.message).toHaveText('Position closed.');
  await expect(trade.noPosition).toBeVisible();

  await history.open(key);
  await expect(history.ordersOf('BUY', 'market')).toContainText('Filled');
  await history.tradesTab.click();
  await expect(history.tradesOf('SELL').first()).toBeVisible();
});

test('without scripts: size by the balance, manage the position, replace it', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await trade.ticket.share(25).click();
  await expect(trade.ticket.amount).toHaveValue(/^\d+\.\d+$/);
  await trade.ticket.amount.fill('0.04');
  await trade.ticket.stop.fill(String(await trade.away(-9)));
  await trade.ticket.place.click();
  await expect(trade.size).toHaveText('0.04 BTC');

  const moved = await trade.away(-5);
  await trade.moveStop(moved);
  await expect(trade.stop).toHaveText(moved.toLocaleString('en-GB'));
  await trade.moveStop(await trade.away(5));
  await trade.expectProblem(trade.newStop, /^The stop would trigger immediately/);
  const target = await trade.away(9);
  await trade.setTargets([{ price: target, share: 50 }]);
  await expect(trade.ordersOf('take_profit').or(trade.ordersOf('take_profit_market'))).toContainText('0.02');
  await trade.closeShare(50);
  await expect(trade.size).toHaveText('0.02 BTC');

  await trade.ticket.option('side', 'SELL').click();
  await trade.ticket.amount.fill('0.03');
  await trade.ticket.withoutStop.check();
  await trade.ticket.place.click();
  const box = trade.ticket.replace;
  await expect(trade.size, 'nothing is replaced unasked').toHaveText('0.02 BTC');
  await box.scrollIntoViewIfNeeded();
  const covered = await box.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return document.elementFromPoint(left + width / 2, top + height / 2) !== element;
  });
  expect(covered, 'nothing covers the box').toBe(false);
  await box.check();
  await trade.ticket.place.click();
  await expect(trade.size).toHaveText('0.03 BTC');
});

test('without scripts: two trades share a position, and one is closed', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await trade.ticket.amount.fill('0.04');
  await trade.ticket.stop.fill(String(await trade.away(-9)));
  await trade.ticket.place.click();
  await expect(trade.size).toHaveText('0.04 BTC');
  await expect(trade.sharedTrades).toHaveCount(0);

  await trade.ticket.amount.fill('0.02');
  await trade.ticket.stop.fill(String(await trade.away(-8)));
  await trade.ticket.place.click();
  await expect(trade.size).toHaveText('0.06 BTC');
  await expect(trade.sharedTrades).toHaveCount(2);
  await expect(trade.ordersOf('stop_market')).toHaveCount(2);
  const moved = await trade.away(-5);
  await trade.moveSharedStop(1, moved);
  await expect(trade.sharedTrades.nth(1)).toContainText(moved.toLocaleString('en-GB'));
  await trade.moveSharedStop(0, await trade.away(5));
  await expect(trade.sharedTrades.nth(0)).toContainText('The stop would trigger immediately');

  await trade.closeShared(0);
  await expect(trade.size).toHaveText('0.02 BTC');
  await expect(trade.sharedTrades).toHaveCount(0);
  await expect(trade.ordersOf('stop_market'), 'the other one keeps its stop').toHaveCount(1);
});

test('without scripts: let the stop move by itself', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await trade.ticket.amount.fill('0.04');
  await trade.ticket.stop.fill(String(await trade.away(-9)));
  await trade.ticket.place.click();
  await expect(trade.size).toHaveText('0.04 BTC');
  await trade.automate({ breakevenAfter: '1' });
  await trade.expectProblem(trade.automation('breakevenAfter'), /^Enter the number of one of this trade's take profits/);
  await trade.automate({ trailingPercent: '20', timeLimit: '90' });
  await expect(trade.message).toHaveText('Automation saved.');
  await expect(trade.automation('trailingPercent')).toHaveValue('20');
  await expect(trade.automation('timeLimit')).toHaveValue('90');
  await trade.automate({});
  await expect(trade.message).toHaveText('Automation saved.');
  await expect(trade.automation('trailingPercent')).toHaveValue('');
});

test('without scripts: add to a position, then reverse it', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await trade.ticket.amount.fill('0.04');
  await trade.ticket.stop.fill(String(await trade.away(-9)));
  await trade.ticket.place.click();
  await expect(trade.size).toHaveText('0.04 BTC');
  const stop = await trade.stop.innerText();

  await trade.add('0.02');
  await expect(trade.message).toHaveText('Position increased.');
  await expect(trade.size).toHaveText('0.06 BTC');
  await expect(trade.stop, 'the stop stays where it is').toHaveText(stop);

  await expect(trade.reverse).toHaveText('Reverse to short 0.06');
  await trade.reverse.click();
  await trade.reverseConfirmed.click();
  await expect(trade.message).toHaveText('Position reversed.');
  await expect(trade.position).toContainText('Short');
  await expect(trade.reverse).toHaveText('Reverse to long 0.06');
});

test('without scripts: copy a strategy, recalculate, pause, stop', async ({ page, trader }) => {
  expect(trader.email).toBeTruthy();
  const [strategies, begin, follows, copies] = [
    new Strategies(page),
    new NewFollow(page),
    new Follows(page),
    new Copies(page),
  ];
  await strategies.open();
  await strategies.card('Supertrend').getByTestId('follow').click();
  await begin.openSandbox.click();
  await expect(begin.form).toBeVisible();
  await begin.risk('aggressive').check();
  await begin.maxLeverage.fill('9');
  await expect(async () => {
    await begin.recalculate.click();
    await expect(begin.preview).toContainText('Risk', { timeout: 500 });
  }).toPass();
  await expect(begin.maxLeverage, 'what was typed is kept').toHaveValue('9');
  await expect(begin.risk('aggressive')).toBeChecked();
  await begin.start.click();
  const line = follows.line('Supertrend');
  await expect(line.root).toContainText('Aggressive · 3% per trade · max 9×');
  await line.pause.click();
  await expect(line.state).toHaveText('Paused by you');
  await copies.open();
  await copies.only('OPEN');
  await expect(page).toHaveURL(/status=OPEN/);
  await follows.open();
  await line.stop.click();
  await new StopFollow(page).yes.click();
  await expect(follows.message).toHaveText("You've stopped copying Supertrend.");
  await expect(follows.lines).toHaveCount(0);
});
