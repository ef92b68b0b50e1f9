import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { open } from './desk.js';

const UPDATES = 50;
const SNAPSHOTS = 4;

const levels = ({ bids, asks }) => ({
  bids: Array.from (bids, ([ price, amount ]) => [ price, amount ]),
  asks: Array.from (asks, ([ price, amount ]) => [ price, amount ]),
});

// ccxt checks that each update follows the one before it, and rejects with a ChecksumError otherwise. Whether the
// book that results is right, only a snapshot of the same update id shows.
async function follow (exchange, symbol) {
  const copies = new Map ();
  const snapshots = new Map ();
  const matched = () => [ ...snapshots.keys () ].filter ((nonce) => copies.has (nonce));
  const deadline = Date.now () + 40000;
  let last = 0;
  let pending;
  while (copies.size < UPDATES || matched ().length < SNAPSHOTS) {
    assert.ok (Date.now () < deadline, `${copies.size} updates, ${matched ().length} of ${snapshots.size} snapshots`);
    const book = await exchange.watchOrderBook (symbol);
    assert.ok (book.bids[0][0] < book.asks[0][0], 'a level that is gone was kept');
    assert.ok (book.nonce >= last, `went back from ${last} to ${book.nonce}`);
    last = book.nonce;
    copies.set (last, levels (book));
    if (copies.size > 5) {
      pending ??= exchange.fetchOrderBook (symbol, 1000).then ((snapshot) => {
        snapshots.set (snapshot.nonce, levels (snapshot));
        pending = undefined;
      });
    }
  }
  await pending;
  for (const nonce of matched ()) {
    assert.deepEqual (copies.get (nonce), snapshots.get (nonce), `the book at ${nonce}`);
  }
}

describe ('order books', { concurrency: true }, () => {
  for (const [ type, symbol ] of [ [ 'spot', 'SOL/USDT' ], [ 'swap', 'SOL/USDT:USDT' ] ]) {
    it (`follows ${UPDATES} updates of a ${type} book, each as in a REST snapshot`, async () => {
      const exchange = await open (type, true);
      // Without this, ccxt does not open unencrypted streams.
      await exchange.loadHttpProxyAgent ();
      try {
        await exchange.loadMarkets ();
        await follow (exchange, symbol);
      } finally {
        await exchange.close ();
      }
    });
  }
});
