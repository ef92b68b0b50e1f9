import { Trade } from '../pages/trade.ts';
import {
  expectAccessibleDayAndNight,
  expectWholeAccessibleDayAndNight,
  expectLive,
  expectSameDocument,
  markDocument,
  numberIn,
} from '../support/checks.ts';
import { post } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

test('a market order with stop and take profits: previewed, filled, and live without a reload', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await markDocument(page);
  await trade.ticket.amount.fill('0.05');
  await trade.ticket.stop.fill(String(await trade.away(-8)));
  const targets = [await trade.away(6), await trade.away(9)];
  for (const target of targets) {
    await trade.ticket.addTarget(target);
  }

  const seen = await trade.ticket.preview();
  const leverage = Number(await trade.leverage.inputValue());
  expect(seen.cost).toBeCloseTo(seen.entry * 0.05, 1);
  expect(seen.margin).toBeCloseTo(seen.cost / leverage, 1);
  expect(seen.fee).toBeCloseTo(seen.cost * 0.0005, 1);
  expect(numberIn(seen.loss)).toBeLessThan(-seen.cost * 0.07);
  expect(seen.gains).toHaveLength(2);
  for (const [index, gain] of seen.gains.entries()) {
    const share = 0.025 * ((targets[index] ?? 0) - seen.entry);
    expect(Math.abs(gain - share), 'the gain is the share of the way, less fees').toBeLessThan(1);
  }
  await expectWholeAccessibleDayAndNight(page);

  await trade.ticket.place.click();
  await expect(trade.ticket.notice).toHaveText('Order placed.');
  await expect(trade.size).toHaveText('0.05 BTC');
  await expect(trade.position).toHaveAttribute('data-side', /long/i);
  await expect(trade.orders).toHaveCount(3);
  await expect(trade.ordersOf('take_profit').or(trade.ordersOf('take_profit_market'))).toHaveCount(2);
  await expect(trade.ordersOf('stop_market')).toHaveCount(1);
  await expect(trade.toasts.filter({ hasText: /Buy 0\.05 BTC\/USDT filled at/ })).toBeVisible();
  await expect(trade.liquidation).not.toBeEmpty();
  const mark = await trade.mark.innerText();
  await expect.poll(() => trade.mark.innerText(), { message: 'the mark price does not change' }).not.toBe(mark);
  await expect(trade.pnl).toHaveText(/^[+−]?[\d,]+\.\d\d USDT$/);
  await expectSameDocument(page);
  await expectWholeAccessibleDayAndNight(page);
});

test('a limit order rests until it is cancelled', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await markDocument(page);
  await trade.ticket.choose('SELL', 'LIMIT');
  const price = await trade.away(10);
  await trade.ticket.price.fill(String(price));
  await trade.ticket.amount.fill('0.02');
  await trade.ticket.withoutStop.check();
  await expect(trade.ticket.place).toHaveText('Sell BTC');
  await trade.ticket.place.click();
  const resting = trade.ordersOf('limit');
  await expect(resting).toHaveCount(1);
  await expect(resting).toContainText(price.toLocaleString('en-GB'));
  await expect(trade.noPosition).toBeVisible();
  await trade.cancel(resting);
  await expect(trade.noOrders).toBeVisible();
  await expect(resting).toHaveCount(0);
  await expect(trade.toasts.filter({ hasText: 'cancelled' })).toBeVisible();
  await expectSameDocument(page);
});

test('a trailing stop waits for its price', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await markDocument(page);
  await trade.ticket.choose('BUY', 'LIMIT');
  await expect(trade.ticket.price).toHaveAccessibleName('Price');
  await trade.ticket.choose('BUY', 'TRAILING_STOP');
  await expect(trade.ticket.price).toHaveAccessibleName('Activation price');
  await expect(trade.ticket.stop, 'a trailing stop takes no stop').toBeHidden();
  await trade.ticket.price.fill(String(await trade.away(-9)));
  await trade.ticket.amount.fill('0.02');
  await trade.ticket.callback.fill('1.5');
  await trade.ticket.place.click();
  await expect(trade.ordersOf('trailing_stop_market')).toHaveCount(1);
  await trade.cancel(trade.ordersOf('trailing_stop_market'));
  await expect(trade.noOrders).toBeVisible();
  await expectSameDocument(page);
});

test('a question stays open while the part of the page around it is rendered again', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await trade.ticket.stop.fill(String(await trade.away(-8)));
  await trade.buy('0.02');
  const question = page.locator('#close-position-question');
  await page.getByTestId('close-position').click();
  await expect(question).toBeVisible();
  await question.evaluate((element) => {
    const around = element.parentElement;
    around?.replaceWith(around.cloneNode(true));
  });
  await expect(question).toBeVisible();
  await question.getByTestId('close-position-no').click();
  await expect(question).toBeHidden();
});

