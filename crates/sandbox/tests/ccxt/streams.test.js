import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { jump, open } from './desk.js';

describe ('streams', () => {
  const opened = {};

  before (async () => {
    for (const type of [ 'spot', 'swap' ]) {
      opened[type] = await open (type, true);
      // Without this, ccxt does not open unencrypted streams.
      await opened[type].loadHttpProxyAgent ();
      await opened[type].loadMarkets ();
    }
  });

  after (() => Promise.all (Object.values (opened).map ((exchange) => exchange.close ())));

  for (const [ type, symbol ] of [ [ 'spot', 'SOL/USDT' ], [ 'swap', 'SOL/USDT:USDT' ] ]) {
    it (`tells ${type} prices`, async () => {
      const exchange = opened[type];
      const [ ticker, candles, trades ] = await Promise.all ([
        exchange.watchTicker (symbol),
        exchange.watchOHLCV (symbol, '1m'),
        exchange.watchTrades (symbol),
      ]);
      assert.ok (ticker.last > 0);
      assert.ok (candles.at (-1)[4] > 0);
      assert.ok (trades.length > 0);
    });
  }

  for (const [ type, symbol ] of [ [ 'spot', 'SOL/USDT' ], [ 'swap', 'SOL/USDT:USDT' ] ]) {
    it (`keeps a ${type} order book`, async () => {
      const exchange = opened[type];
      const numbers = [];
      while (numbers.length < 5) {
        const book = await exchange.watchOrderBook (symbol);
        assert.ok (book.bids[0][0] < book.asks[0][0], 'a level that is gone was kept');
        numbers.push (book.nonce);
      }
      assert.ok (numbers.at (-1) > numbers[0], `stands still at ${numbers}`);
      const snapshot = await exchange.fetchOrderBook (symbol);
      assert.ok (Math.abs (exchange.orderbooks[symbol].bids[0][0] / snapshot.bids[0][0] - 1) < 0.05);
    });
  }

  it ('tells what happens to spot orders and balances', async () => {
    const [ exchange, symbol ] = [ opened['spot'], 'SOL/USDT' ];
    const { last } = await exchange.fetchTicker (symbol);
    const price = exchange.priceToPrecision (symbol, last * 0.9);
    const orders = exchange.watchOrders (symbol);
    const balance = exchange.watchBalance ();
    // The stream starts once both are connected, which only its first message shows.
    const deadline = Date.now () + 15000;
    const heard = { orders: false, balance: false };
    orders.then (() => { heard.orders = true; });
    balance.then (() => { heard.balance = true; });
    while (!(heard.orders && heard.balance)) {
      assert.ok (Date.now () < deadline, `heard ${JSON.stringify (heard)}`);
      const order = await exchange.createOrder (symbol, 'limit', 'buy', 1, price);
      await exchange.cancelOrder (order.id, symbol);
    }
    assert.equal ((await orders)[0].symbol, symbol);
    assert.ok ((await balance).USDT.total > 0);
  });

  it ('tells what happens to futures orders and balances', async () => {
    const [ exchange, symbol ] = [ opened['swap'], 'SOL/USDT:USDT' ];
    const { last } = await exchange.fetchTicker (symbol);
    const price = exchange.priceToPrecision (symbol, last * 0.98);
    const orders = exchange.watchOrders (symbol);
    const balance = exchange.watchBalance ();
    // The stream starts once both are connected, which only its first message shows.
    const deadline = Date.now () + 15000;
    const heard = { orders: false, balance: false };
    orders.then (() => { heard.orders = true; });
    balance.then (() => { heard.balance = true; });
    while (!(heard.orders && heard.balance)) {
      assert.ok (Date.now () < deadline, `heard ${JSON.stringify (heard)}`);
      const order = await exchange.createOrder (symbol, 'limit', 'buy', 1, price);
      await jump (exchange.market (symbol).id, (last * 0.97).toFixed (2));
      await jump (exchange.market (symbol).id, last.toFixed (2));
      assert.equal ((await exchange.fetchOrder (order.id, symbol)).status, 'closed');
    }
    assert.equal ((await orders)[0].symbol, symbol);
    assert.ok ((await balance).USDT.total > 0);
  });
});
