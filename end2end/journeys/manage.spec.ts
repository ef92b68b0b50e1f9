import type { Page } from '@playwright/test';
import { Trade } from '../pages/trade.ts';
import {
  expectAccessibleDayAndNight,
  expectWholeAccessibleDayAndNight,
  expectFits,
  expectLive,
  expectSameDocument,
  markDocument,
  numberIn,
  tabTo,
} from '../support/checks.ts';
import { expect, test } from '../support/test.ts';

const grouped = (price: number) => price.toLocaleString('en-GB');

/** The sum of the shifts of the page's layout that the person did not cause. */
async function shift(page: Page): Promise<number> {
  return page.evaluate(() => {
    const observer = new PerformanceObserver(() => undefined);
    observer.observe({ type: 'layout-shift', buffered: true });
    const entries = observer.takeRecords() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[];
    observer.disconnect();
    return entries.reduce((sum, entry) => sum + (entry.hadRecentInput ? 0 : entry.value), 0);
  });
}

for (const width of [1440, 390]) {
  const phone = width === 390;

  test(`at ${width} pixels: the stop is moved`, async ({ page, key, watch }) => {
    watch.allow(/status of 422/);
    await page.setViewportSize({ width, height: 900 });
    const trade = new Trade(page);
    await trade.open(key);
    await expectLive(page);
    await markDocument(page);
    if (phone) {
      await trade.ticket.reveal();
    }
    await trade.ticket.stop.fill(String(await trade.away(-9)));
    await trade.buy('0.04');
    await expect(trade.orders).toHaveCount(1);
    if (phone) {
      await expect(trade.ticket.form, 'the sheet closes with the order').toBeHidden();
    }

    const moved = await trade.away(-5);
    await trade.moveStop(moved);
    await expect(trade.stop).toHaveText(grouped(moved));
    await expect(trade.orders, 'never two for good').toHaveCount(1);
    await expect(trade.ordersOf('stop_market')).toContainText(grouped(moved));

    await trade.moveStop(await trade.away(5));
    await trade.expectProblem(trade.newStop, /^The stop would trigger immediately/);
    await expect(trade.stop, 'the stop stays').toHaveText(grouped(moved));
    await expectWholeAccessibleDayAndNight(page);
    await expectFits(page);
    await page.keyboard.press('Escape');
    await expect(trade.newStop).toBeHidden();
    await expect(page.getByTestId('move-stop'), 'the focus returns to the button').toBeFocused();
    await expectSameDocument(page);
  });

  test(`at ${width} pixels: the stop trails the price by itself`, async ({ page, key, watch }) => {
    watch.allow(/status of 422/);
    await page.setViewportSize({ width, height: 900 });
    const trade = new Trade(page);
    await trade.open(key);
    await expectLive(page);
    await markDocument(page);
    if (phone) {
      await trade.ticket.reveal();
    }
    await trade.ticket.stop.fill(String(await trade.away(-9)));
    await trade.buy('0.04');
    await expect(trade.orders).toHaveCount(1);
    const first = await trade.stop.innerText();

    await trade.automate({ trailingPercent: '60' });
    await trade.expectProblem(trade.automation('trailingPercent'), /^Enter a distance from 0\.1 to 50 percent/);
    await expect(trade.stop, 'the stop stays').toHaveText(first);
    await trade.automate({ trailingPercent: '4', timeLimit: '600' });
    await expect(trade.stop, 'Slipstream moves it').not.toHaveText(first);
    await expect(trade.orders, 'never two for good').toHaveCount(1);
    await expect(trade.automation('trailingPercent')).toHaveValue('4');
    await expect(trade.automation('timeLimit')).toHaveValue('600');
    await expectFits(page);
    await expectSameDocument(page);
  });

  test(`at ${width} pixels: a part of the position is closed`, async ({ page, key }) => {
    await page.setViewportSize({ width, height: 900 });
    const trade = new Trade(page);
    await trade.open(key);
    await expectLive(page);
    await markDocument(page);
    if (phone) {
      await trade.ticket.reveal();
    }
    await trade.ticket.stop.fill(String(await trade.away(-9)));
    await trade.buy('0.04');
    await trade.closeShare(25);
    await expect(trade.size).toHaveText('0.03 BTC');
    await trade.closeAmount('0.01');
    await expect(trade.size).toHaveText('0.02 BTC');
    await expect(trade.ordersOf('stop_market'), 'what is left stays protected').toHaveCount(1);
    await page.getByTestId('close-100').click();
    await expect(page.getByTestId('close-100-yes'), 'all of it has a question').toBeVisible();
    await page.getByTestId('close-100-no').click();
    await expect(page.getByTestId('close-100-yes'), 'the question closes').toBeHidden();
    const stop = trade.ordersOf('stop_market');
    await stop.getByTestId('cancel-stop').click();
    await expect(stop.getByTestId('cancel-stop-no'), 'the button that changes nothing has the focus').toBeFocused();
    await expectAccessibleDayAndNight(page);
    await expectFits(page);
    await stop.getByTestId('cancel-stop-no').click();
    await expect(stop.getByTestId('cancel-stop'), 'the focus returns to the button').toBeFocused();
    await expect(stop).toHaveCount(1);
    await expect(trade.size).toHaveText('0.02 BTC');
    await trade.closeShare(100);
    await expect(trade.noPosition).toBeVisible();
    await expect(trade.noOrders).toBeVisible();
    await expectSameDocument(page);
  });

  test(`at ${width} pixels: a share of the balance sizes the order`, async ({ page, key }) => {
    await page.setViewportSize({ width, height: 900 });
    const trade = new Trade(page);
    const { ticket } = trade;
    await trade.open(key);
    await expectLive(page);
    if (phone) {
      await ticket.reveal();
    }
    await expect(ticket.available).toHaveText('Available: 10,000.00 USDT');
    await ticket.share(50).click();
    const { margin } = await ticket.preview();
    expect(margin, 'half of the balance, less the reserve').toBeLessThan(5_000);
    expect(margin).toBeGreaterThan(4_700);
    await ticket.share(100).click();
    const whole = await ticket.preview();
    expect(whole.margin + whole.fee, 'what the order needs is there').toBeLessThanOrEqual(10_000);
    await ticket.share(75).click();
    await ticket.withoutStop.check();
    await ticket.place.click();
    await expect(trade.position, 'the order is affordable').toBeVisible();
    await expect(ticket.amount, 'the ticket is empty again').toHaveValue('');
  });

  test(`at ${width} pixels: the button asks before an order replaces a position`, async ({ page, key }) => {
    await page.setViewportSize({ width, height: 900 });
    const trade = new Trade(page);
    await trade.open(key);
    await expectLive(page);
    if (phone) {
      await trade.ticket.reveal();
    }
    await trade.buy('0.03');
    if (phone) {
      await trade.ticket.reveal();
    }
    await trade.ticket.option('side', 'SELL').click();
    await trade.ticket.amount.fill('0.02');
    await trade.ticket.withoutStop.check();
    await trade.ticket.place.click();
    await expect(trade.ticket.place).toHaveText('Close 0.03 long and sell 0.02');
    await expect(trade.size).toHaveText('0.03 BTC');
    await trade.ticket.place.click();
    await expect(trade.size).toHaveText('0.02 BTC');
  });

  test(`at ${width} pixels: the button says that an order shares the position`, async ({ page, key }) => {
    await page.setViewportSize({ width, height: 900 });
    const trade = new Trade(page);
    await trade.open(key);
    await expectLive(page);
    if (phone) {
      await trade.ticket.reveal();
    }
    await trade.buy('0.03');
    if (phone) {
      await trade.ticket.reveal();
    }
    await trade.ticket.amount.fill('0.02');
    await trade.ticket.withoutStop.check();
    await expect(trade.ticket.place).toHaveText('Buy 0.02 beside 0.03 long');
    await trade.ticket.place.click();
    await expect(trade.size).toHaveText('0.05 BTC');
    await trade.open(key);
    await expect(trade.sharedTrades).toHaveCount(2);
    await trade.closeShared(1);
    await expect(trade.size).toHaveText('0.03 BTC');
  });

  test(`at ${width} pixels: nothing moves while the page wakes`, async ({ page, key }) => {
    await page.setViewportSize({ width, height: 900 });
    const trade = new Trade(page);
    await trade.open(key);
    await expectLive(page);
    if (phone) {
      await trade.ticket.reveal();
    }
    await expect(trade.ticket.amountUnit, 'the desk is interactive').toBeEnabled();
    expect(await shift(page)).toBeLessThan(0.05);
  });
}