test('a position is closed, and its stop with it', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await markDocument(page);
  await trade.ticket.stop.fill(String(await trade.away(-8)));
  await trade.buy('0.03');
  await expect(trade.orders).toHaveCount(1);
  await trade.close();
  await expect(trade.noPosition).toBeVisible();
  await expect(trade.noOrders).toBeVisible();
  await expectSameDocument(page);
});

test('a position without a stop is opened only after a confirmation', async ({ page, key, watch }) => {
  watch.allow(/status of 422/);
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await markDocument(page);
  await trade.ticket.amount.fill('0.03');
  await trade.ticket.place.click();
  await trade.expectProblem(trade.ticket.withoutStop, /^Enter a stop price, or tick/);
  await expect(trade.noPosition).toBeVisible();
  await expectAccessibleDayAndNight(page);
  await trade.ticket.withoutStop.check();
  await trade.ticket.place.click();
  await expect(trade.size).toHaveText('0.03 BTC');
  await expect(trade.protection).toHaveText('No stop loss (your choice)');
  await expect(trade.ticket.withoutStop, 'it is asked again for the next order').not.toBeChecked();
  await expectSameDocument(page);
});

test('supervision is ended and resumed', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await markDocument(page);
  await trade.ticket.stop.fill(String(await trade.away(-8)));
  await trade.buy('0.03');
  await expect(trade.protection).toHaveText('Supervised by Slipstream');
  await expect(trade.orders).toHaveCount(1);
  await trade.release();
  await expect(trade.protection).toHaveText('Not supervised (your choice)');
  await trade.cancel(trade.ordersOf('stop_market'));
  await expect(trade.noOrders).toBeVisible();
  await expectAccessibleDayAndNight(page);
  await trade.supervise.click();
  await expect(trade.protection).toHaveText('Supervised by Slipstream');
  await expect(trade.orders, 'the stop is back').toHaveCount(1);
  await expectSameDocument(page);
});

test('a new order replaces open ones only after a confirmation', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await markDocument(page);
  await trade.ticket.stop.fill(String(await trade.away(-8)));
  await trade.buy('0.03');
  await expect(trade.orders).toHaveCount(1);

  await trade.ticket.option('side', 'SELL').click();
  await trade.ticket.stop.fill(String(await trade.away(8)));
  await trade.ticket.amount.fill('0.02');
  const says = 'This order first cancels 1 open order and closes your 0.03 BTC long position.';
  await expect(trade.ticket.clears).toContainText(says);
  await expect(trade.ticket.replace, 'the button asks instead of a box').toBeHidden();
  await trade.ticket.place.click();
  await expect(trade.ticket.place).toHaveText('Close 0.03 long and sell 0.02');
  await expect(trade.ticket.place).toBeFocused();
  await expect(trade.size, 'nothing is sent before the second press').toHaveText('0.03 BTC');
  await expectAccessibleDayAndNight(page);
  await page.keyboard.press('Escape');
  await expect(trade.ticket.place).toHaveText('Sell BTC');
  await trade.ticket.place.click();
  await trade.ticket.amount.fill('0.01');
  await expect(trade.ticket.place, 'another order is asked for again').toHaveText('Sell BTC');
  await trade.ticket.amount.fill('0.02');
  await expect(trade.ticket.place).toHaveText('Close 0.03 long and sell 0.02');
  await trade.ticket.back.click();
  await expect(trade.ticket.place).toHaveText('Sell BTC');
  await expect(trade.ticket.place).toBeFocused();
  await trade.ticket.place.click();
  await expect(trade.ticket.place).toHaveText('Close 0.03 long and sell 0.02');
  await trade.ticket.place.click();
  await expect(trade.size).toHaveText('0.02 BTC');
  await expect(trade.position).toHaveAttribute('data-side', /short/i);
  await expect(trade.orders, 'the old stop is gone, the new one is open').toHaveCount(1);
  await expectSameDocument(page);
});

test('leverage and margin type', async ({ page, key, watch }) => {
  watch.allow(/status of 422/);
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await trade.ticket.amount.fill('0.05');
  await trade.setMarket(25, 'ISOLATED');
  await expect(trade.ticket.notice).toHaveText('Leverage and margin mode updated.');
  await expect
    .poll(async () => {
      const { cost, margin } = await trade.ticket.preview();
      return Math.round(cost / margin);
    }, { message: 'the preview follows the leverage' })
    .toBe(25);
  await trade.buy('0.05');
  await expect(trade.position).toContainText('Long · Isolated · 25×');
  await trade.open(key);
  await expect(trade.leverage).toHaveValue('25');
  await expect(trade.margin).toHaveValue('ISOLATED');
});

