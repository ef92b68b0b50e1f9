// The user data streams of both venues in ccxt.pro: orders, fills, balances and positions.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { open } from './desk.js';

// Collects what a `watch` method returns until it is stopped; `until` waits for a value that satisfies a condition.
function collect (watch) {
  const seen = [];
  let wake = () => {};
  let failure;
  (async () => {
    for (;;) {
      const value = await watch ();
      seen.push (...(Array.isArray (value) ? value : [ value ]).map ((one) => structuredClone ({ ...one })));
      wake ();
    }
  }) ().catch ((error) => {
    failure = error;
    wake ();
  });
  return {
    seen,
    async until (holds, what) {
      const deadline = Date.now () + 15000;
      while (!seen.some (holds)) {
        assert.ok (Date.now () < deadline, `${what} did not arrive; seen: ${JSON.stringify (seen)}; ${failure}`);
        await new Promise ((resolve) => {
          wake = resolve;
          setTimeout (resolve, 500);
        });
      }
      return seen.find (holds);
    },
  };
}

for (const [ type, symbol ] of [ [ 'spot', 'ETH/USDT' ], [ 'swap', 'ETH/USDT:USDT' ] ]) {
  describe (`${type} account streams`, () => {
    let exchange;
    let orders;
    let balances;
    let trades;
    let price;

    before (async () => {
      exchange = await open (type, true);
      // Without this, ccxt does not open unencrypted streams.
      await exchange.loadHttpProxyAgent ();
      await exchange.loadMarkets ();
      price = exchange.priceToPrecision (symbol, (await exchange.fetchTicker (symbol)).last * 0.9);
      orders = collect (() => exchange.watchOrders (symbol));
      balances = collect (() => exchange.watchBalance ());
      trades = collect (() => exchange.watchMyTrades (symbol));
      // The streams start once they are connected, which only a first message shows.
      const deadline = Date.now () + 15000;
      while (orders.seen.length === 0) {
        assert.ok (Date.now () < deadline, 'no order arrived');
        const { id } = await exchange.createOrder (symbol, 'limit', 'buy', 0.1, price);
        await exchange.cancelOrder (id, symbol);
      }
    });

    after (() => exchange.close ());

    it ('tells the life of an order', async () => {
      const { id } = await exchange.createOrder (symbol, 'limit', 'buy', 0.1, price);
      const opened = await orders.until ((order) => order.id === id && order.status === 'open', 'the new order');
      assert.deepEqual ([ opened.symbol, opened.amount, opened.price, opened.filled ], [ symbol, 0.1, Number (price), 0 ]);
      await exchange.cancelOrder (id, symbol);
      await orders.until ((order) => order.id === id && order.status === 'canceled', 'its cancellation');
    });

    it ('tells a fill, with the fee and the balance that REST tells', async () => {
      const { id } = await exchange.createOrder (symbol, 'market', 'buy', 0.1);
      const order = await orders.until ((one) => one.id === id && one.status === 'closed', 'the fill');
      assert.equal (order.filled, 0.1);
      await trades.until ((trade) => trade.order === id, 'the trade');
      const [ fills, balance ] = [ await (await exchange.fetchMyTrades (symbol)).filter ((fill) => fill.order === id), await exchange.fetchBalance () ];
      const told = trades.seen.filter ((trade) => trade.order === id);
      const figures = (trade) => [ trade.id, trade.price, trade.amount, trade.fee.cost, trade.fee.currency ];
      assert.deepEqual (told.map (figures), fills.map (figures));
      // ccxt's total of a futures balance from REST includes the unrealized profit; the stream's does not.
      const usdt = type === 'spot' ? balance.USDT.total : Number (balance.info.totalWalletBalance);
      await balances.until ((one) => one.USDT?.total === usdt, `a balance of ${usdt}`);
      if (type === 'spot') {
        await balances.until ((one) => one.ETH?.free === balance.ETH.free, `${balance.ETH.free} ETH`);
      }
    });

    if (type === 'spot') {
      it ('trades through the WebSocket API', async () => {
        const order = await exchange.createOrderWs (symbol, 'limit', 'buy', 0.1, Number (price));
        assert.equal ((await exchange.fetchOrderWs (order.id, symbol)).status, 'open');
        assert.deepEqual ((await exchange.fetchOpenOrdersWs (symbol)).map ((one) => one.id), [ order.id ]);
        assert.equal ((await exchange.cancelOrderWs (order.id, symbol)).status, 'canceled');
        assert.ok ((await exchange.fetchBalanceWs ()).info.balances.length > 0);
      });
    } else {
      it ('tells a position from its opening to its end', async () => {
        const positions = collect (() => exchange.watchPositions ([ symbol ]));
        const [ held ] = await exchange.fetchPositions ([ symbol ]);
        await exchange.createOrder (symbol, 'market', 'buy', 0.2);
        const grown = await positions.until ((one) => one.contracts > held.contracts, 'the larger position');
        assert.deepEqual ([ grown.symbol, grown.side, grown.contracts ], [ symbol, 'long', 0.3 ]);
        assert.equal (grown.entryPrice, (await exchange.fetchPositions ([ symbol ]))[0].entryPrice);
        await exchange.createOrder (symbol, 'market', 'sell', 0.3, undefined, { reduceOnly: true });
        await positions.until ((one) => one.contracts === 0, 'the closed position');
      });

      it ('trades through the WebSocket API', async () => {
        const order = await exchange.createOrderWs (symbol, 'limit', 'buy', 0.1, Number (price));
        const edited = await exchange.editOrderWs (order.id, symbol, 'limit', 'buy', 0.2, Number (price));
        assert.deepEqual ([ edited.id, edited.amount ], [ order.id, 0.2 ]);
        assert.equal ((await exchange.fetchOrderWs (order.id, symbol)).status, 'open');
        await exchange.cancelOrderWs (order.id, symbol);
        assert.equal ((await exchange.fetchOrder (order.id, symbol)).status, 'canceled');
      });
    }
  });
}