test('amount, stop and take profit are typed in other units', async ({ page, key }) => {
  const trade = new Trade(page);
  const { ticket } = trade;
  await trade.open(key);
  await expectLive(page);
  await ticket.choose('BUY', 'LIMIT');
  const entry = await trade.away(-5);
  await ticket.price.fill(String(entry));
  await ticket.amount.fill('0.05');
  await expect(ticket.converted).toHaveText(new RegExp(`^= ${grouped(entry / 20).split('.')[0]}\\.\\d\\d USDT$`));
  await ticket.amountUnit.selectOption('quote');
  await expect(ticket.amount, 'what was typed is converted').toHaveValue(String(entry / 20));
  await expect(ticket.converted).toHaveText('= 0.05 BTC');

  await ticket.stopUnit.selectOption('percent');
  await ticket.stop.fill('2');
  await expect(ticket.stopConverted).toHaveText(/^[\d,.]+, 2% from entry$/);
  await ticket.targetsUnit.selectOption('distance');
  await ticket.addTarget(300);
  const { entry: seen, gains, loss } = await ticket.preview();
  expect(seen).toBe(entry);
  expect(gains).toHaveLength(1);
  expect(numberIn(loss)).toBeLessThan(0);
  await expect(ticket.form.getByTestId('preview-ratio')).toHaveText(/^1 : \d/);

  await ticket.place.click();
  await expect(trade.ordersOf('limit')).toHaveCount(1);
  await expect(trade.ordersOf('limit')).toContainText('0.05');
  await expect(trade.plan, 'the waiting entry shows its stop and take profit').toHaveCount(2);
  await expect(trade.plan.last()).toContainText(grouped(entry + 300));
  await trade.open(key);
  await expect(trade.plan, 'after a reload, too').toHaveCount(2);
  await expectAccessibleDayAndNight(page);
  await trade.cancelEntries();
  await expect(trade.noOrders).toBeVisible();
});

