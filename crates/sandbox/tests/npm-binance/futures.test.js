import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { collect, open } from './desk.js';

describe('futures', () => {
  const symbol = 'SOLUSDT';
  // The client signs requests of the WebSocket API, but leaves their time to its caller.
  const now = () => ({ timestamp: Date.now() });
  let clients;
  let last;
  const limit = (factor) => ({
    symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: 1, price: Number((last * factor).toFixed(2)),
  });

  before(async () => {
    clients = await open('futures');
    last = Number((await clients.rest.getSymbolPriceTicker({ symbol })).price);
  });
  after(() => {
    clients.streams.closeAll(true);
    return clients.api.disconnectAll();
  });

  it('amends, batches and hedges over REST', async () => {
    const { rest } = clients;
    const order = await rest.submitNewOrder(limit(0.8));
    const amended = await rest.modifyOrder({ ...limit(0.81), orderId: order.orderId, quantity: 2 });
    assert.deepEqual([ amended.orderId, Number(amended.origQty) ], [ order.orderId, 2 ]);
    const text = ({ quantity, price, ...rest }) => ({ ...rest, quantity: String(quantity), price: String(price) });
    const batch = await rest.submitMultipleOrders([ text(limit(0.7)), text(limit(0.71)) ]);
    assert.deepEqual(batch.map(({ status }) => status), [ 'NEW', 'NEW' ]);
    await rest.cancelMultipleOrders({ symbol, orderIdList: batch.map(({ orderId }) => orderId) });
    await rest.cancelOrder({ symbol, orderId: order.orderId });
    assert.deepEqual(await rest.getAllOpenOrders({ symbol }), []);
    await rest.setPositionMode({ dualSidePosition: 'true' });
    await assert.rejects(rest.submitNewOrder({ symbol, side: 'BUY', type: 'MARKET', quantity: 1 }), { code: -4061 });
    const market = (side, positionSide) => rest.submitNewOrder({ symbol, side, positionSide, type: 'MARKET', quantity: 1 });
    await market('BUY', 'LONG');
    await market('SELL', 'SHORT');
    const positions = await rest.getPositionsV3({ symbol });
    assert.deepEqual(positions.map((one) => [ one.positionSide, Number(one.positionAmt) ]).sort(), [ [ 'LONG', 1 ], [ 'SHORT', -1 ] ]);
    await market('SELL', 'LONG');
    await market('BUY', 'SHORT');
    await rest.setPositionMode({ dualSidePosition: 'false' });
  });

  it('trades through the WebSocket API, and follows its orders', async () => {
    const { api, rest, streams } = clients;
    const events = collect(streams);
    const opened = collect(streams, 'open');
    await streams.subscribeUsdFuturesUserDataStream();
    await opened.until(() => true, 'the connection');
    const { result: order } = await api.submitNewFuturesOrder('usdm', { ...limit(0.8), ...now() });
    const is = (status) => ({ o }) => o?.i === order.orderId && o.X === status;
    await events.until(is('NEW'), 'the order');
    const { result: amended } = await api.modifyFuturesOrder('usdm', { ...limit(0.8), orderId: order.orderId, quantity: 2, ...now() });
    assert.equal(Number(amended.origQty), 2);
    await api.cancelFuturesOrder('usdm', { symbol, orderId: order.orderId, ...now() });
    await events.until(is('CANCELED'), 'the cancellation');
    // Closing the stream leaves the timer that renews its listen key, and node would not exit.
    const { listenKey } = await rest.getFuturesUserDataListenKey();
    streams.getUserDataStreamManager().teardownUserDataListenKey(listenKey);
  });

  it('follows a book whose updates are continuous', async () => {
    const { streams } = clients;
    const messages = collect(streams);
    streams.subscribe([ `${symbol.toLowerCase()}@depth@100ms` ], 'usdmPublic');
    const updates = () => messages.seen.map(({ data, ...bare }) => data ?? bare).filter(({ e }) => e === 'depthUpdate');
    await messages.until(() => updates().length > 5, 'five updates');
    updates().reduce((before, update) => {
      assert.equal(update.pu, before.u);
      return update;
    });
  });
});
