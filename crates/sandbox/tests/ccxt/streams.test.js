import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { open } from './desk.js';

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
      const [ candle ] = await exchange.fetchOHLCV (symbol, '1m', candles.at (-1)[0], 1);
      assert.deepEqual (candle.slice (0, 2), candles.at (-1).slice (0, 2));
      const listed = await exchange.fetchTrades (symbol, trades[0].timestamp);
      assert.ok (listed.some ((trade) => trade.id === trades[0].id && trade.price === trades[0].price));
    });
  }
});
