import { Landing } from '../pages/landing.ts';
import { Trade } from '../pages/trade.ts';
import { expectLive, expectSameDocument, markDocument } from '../support/checks.ts';
import { expect, test } from '../support/test.ts';
import { Program } from '../support/v1.ts';

test('one tab shows what another does', async ({ page, key, context }) => {
  const [here, there] = [new Trade(page), new Trade(await context.newPage())];
  for (const tab of [here, there]) {
    await tab.open(key);
    await expectLive(tab.page);
    await markDocument(tab.page);
  }
  await here.ticket.stop.fill(String(await here.away(-8)));
  await here.buy('0.03');
  await expect(there.size).toHaveText('0.03 BTC');
  await expect(there.orders).toHaveCount(1);
  await there.close();
  await expect(here.noPosition).toBeVisible();
  await expect(here.noOrders).toBeVisible();
  await expectSameDocument(here.page);
  await expectSameDocument(there.page);
});

test('an order of an app through /v1 appears on the page', async ({ page, key, trader, desk }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await markDocument(page);
  const program = await Program.signIn(desk.url, trader);
  expect(await program.keys()).toMatchObject([{ id: key }]);
  const [entry, stop] = await program.place(key, {
    type: 'MARKET',
    side: 'SELL',
    amount: '0.02',
    stopTriggerPrice: await trade.away(8),
    stopTriggerType: 'MARKET',
  });
  expect(entry).toMatchObject({ type: 'market', side: 'sell', status: 'closed', amount: 0.02 });
  expect(stop).toMatchObject({ side: 'buy', status: 'open' });
  await expect(trade.size).toHaveText('0.02 BTC');
  await expect(trade.position).toHaveAttribute('data-side', /short/i);
  await expect(trade.orders).toHaveCount(1);
  await expect(trade.toasts.filter({ hasText: 'Sell 0.02 BTC/USDT filled at' })).toBeVisible();
  await expectSameDocument(page);
});

test('twenty tabs are live at the same time', async ({ page, key, context }) => {
  test.setTimeout(120_000);
  const trade = new Trade(page);
  await trade.open(key);
  const others: Landing[] = [];
  for (let count = 1; count < 19; count += 1) {
    const tab = new Landing(await context.newPage());
    await tab.open();
    others.push(tab);
  }
  const last = new Trade(await context.newPage());
  await last.open(key);
  await expectLive(last.page);
  await markDocument(last.page);
  for (const tab of others) {
    await expectLive(tab.page);
  }
  const prices = await Promise.all(others.map((tab) => tab.priceNow()));
  for (const [index, tab] of others.entries()) {
    await expect.poll(() => tab.priceNow(), { message: `the price of tab ${index} does not change` }).not.toBe(prices[index]);
  }
  await trade.buy('0.02');
  await expect(last.size).toHaveText('0.02 BTC');
  await expectSameDocument(last.page);
});
