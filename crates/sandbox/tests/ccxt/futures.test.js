import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { ccxt, jump, open } from './desk.js';

const SYMBOL = 'ETH/USDT:USDT';
const MARKET = 'ETHUSDT';
const trigger = { trigger: true };

describe ('futures', () => {
  let exchange;
  let last;

  before (async () => {
    exchange = await open ('swap');
    await exchange.loadMarkets ();
  });

  beforeEach (async () => {
    last = (await exchange.fetchTicker (SYMBOL)).last;
  });

  it ('loads the perpetual with its filters', () => {
    const market = exchange.market (SYMBOL);
    assert.deepEqual ([ market.type, market.linear, market.settle ], [ 'swap', true, 'USDT' ]);
    assert.equal (market.precision.amount, 0.001);
    assert.equal (exchange.market ('BTC/USDT:USDT').precision.price, 0.1);
  });

  it ('tells prices, mark price and funding', async () => {
    const [ book, candles, rate, tickers ] = await Promise.all ([
      exchange.fetchOrderBook (SYMBOL),
      exchange.fetchOHLCV (SYMBOL, '5m', undefined, 50),
      exchange.fetchFundingRate (SYMBOL),
      exchange.fetchTickers ([ SYMBOL ]),
    ]);
    assert.ok (book.bids[0][0] < book.asks[0][0]);
    assert.equal (candles.length, 50);
    assert.ok (Math.abs (rate.markPrice / last - 1) < 0.05);
    assert.ok (tickers[SYMBOL].last > 0);
    const index = await exchange.fetchIndexOHLCV (SYMBOL, '1m', undefined, 3);
    assert.equal (index.length, 3);
  });

  it ('opens, holds and closes a position', async () => {
    assert.equal ((await exchange.fetchBalance ()).USDT.total, 10000);
    await exchange.setMarginMode ('isolated', SYMBOL);
    await assert.rejects (exchange.setMarginMode ('isolated', SYMBOL), /-4046/);
    await exchange.setLeverage (10, SYMBOL);
    const order = await exchange.createOrder (SYMBOL, 'market', 'buy', 0.5);
    assert.deepEqual ([ order.status, order.filled ], [ 'closed', 0.5 ]);
    const [ position ] = await exchange.fetchPositions ([ SYMBOL ]);
    assert.deepEqual ([ position.side, position.contracts, position.marginMode ], [ 'long', 0.5, 'isolated' ]);
    assert.equal (position.entryPrice, order.average);
    assert.ok (position.liquidationPrice > 0 && position.liquidationPrice < position.entryPrice);
    assert.ok (Math.abs (position.initialMarginPercentage - 0.1) < 0.002);
    await assert.rejects (exchange.setMarginMode ('cross', SYMBOL), /-4048/);
    const v2 = await exchange.fetchPositionsRisk ([ SYMBOL ], { useV2: true });
    assert.equal (v2[0].leverage, 10);
    await exchange.createOrder (SYMBOL, 'market', 'sell', 0.5, undefined, { reduceOnly: true });
    assert.deepEqual (await exchange.fetchPositions ([ SYMBOL ]), []);
    await assert.rejects (
      exchange.createOrder (SYMBOL, 'market', 'sell', 0.5, undefined, { reduceOnly: true }),
      /-2022/,
    );
    const fills = await exchange.fetchMyTrades (SYMBOL);
    assert.equal (fills.reduce ((sum, fill) => sum + (fill.side === 'buy' ? fill.amount : -fill.amount), 0), 0);
    assert.equal (fills[0].fee.currency, 'USDT');
    await exchange.setMarginMode ('cross', SYMBOL);
  });

  it ('places, finds and cancels limit orders', async () => {
    const price = exchange.priceToPrecision (SYMBOL, last * 0.8);
    const clientOrderId = 'leg-1';
    const order = await exchange.createOrder (SYMBOL, 'limit', 'buy', 0.1, price, { clientOrderId });
    assert.equal (order.status, 'open');
    assert.equal ((await exchange.fetchOrder (undefined, SYMBOL, { clientOrderId })).id, order.id);
    assert.equal ((await exchange.fetchOpenOrder (order.id, SYMBOL)).id, order.id);
    await assert.rejects (
      exchange.createOrder (SYMBOL, 'limit', 'buy', 0.1, price, { clientOrderId }),
      /-4116/,
    );
    assert.equal ((await exchange.cancelOrder (order.id, SYMBOL)).status, 'canceled');
    for (const params of [ {}, { timeInForce: 'PO' }, { reduceOnly: false } ]) {
      await exchange.createOrder (SYMBOL, 'limit', 'buy', 0.1, price, params);
    }
    assert.equal ((await exchange.fetchOpenOrders (SYMBOL)).length, 3);
    await exchange.cancelAllOrders (SYMBOL);
    assert.deepEqual (await exchange.fetchOpenOrders (SYMBOL), []);
    const ioc = await exchange.createOrder (SYMBOL, 'limit', 'buy', 0.1, price, { timeInForce: 'IOC' });
    assert.equal (ioc.status, 'expired');
  });

  it ('keeps stops and targets at the algo endpoints', async () => {
    await exchange.createOrder (SYMBOL, 'market', 'buy', 0.2);
    const at = (factor) => exchange.priceToPrecision (SYMBOL, last * factor);
    const stop = await exchange.createOrder (SYMBOL, 'market', 'sell', 0.2, undefined, { stopLossPrice: at (0.9), reduceOnly: true });
    const target = await exchange.createOrder (SYMBOL, 'limit', 'sell', 0.1, at (1.2), { takeProfitPrice: at (1.19), reduceOnly: true });
    const close = await exchange.createOrder (SYMBOL, 'TAKE_PROFIT_MARKET', 'sell', undefined, undefined, { triggerPrice: at (1.3), closePosition: true });
    const trailing = await exchange.createOrder (SYMBOL, 'market', 'sell', 0.1, undefined, { trailingPercent: 2, reduceOnly: true });
    assert.deepEqual ([ stop.status, stop.triggerPrice, stop.type ], [ 'open', Number (at (0.9)), 'market' ]);
    assert.equal (target.price, Number (at (1.2)));
    const open = await exchange.fetchOpenOrders (SYMBOL, undefined, undefined, trigger);
    assert.deepEqual (open.map ((o) => o.id).sort (), [ stop, target, close, trailing ].map ((o) => o.id).sort ());
    assert.deepEqual (await exchange.fetchOpenOrders (SYMBOL), []);
    assert.equal ((await exchange.fetchOrder (stop.id, SYMBOL, trigger)).id, stop.id);
    await exchange.cancelOrder (trailing.id, SYMBOL, trigger);
    assert.equal ((await exchange.fetchOrder (trailing.id, SYMBOL, trigger)).status, 'canceled');
    await exchange.cancelAllOrders (SYMBOL, trigger);
    assert.deepEqual (await exchange.fetchOpenOrders (SYMBOL, undefined, undefined, trigger), []);
    await exchange.createOrder (SYMBOL, 'market', 'sell', 0.2, undefined, { reduceOnly: true });
  });

  it ('closes the position when the stop triggers', async () => {
    await exchange.createOrder (SYMBOL, 'market', 'buy', 0.2);
    const stop = await exchange.createOrder (SYMBOL, 'market', 'sell', 0.2, undefined, {
      stopLossPrice: exchange.priceToPrecision (SYMBOL, last * 0.98),
      reduceOnly: true,
    });
    await jump (MARKET, (last * 0.97).toFixed (2));
    assert.equal ((await exchange.fetchOrder (stop.id, SYMBOL, trigger)).status, 'closed');
    assert.deepEqual (await exchange.fetchPositions ([ SYMBOL ]), []);
    const history = await exchange.fapiPrivateGetIncome ({ symbol: MARKET, incomeType: 'REALIZED_PNL' });
    assert.ok (Number (history.at (-1).income) < 0);
  });

  it ('refuses with the errors that ccxt knows', async () => {
    // ccxt recognizes some errors only at the URL of Binance's futures, so these are checked by their code.
    await assert.rejects (exchange.createOrder (SYMBOL, 'market', 'buy', 5000), /-2019/);
    await assert.rejects (exchange.createOrder (SYMBOL, 'limit', 'buy', 0.001, Math.floor (last)), /-4164/);
    await assert.rejects (
      exchange.createOrder (SYMBOL, 'market', 'sell', 0.1, undefined, { stopLossPrice: exchange.priceToPrecision (SYMBOL, last * 1.1) }),
      /-2021/,
    );
    await assert.rejects (exchange.fetchOrder ('999999999', SYMBOL), ccxt.OrderNotFound);
    await assert.rejects (exchange.fapiPrivatePostLeverage ({ symbol: MARKET, leverage: 126 }), /-4028/);
    await assert.rejects (exchange.fapiPrivatePostOrder ({ symbol: MARKET, side: 'SELL', type: 'STOP_MARKET', stopPrice: '1', quantity: '1' }), /-4120/);
  });

  it ('tells how it is set up', async () => {
    assert.equal ((await exchange.fetchPositionMode (SYMBOL)).hedged, false);
    const tiers = await exchange.fetchLeverageTiers ([ SYMBOL ]);
    assert.equal (tiers[SYMBOL][0].maxLeverage, 125);
    assert.equal ((await exchange.fetchLeverages ([ SYMBOL ]))[SYMBOL].longLeverage, 10);
    assert.equal ((await exchange.fetchMarginModes ([ SYMBOL ]))[SYMBOL].marginMode, 'cross');
    assert.equal ((await exchange.fetchTradingFee (SYMBOL)).taker, 0.0005);
    const v2 = await exchange.fetchBalance ({ useV2: true });
    assert.ok (v2.USDT.total > 9000);
  });
});
