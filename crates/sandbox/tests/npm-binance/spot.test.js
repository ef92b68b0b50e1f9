import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { collect, control, open } from './desk.js';

describe('spot', () => {
  const symbol = 'SOLUSDT';
  // The client signs requests of the WebSocket API, but leaves their time to its caller.
  const now = () => ({ timestamp: Date.now() });
  let clients;
  let last;
  const at = (factor) => Number((last * factor).toFixed(2));
  const limit = (factor) => ({ symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: 1, price: at(factor) });

  before(async () => {
    clients = await open('spot');
    last = Number((await clients.rest.getSymbolPriceTicker({ symbol })).price);
  });
  after(() => {
    clients.streams.closeAll(true);
    return clients.api.disconnectAll();
  });

  it('places stops and lists over REST', async () => {
    const { rest } = clients;
    await rest.testNewOrder(limit(0.8));
    await rest.submitNewOrder({ symbol, side: 'BUY', type: 'MARKET', quantity: 3 });
    const stop = await rest.submitNewOrder({
      symbol, side: 'SELL', type: 'STOP_LOSS_LIMIT', timeInForce: 'GTC', quantity: 1, stopPrice: at(0.9), price: at(0.89),
    });
    const list = await rest.submitNewOrderList({
      symbol, side: 'SELL', quantity: 1,
      aboveType: 'LIMIT_MAKER', abovePrice: at(1.1), belowType: 'STOP_LOSS', belowStopPrice: at(0.9),
    });
    assert.equal(list.contingencyType, 'OCO');
    assert.equal((await rest.getOpenOrders({ symbol })).length, 3);
    const replaced = await rest.replaceOrder({
      ...limit(0.7), cancelReplaceMode: 'STOP_ON_FAILURE', cancelOrderId: stop.orderId,
    });
    assert.equal(replaced.newOrderResult, 'SUCCESS');
    await control('price', { symbol, price: String(at(0.88)) });
    const [ left, ...others ] = await rest.getOpenOrders({ symbol });
    assert.deepEqual([ left.orderId, others ], [ replaced.newOrderResponse.orderId, [] ]);
    await control('price', { symbol, price: String(last) });
    await rest.cancelAllSymbolOrders({ symbol });
    await assert.rejects(rest.submitNewOrder({ ...limit(0.8), quantity: 1000 }), { code: -2010 });
  });

  it('trades through the WebSocket API, and follows its orders', async () => {
    const { api } = clients;
    const events = collect(api.getWSClient());
    await api.subscribeUserDataStream('mainWSAPI');
    const { result: order } = await api.submitNewSpotOrder({ ...limit(0.8), ...now() });
    assert.equal(order.status, 'NEW');
    const is = (status) => (event) => event.i === order.orderId && event.X === status;
    assert.equal(Number((await events.until(is('NEW'), 'the order')).p), at(0.8));
    assert.equal((await api.getSpotOrderStatus({ symbol, orderId: order.orderId, ...now() })).result.status, 'NEW');
    await api.cancelSpotOrder({ symbol, orderId: order.orderId, ...now() });
    await events.until(is('CANCELED'), 'the cancellation');
    await api.unsubscribeUserDataStream('mainWSAPI');
  });

  it('follows a book whose updates are continuous', async () => {
    const { streams } = clients;
    const messages = collect(streams);
    streams.subscribe([ `${symbol.toLowerCase()}@depth@100ms`, `${symbol.toLowerCase()}@trade` ], 'main');
    const updates = () => messages.seen.map(({ data, ...bare }) => data ?? bare).filter(({ e }) => e === 'depthUpdate');
    await messages.until(() => updates().length > 5, 'five updates');
    updates().reduce((before, update) => {
      assert.equal(update.U, before.u + 1);
      return update;
    });
    await messages.until((message) => (message.data ?? message).e === 'trade', 'a trade');
  });
});
