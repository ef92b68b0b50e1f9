import { History } from '../pages/history.ts';
import { Trade } from '../pages/trade.ts';
import { expectLive, expectSameDocument, markDocument } from '../support/checks.ts';
import { alone, expect } from '../support/test.ts';

/** Messages that a browser logs while the server is down. */
const GONE = /WebSocket|ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET/;

alone('the server is killed and comes back: the page says so, and nothing is lost or doubled', async ({
  page,
  desk,
  key,
  watch,
}) => {
  watch.allow(GONE);
  const [trade, history] = [new Trade(page), new History(page)];
  await trade.open(key);
  await expectLive(page);
  await markDocument(page);
  await trade.ticket.stop.fill(String(await trade.away(-8)));
  await trade.ticket.addTarget(await trade.away(8));
  await trade.buy('0.05');
  await expect(trade.orders).toHaveCount(2);

  await desk.crash();
  await expect(trade.connection).toHaveAttribute('data-state', 'offline');
  await expect(trade.connection).toHaveText('Offline');
  await trade.ticket.option('side', 'SELL').click();
  await trade.ticket.amount.fill('0.02');
  await trade.ticket.stop.fill(String(await trade.away(8)));
  await trade.ticket.place.click();
  await expect(trade.ticket.place).toHaveText('Close 0.05 long and sell 0.02');
  await trade.ticket.place.click();
  await expect(trade.ticket.refusal).toContainText("The server didn't respond.");
  await expect(trade.ticket.amount, 'what was typed is kept').toHaveValue('0.02');

  await desk.rise();
  await expectLive(page);
  await expect(trade.size).toHaveText('0.05 BTC');
  await expect(trade.orders).toHaveCount(2);
  const mark = await trade.mark.innerText();
  await expect.poll(() => trade.mark.innerText(), { message: 'the mark price does not change' }).not.toBe(mark);
  await trade.ticket.place.click();
  await expect(trade.size, 'the same order, sent again').toHaveText('0.02 BTC');
  await expectSameDocument(page);

  await trade.open(key);
  await expect(trade.size).toHaveText('0.02 BTC');
  await history.open(key);
  await expect(history.ordersOf('BUY', 'market'), 'one of each').toHaveCount(1);
  await expect(history.ordersOf('SELL', 'market').filter({ hasText: '0.02' })).toHaveCount(1);
});

alone('killed while an order is on its way: it is there once, or not at all', async ({ page, desk, key, watch }) => {
  watch.allow(GONE);
  const [trade, history] = [new Trade(page), new History(page)];
  await trade.open(key);
  await expectLive(page);
  await trade.ticket.stop.fill(String(await trade.away(-8)));
  await trade.ticket.amount.fill('0.05');
  const sent = page.waitForRequest(/\/api\/order-place$/);
  await trade.ticket.place.click();
  await sent;
  await desk.crash();
  await expect(trade.connection).toHaveAttribute('data-state', 'offline');
  await desk.rise();
  await expectLive(page);

  // The restarted desk reconciles the order in the background.
  await expect(async () => {
    await trade.open(key);
    await expect(trade.position.or(trade.noPosition)).toBeVisible({ timeout: 2_000 });
    const open = (await trade.position.isVisible()) ? 1 : 0;
    await expect(trade.orders, 'no position without its stop').toHaveCount(open, { timeout: 500 });
    await history.open(key);
    await expect(history.ordersOf('BUY', 'market')).toHaveCount(open, { timeout: 500 });
  }).toPass();
  await expectLive(page);
});