test('take profits have unequal shares', async ({ page, key, watch }) => {
  watch.allow(/status of 422/);
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await markDocument(page);
  await trade.ticket.stop.fill(String(await trade.away(-9)));
  await trade.buy('0.1');
  const [near, far] = [await trade.away(6), await trade.away(9)];
  await trade.setTargets([
    { price: near, share: 30 },
    { price: far, share: 80 },
  ]);
  await expect(trade.sharesSum).toHaveText('Shares: 110% of the position');
  await expect(page.getByTestId('share-problem')).toHaveText('The shares add up to more than 100 percent.');
  await trade.setTargets([
    { price: near, share: 30 },
    { price: far, share: 50 },
  ]);
  const targets = trade.ordersOf('take_profit').or(trade.ordersOf('take_profit_market'));
  await expect(targets).toHaveCount(2);
  await expect(targets.filter({ hasText: grouped(near) })).toContainText('0.03');
  await expect(targets.filter({ hasText: grouped(far) })).toContainText('0.05');
  await expect(trade.ordersOf('stop_market'), 'the stop is not touched').toHaveCount(1);
  await trade.setTargets([]);
  await expect(targets).toHaveCount(0);
  await expect(trade.ordersOf('stop_market')).toHaveCount(1);
  await expectSameDocument(page);
});

