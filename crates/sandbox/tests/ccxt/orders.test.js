// The order types that need more than a price: stops, lists, amendments, batches and hedge mode.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { jump, open } from './desk.js';

describe ('spot orders', () => {
  const symbol = 'ETH/USDT';
  const market = 'ETHUSDT';
  let exchange;
  let last;
  const at = (factor) => exchange.priceToPrecision (symbol, last * factor);

  before (async () => {
    exchange = await open ('spot');
    await exchange.loadMarkets ();
    await exchange.createOrder (symbol, 'market', 'buy', 1);
  });

  beforeEach (async () => {
    last = (await exchange.fetchTicker (symbol)).last;
  });

  it ('sells by a stop-loss limit when the price falls', async () => {
    const stop = await exchange.createOrder (symbol, 'limit', 'sell', 0.2, at (0.97), { stopLossPrice: at (0.98) });
    assert.deepEqual ([ stop.status, stop.triggerPrice, stop.price ], [ 'open', Number (at (0.98)), Number (at (0.97)) ]);
    assert.equal (stop.info.type, 'STOP_LOSS_LIMIT');
    assert.equal ((await exchange.fetchBalance ()).ETH.used, 0.2);
    await jump (market, at (0.975));
    const filled = await exchange.fetchOrder (stop.id, symbol);
    assert.deepEqual ([ filled.status, filled.filled ], [ 'closed', 0.2 ]);
    assert.ok (filled.average >= stop.price);
  });

  it ('keeps each conditional type, and cancels it', async () => {
    const orders = [
      await exchange.createOrder (symbol, 'market', 'sell', 0.1, undefined, { stopLossPrice: at (0.9) }),
      await exchange.createOrder (symbol, 'market', 'sell', 0.1, undefined, { takeProfitPrice: at (1.1) }),
      await exchange.createOrder (symbol, 'limit', 'sell', 0.1, at (1.1), { takeProfitPrice: at (1.09) }),
      await exchange.createOrder (symbol, 'limit', 'sell', 0.1, at (0.9), { trailingPercent: 2, stopLossOrTakeProfit: 'stopLoss' }),
    ];
    assert.deepEqual (
      orders.map ((order) => order.info.type),
      [ 'STOP_LOSS', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT', 'STOP_LOSS_LIMIT' ],
    );
    const ids = (list) => list.map ((order) => order.id).sort ();
    assert.deepEqual (ids (await exchange.fetchOpenOrders (symbol)), ids (orders));
    await exchange.cancelAllOrders (symbol);
    assert.deepEqual (await exchange.fetchOpenOrders (symbol), []);
    assert.equal ((await exchange.fetchBalance ()).ETH.used, 0);
  });

  it ('places an OCO, whose one leg ends the other', async () => {
    const list = await exchange.privatePostOrderListOco ({
      symbol: market, side: 'SELL', quantity: '0.1',
      aboveType: 'LIMIT_MAKER', abovePrice: at (1.02),
      belowType: 'STOP_LOSS_LIMIT', belowStopPrice: at (0.98), belowPrice: at (0.97), belowTimeInForce: 'GTC',
    });
    assert.deepEqual ([ list.contingencyType, list.listOrderStatus, list.orders.length ], [ 'OCO', 'EXECUTING', 2 ]);
    assert.equal ((await exchange.fetchBalance ()).ETH.used, 0.1);
    assert.equal ((await exchange.privateGetOpenOrderList ()).length, 1);
    await jump (market, at (1.03));
    const legs = await Promise.all (list.orders.map (({ orderId }) => exchange.fetchOrder (orderId, symbol)));
    assert.deepEqual (legs.map ((leg) => [ leg.info.type, leg.status ]).sort (), [
      [ 'LIMIT_MAKER', 'closed' ],
      [ 'STOP_LOSS_LIMIT', 'expired' ],
    ]);
    assert.equal ((await exchange.privateGetOrderList ({ orderListId: list.orderListId })).listOrderStatus, 'ALL_DONE');
  });

  it ('protects a fill by an OTOCO', async () => {
    const list = await exchange.privatePostOrderListOtoco ({
      symbol: market,
      workingType: 'LIMIT', workingSide: 'BUY', workingPrice: at (0.99), workingQuantity: '0.1', workingTimeInForce: 'GTC',
      pendingSide: 'SELL', pendingQuantity: '0.1',
      pendingAboveType: 'LIMIT_MAKER', pendingAbovePrice: at (1.1),
      pendingBelowType: 'STOP_LOSS', pendingBelowStopPrice: at (0.9),
    });
    assert.equal (list.orders.length, 3);
    assert.equal ((await exchange.fetchOpenOrders (symbol)).length, 3);
    await jump (market, at (0.985));
    assert.equal ((await exchange.fetchOpenOrders (symbol)).length, 2);
    await exchange.privateDeleteOrderList ({ symbol: market, orderListId: list.orderListId });
    assert.deepEqual (await exchange.fetchOpenOrders (symbol), []);
  });

  it ('edits an order by replacing it', async () => {
    const order = await exchange.createOrder (symbol, 'limit', 'buy', 0.1, at (0.8));
    const edited = await exchange.editOrder (order.id, symbol, 'limit', 'buy', 0.2, at (0.81));
    assert.deepEqual ([ edited.status, edited.amount, edited.price ], [ 'open', 0.2, Number (at (0.81)) ]);
    assert.equal ((await exchange.fetchOrder (order.id, symbol)).status, 'canceled');
    await exchange.cancelOrder (edited.id, symbol);
  });

  it ('checks an order without placing it', async () => {
    await exchange.createOrder (symbol, 'limit', 'buy', 0.1, at (0.8), { test: true });
    assert.deepEqual (await exchange.fetchOpenOrders (symbol), []);
  });
});

describe ('futures orders', () => {
  const symbol = 'SOL/USDT:USDT';
  let exchange;
  let last;
  const at = (factor) => exchange.priceToPrecision (symbol, last * factor);

  before (async () => {
    exchange = await open ('swap');
    await exchange.loadMarkets ();
  });

  beforeEach (async () => {
    last = (await exchange.fetchTicker (symbol)).last;
  });

  it ('edits an order, which keeps its id', async () => {
    const order = await exchange.createOrder (symbol, 'limit', 'buy', 1, at (0.8));
    const edited = await exchange.editOrder (order.id, symbol, 'limit', 'buy', 2, at (0.82));
    assert.deepEqual (
      [ edited.id, edited.status, edited.amount, edited.price ],
      [ order.id, 'open', 2, Number (at (0.82)) ],
    );
    const found = await exchange.fetchOrder (order.id, symbol);
    assert.deepEqual ([ found.amount, found.price ], [ 2, Number (at (0.82)) ]);
    await assert.rejects (exchange.editOrder (order.id, symbol, 'limit', 'buy', 2, at (0.82)), /-5027/);
    const history = await exchange.fapiPrivateGetOrderAmendment ({ symbol: exchange.market (symbol).id, orderId: order.id });
    assert.deepEqual ([ history.length, Number (history[0].amendment.origQty.after) ], [ 1, 2 ]);
    await exchange.cancelOrder (order.id, symbol);
  });

  it ('places, edits and cancels orders in batches', async () => {
    const limit = (side, amount, price) => ({ symbol, type: 'limit', side, amount, price: Number (price) });
    const orders = await exchange.createOrders ([ limit ('buy', 1, at (0.8)), limit ('buy', 2, at (0.81)), limit ('sell', 1, at (1.2)) ]);
    assert.deepEqual (orders.map ((order) => [ order.status, order.amount ]), [ [ 'open', 1 ], [ 'open', 2 ], [ 'open', 1 ] ]);
    const edited = await exchange.editOrders ([ 0, 1 ].map ((i) => ({ id: orders[i].id, ...limit ('buy', 3, at (0.79)) })));
    assert.deepEqual (edited.map ((order) => [ order.id, order.amount ]), orders.slice (0, 2).map (({ id }) => [ id, 3 ]));
    const cancelled = await exchange.cancelOrders (orders.map (({ id }) => id), symbol);
    assert.deepEqual (cancelled.map ((order) => order.status), [ 'canceled', 'canceled', 'canceled' ]);
    assert.deepEqual (await exchange.fetchOpenOrders (symbol), []);
  });

  it ('rejects one order of a batch by itself', async () => {
    const { id } = exchange.market (symbol);
    const order = { symbol: id, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '1', price: at (0.8) };
    const batchOrders = [ order, { ...order, reduceOnly: 'true' } ];
    const answers = await exchange.fapiPrivatePostBatchOrders ({ batchOrders });
    assert.deepEqual ([ answers[0].status, answers[1].code ], [ 'NEW', -2022 ]);
    await exchange.cancelAllOrders (symbol);
  });

  it ('expires a GTD order at its date, or refuses a date that is too near', async () => {
    const goodTillDate = Date.now () + 700000;
    const order = await exchange.createOrder (symbol, 'limit', 'buy', 1, at (0.8), { timeInForce: 'GTD', goodTillDate });
    assert.equal (order.timeInForce, 'GTD');
    assert.equal (Number (order.info.goodTillDate), Math.floor (goodTillDate / 1000) * 1000);
    await exchange.cancelOrder (order.id, symbol);
    const near = exchange.createOrder (symbol, 'limit', 'buy', 1, at (0.8), { timeInForce: 'GTD', goodTillDate: Date.now () });
    await assert.rejects (near, /-5040|-4188/);
  });

  it ('arms and disarms the dead man\'s switch', async () => {
    const { id } = exchange.market (symbol);
    await exchange.createOrder (symbol, 'limit', 'buy', 1, at (0.8));
    const armed = await exchange.fapiPrivatePostCountdownCancelAll ({ symbol: id, countdownTime: 300 });
    assert.equal (armed.countdownTime, '300');
    const deadline = Date.now () + 10000;
    while ((await exchange.fetchOpenOrders (symbol)).length > 0) {
      assert.ok (Date.now () < deadline, 'the countdown has no effect');
    }
    await exchange.fapiPrivatePostCountdownCancelAll ({ symbol: id, countdownTime: 0 });
  });

  it ('holds a long and a short position in hedge mode', async () => {
    await exchange.setPositionMode (true, symbol);
    assert.equal ((await exchange.fetchPositionMode (symbol)).hedged, true);
    await assert.rejects (exchange.createOrder (symbol, 'market', 'buy', 1), /-4061/);
    await exchange.createOrder (symbol, 'market', 'buy', 2, undefined, { hedged: true });
    await exchange.createOrder (symbol, 'market', 'sell', 1, undefined, { hedged: true });
    const sides = async () => (await exchange.fetchPositions ([ symbol ])).map ((p) => [ p.side, p.contracts ]).sort ();
    assert.deepEqual (await sides (), [ [ 'long', 2 ], [ 'short', 1 ] ]);
    const stop = await exchange.createOrder (symbol, 'market', 'sell', 2, undefined, {
      stopLossPrice: at (0.9), positionSide: 'LONG',
    });
    assert.equal (stop.info.positionSide, 'LONG');
    await assert.rejects (exchange.setPositionMode (false, symbol), /-4067|-4068/);
    await exchange.cancelAllOrders (symbol, { trigger: true });
    await exchange.createOrder (symbol, 'market', 'sell', 2, undefined, { hedged: true, reduceOnly: true });
    assert.deepEqual (await sides (), [ [ 'short', 1 ] ]);
    await exchange.createOrder (symbol, 'market', 'buy', 1, undefined, { hedged: true, reduceOnly: true });
    assert.deepEqual (await sides (), []);
    await exchange.setPositionMode (false, symbol);
  });
});