test('the amount follows from the share of equity at risk', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await trade.ticket.option('sizing', 'risk').click();
  await trade.ticket.percent.fill('1');
  await expect(trade.ticket.riskAmount).toHaveText('Enter a valid stop price to calculate the amount.');
  const stop = await trade.away(-10);
  await trade.ticket.stop.fill(String(stop));
  await expect(trade.ticket.riskAmount).toHaveText(/^Amount: 0\.\d+ BTC$/);
  const { entry, loss } = await trade.ticket.preview();
  // One percent of 10,000 USDT, less the effect of rounding down to the lot size.
  expect(numberIn(loss)).toBeGreaterThanOrEqual(-100);
  expect(numberIn(loss)).toBeLessThan(-97);
  const expected = 100 / (entry - stop + (entry + stop) * 0.0005);
  await trade.ticket.place.click();
  await expect(trade.position).toBeVisible();
  expect(Math.abs(numberIn(await trade.size.innerText()) - expected)).toBeLessThan(expected * 0.1);
});

test('problems are shown beside their fields while typing', async ({ page, key }) => {
  const trade = new Trade(page);
  const { ticket } = trade;
  await trade.open(key);
  await expectLive(page);
  await ticket.amount.fill('much');
  await trade.expectProblem(ticket.amount, 'Enter a number, such as 0.05.');
  await ticket.amount.fill('0.05005');
  await trade.expectProblem(ticket.amount, /^The market doesn't accept this amount\./);
  await ticket.amount.fill('0.05');
  await expect(ticket.amount).not.toHaveAttribute('aria-invalid', 'true');
  await ticket.stop.fill(String(await trade.away(5)));
  await trade.expectProblem(ticket.stop, /^The stop would trigger immediately/);
  await expectAccessibleDayAndNight(page);
});

test('an order without enough margin is rejected, and changes nothing', async ({ page, key, watch }) => {
  watch.allow(/status of 409/);
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await expect(trade.ticket.available).toHaveText('Available: 10,000.00 USDT');
  await trade.ticket.withoutStop.check();
  await trade.ticket.amount.fill('900');
  const lacks = /^Insufficient margin: [\d,]+\.\d\d USDT needed, 10,000\.00 available$/;
  await trade.expectProblem(trade.ticket.amount, lacks);
  await trade.ticket.place.click();
  await expect(trade.ticket.amount, 'it is not sent').toBeFocused();
  await expect(trade.ticket.refusal).toBeHidden();
  await expect(trade.ticket.amount, 'what was typed is kept').toHaveValue('900');
  await expectAccessibleDayAndNight(page);

  // The exchange has the last word: a market order at exactly the last price can cost more than the balance.
  await page.route('**/api/order-place', async (route) => {
    const fields = new URLSearchParams(route.request().postData() ?? '');
    fields.set('amount', '900');
    await route.continue({ postData: fields.toString() });
  });
  await trade.ticket.amount.fill('0.02');
  await trade.ticket.place.click();
  await expect(trade.ticket.refusal).toContainText('The exchange rejected the request.');
  await expect(trade.ticket.place, 'the focus is not lost').toBeFocused();
  await expect(trade.ticket.amount, 'what was typed is kept').toHaveValue('0.02');
  await expect(trade.noPosition).toBeVisible();
});

test('the same form sent twice acts once', async ({ page, key, desk }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  const idempotency = await trade.ticket.form.locator('[name="idempotency"]').inputValue();
  expect(idempotency).toMatch(/^[0-9a-f]{32}$/);
  const order = { key, symbol: 'BTC/USDT', side: 'BUY', type: 'MARKET', sizing: 'amount', amount: '0.04', withoutStop: 'yes' };
  const form = { ...order, replace: 'yes', idempotency };
  const send = () => post(page, `${desk.url}/api/order-place`, form);
  await Promise.all([send(), send(), send()]);
  await expect(trade.size).toHaveText('0.04 BTC');
  await page.goto(`/history?key=${key}&symbol=BTC%2FUSDT`);
  await expect(page.getByTestId('order-row')).toHaveCount(1);
});

test('the page shows which hour of history is replayed', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await expect(trade.playing).toHaveText(/^Replaying 2020-1\d-\d\d \d\d:00 UTC\. One hour plays per minute, so candles show today's dates\.$/);
  await expectLive(page);
});

test('the chart is live: timeframes, zoom, and lines at the prices of orders', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  const forming = trade.chart.getByTestId('forming');
  const drawn = await forming.getAttribute('d');
  await expect.poll(() => forming.getAttribute('d'), { message: 'the chart does not change' }).not.toBe(drawn);
  const candles = trade.chart.locator('.candles.up').first();
  const before = await candles.getAttribute('d');
  await trade.zoomIn.click();
  await expect(candles).not.toHaveAttribute('d', before ?? '');
  const hour = page.getByTestId('frames').getByRole('link', { name: '1h', exact: true });
  await hour.click();
  await expect(hour).toHaveAttribute('aria-current', 'true');
  await expect(trade.legend).toContainText(':00 UTC');
  await trade.buy('0.02');
  await expect(trade.chart.locator('.level.entry')).toBeVisible();
});