test('with the keyboard alone: order, move the stop, close', async ({ page, key }) => {
  const trade = new Trade(page);
  const { keyboard } = page;
  await trade.open(key);
  await expectLive(page);
  await expect(trade.ticket.amountUnit).toBeEnabled();
  await keyboard.press('s');
  await expect(trade.ticket.place).toHaveText('Sell BTC');
  await keyboard.press('a');
  await expect(trade.ticket.amount).toBeFocused();
  await keyboard.type('0.02');
  await tabTo(page, trade.ticket.stop);
  await keyboard.type(String(await trade.away(8)));
  await keyboard.press('Enter');
  await expect(trade.size).toHaveText('0.02 BTC');
  await expect(trade.position).toHaveAttribute('data-side', /short/i);
  // The form of the stop is rendered again once the stop is open.
  await expect(trade.protection).toHaveText('Supervised by Slipstream');
  await expect(trade.ordersOf('stop_market')).toHaveCount(1);

  await keyboard.press('Escape');
  await trade.ticket.place.focus();
  await keyboard.press('m');
  await expect(trade.newStop).toBeFocused();
  await keyboard.press('ControlOrMeta+a');
  const moved = await trade.away(6);
  await keyboard.type(String(moved));
  await keyboard.press('Enter');
  await expect(trade.stop).toHaveText(grouped(moved));

  await trade.ticket.place.focus();
  await keyboard.press('x');
  await expect(trade.closeQuestion).toBeFocused();
  await keyboard.press('Escape');
  await expect(trade.closeQuestion).toBeHidden();
  await keyboard.press('x');
  await keyboard.press('Enter');
  await expect(trade.noPosition).toBeVisible();
});

test('neither a double click nor a key that is held down acts twice', async ({ page, key }) => {
  const trade = new Trade(page);
  const { ticket } = trade;
  await trade.open(key);
  await expectLive(page);
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') {
      sent.push(new URL(request.url()).pathname);
    }
  });
  await ticket.stop.fill(String(await trade.away(-9)));
  await trade.buy('0.04');
  await page.getByTestId('close-part').click();
  await page.getByTestId('close-25').dblclick();
  await expect(trade.size).toHaveText('0.03 BTC');

  await ticket.option('side', 'SELL').click();
  await ticket.amount.fill('0.02');
  await ticket.withoutStop.check();
  await ticket.amount.focus();
  // The browser reports a key that is pressed again before it is released as a repetition.
  await page.keyboard.down('Enter');
  await page.keyboard.down('Enter');
  await page.keyboard.up('Enter');
  await expect(ticket.place, 'the question is not answered').toHaveText('Close 0.03 long and sell 0.02');
  await ticket.stop.fill(String(await trade.away(8)));
  await expect(ticket.place, 'an order with another stop has its own question').toHaveText('Sell BTC');
  await ticket.place.click();
  await expect(ticket.place).toHaveText('Close 0.03 long and sell 0.02');
  await ticket.place.click();
  await expect(trade.size).toHaveText('0.02 BTC');
  expect(sent).toEqual(['/api/order-place', '/api/trade-close-part', '/api/order-place']);
});

test('on a small window, a shortcut opens the ticket', async ({ page, key }) => {
  await page.setViewportSize({ width: 390, height: 900 });
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await expect(trade.ticket.form).toBeHidden();
  await expect(async () => {
    await page.keyboard.press('a');
    await expect(trade.ticket.amount).toBeFocused({ timeout: 500 });
  }).toPass();
  await page.keyboard.press('Escape');
  await expect(trade.ticket.form).toBeHidden();
  await expect(trade.ticket.sheet, 'the focus is not lost').toBeFocused();
});

test('shortcuts are listed, and can be disabled', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await expect(trade.ticket.amountUnit).toBeEnabled();
  await page.keyboard.press('?');
  await expect(trade.shortcuts).toBeVisible();
  await expect(trade.shortcuts).toBeFocused();
  await expectAccessibleDayAndNight(page);
  await trade.shortcuts.uncheck();
  await trade.chart.click();
  await expect(trade.shortcuts, 'a click elsewhere closes it').toBeHidden();
  await page.keyboard.press('s');
  await expect(trade.ticket.place).toHaveText('Buy BTC');
  await trade.open(key);
  await expectLive(page);
  await expect(trade.ticket.amountUnit).toBeEnabled();
  await page.keyboard.press('s');
  await expect(trade.ticket.place, 'the choice is kept').toHaveText('Buy BTC');
  await page.getByTestId('shortcuts').click();
  await trade.shortcuts.check();
  await page.keyboard.press('s');
  await expect(trade.ticket.place).toHaveText('Sell BTC');

  await trade.menu.locator('summary').click();
  await expect(trade.menu).toHaveAttribute('open');
  await page.keyboard.press('Escape');
  await expect(trade.menu).not.toHaveAttribute('open');
});
