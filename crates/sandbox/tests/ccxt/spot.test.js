import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ccxt, jump, open } from './desk.js';

const SYMBOL = 'BTC/USDT';

describe ('spot', () => {
  let exchange;
  let last;

  before (async () => {
    exchange = await open ('spot');
    await exchange.loadMarkets ();
    last = (await exchange.fetchTicker (SYMBOL)).last;
  });

  it ('loads the markets with their filters', () => {
    const market = exchange.market (SYMBOL);
    assert.equal (market.type, 'spot');
    assert.equal (market.precision.price, 0.01);
    assert.equal (market.limits.cost.min, 5);
    assert.equal (exchange.market ('BTC/USDT:USDT').type, 'swap');
    assert.ok (exchange.currencies['BTC']);
  });

  it ('tells prices that agree with one another', async () => {
    const [ ticker, book, candles, trades ] = await Promise.all ([
      exchange.fetchTicker (SYMBOL),
      exchange.fetchOrderBook (SYMBOL, 20),
      exchange.fetchOHLCV (SYMBOL, '1m', undefined, 100),
      exchange.fetchTrades (SYMBOL, undefined, 10),
    ]);
    assert.ok (ticker.bid < ticker.ask);
    assert.ok (book.bids[0][0] < book.asks[0][0]);
    assert.equal (candles.length, 100);
    for (const [ , open, high, low, close, volume ] of candles) {
      assert.ok (low <= Math.min (open, close) && Math.max (open, close) <= high && volume >= 0);
    }
    assert.ok (trades.every ((trade) => trade.price > 0 && trade.amount > 0));
    const hours = await exchange.fetchOHLCV (SYMBOL, '1h', undefined, 5);
    assert.ok (hours.length > 0 && hours.length <= 5);
  });

  it ('buys and sells at the market, and takes its fee', async () => {
    const before = await exchange.fetchBalance ();
    assert.equal (before.USDT.total, 10000);
    const bought = await exchange.createOrder (SYMBOL, 'market', 'buy', 0.01);
    assert.equal (bought.status, 'closed');
    assert.equal (bought.filled, 0.01);
    const balance = await exchange.fetchBalance ();
    assert.equal (balance.BTC.free, 0.00999);
    const sold = await exchange.createOrder (SYMBOL, 'market', 'sell', 0.005);
    assert.equal (sold.status, 'closed');
    const fills = await exchange.fetchMyTrades (SYMBOL);
    assert.deepEqual ([ ...new Set (fills.map ((fill) => fill.side)) ], [ 'buy', 'sell' ]);
    assert.equal (fills[0].fee.currency, 'BTC');
    assert.equal (fills.filter ((fill) => fill.order === bought.id).reduce ((sum, fill) => sum + fill.amount, 0), 0.01);
  });

  it ('buys for an amount of money', async () => {
    const order = await exchange.createMarketBuyOrderWithCost (SYMBOL, 100);
    assert.equal (order.status, 'closed');
    assert.ok (order.cost <= 100 && order.cost > 99);
  });

  it ('places, finds and cancels limit orders', async () => {
    const price = Math.floor (last * 0.5);
    const clientOrderId = 'my-order-1';
    const order = await exchange.createOrder (SYMBOL, 'limit', 'buy', 0.001, price, { clientOrderId });
    assert.equal (order.status, 'open');
    assert.equal ((await exchange.fetchBalance ()).USDT.used, price * 0.001);
    const found = await exchange.fetchOrder (order.id, SYMBOL);
    assert.deepEqual ([ found.clientOrderId, found.price, found.amount ], [ clientOrderId, price, 0.001 ]);
    const byClient = await exchange.fetchOrder (undefined, SYMBOL, { clientOrderId });
    assert.equal (byClient.id, order.id);
    assert.deepEqual ((await exchange.fetchOpenOrders (SYMBOL)).map ((o) => o.id), [ order.id ]);
    assert.equal ((await exchange.cancelOrder (order.id, SYMBOL)).status, 'canceled');
    assert.equal ((await exchange.fetchOrder (order.id, SYMBOL)).status, 'canceled');
    await assert.rejects (exchange.cancelOrder (order.id, SYMBOL), ccxt.OrderNotFound);
    await exchange.createOrder (SYMBOL, 'limit', 'buy', 0.001, price, { postOnly: true });
    await exchange.createOrder (SYMBOL, 'limit', 'buy', 0.002, price);
    assert.equal ((await exchange.cancelAllOrders (SYMBOL)).length, 2);
    assert.deepEqual (await exchange.fetchOpenOrders (SYMBOL), []);
    assert.equal ((await exchange.fetchBalance ()).USDT.used, 0);
    assert.ok ((await exchange.fetchOrders (SYMBOL)).length >= 5);
  });

  it ('fills a limit order when the price trades through it', async () => {
    const { last: now } = await exchange.fetchTicker (SYMBOL);
    const price = Math.floor (now * 0.99);
    const order = await exchange.createOrder (SYMBOL, 'limit', 'buy', 0.001, price);
    await jump (SYMBOL, (price * 0.999).toFixed (2));
    const filled = await exchange.fetchOrder (order.id, SYMBOL);
    assert.deepEqual ([ filled.status, filled.average ], [ 'closed', price ]);
  });

  it ('refuses with the errors that ccxt knows', async () => {
    await assert.rejects (exchange.createOrder (SYMBOL, 'market', 'buy', 100), ccxt.InsufficientFunds);
    await assert.rejects (exchange.createOrder (SYMBOL, 'limit', 'buy', 0.00001, last), /-1013.*NOTIONAL/);
    await assert.rejects (exchange.fetchOrder ('999999999', SYMBOL), ccxt.OrderNotFound);
    await assert.rejects (
      exchange.createOrder (SYMBOL, 'limit', 'buy', 0.001, Math.ceil (last * 1.2), { postOnly: true }),
      ccxt.OrderImmediatelyFillable,
    );
    const forger = await open ('spot');
    forger.secret = 'x'.repeat (64);
    await assert.rejects (forger.privateGetAccount (), ccxt.AuthenticationError);
    forger.apiKey = 'x'.repeat (64);
    await assert.rejects (forger.privateGetAccount (), ccxt.AuthenticationError);
  });

  it ('moves money to futures and back', async () => {
    await exchange.transfer ('USDT', 50, 'spot', 'linear');
    const futures = await exchange.fetchBalance ({ type: 'swap' });
    assert.equal (futures.USDT.total, 10050);
    await exchange.transfer ('USDT', 50, 'linear', 'spot');
  });

  it ('tells what the key may do', async () => {
    const rights = await exchange.sapiGetAccountApiRestrictions ();
    assert.equal (rights.enableWithdrawals, false);
    const fees = await exchange.fetchTradingFees ();
    assert.equal (fees[SYMBOL].taker, 0.001);
  });
});
