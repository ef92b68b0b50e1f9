// npm 3commas-api-node: every parameter in the query, signed as `path?query`.

import assert from 'node:assert/strict';
import test from 'node:test';
import ThreeCommas from '3commas-api-node';
import { ALL, desk, person } from './desk.js';

const open = ({ apiKey, apiSecret }) => new ThreeCommas ({ url: desk, apiKey, apiSecret });

async function connected () {
  const ada = await person ();
  const client = await ada.client (...ALL);
  const api = open (client);
  const { apiKey, apiSecretKey } = await ada.sandbox ();
  const account = { type: 'binance_futures', name: 'Mine & yours', api_key: apiKey, secret: apiSecretKey };
  return { ada, client, api, account, made: await api.accountsNew (account) };
}

test ('an account is added, listed, read, renamed and removed', async () => {
  const { api, account, made } = await connected ();
  assert.equal (made.name, account.name);
  assert.equal (made.market_code, 'binance_futures');
  assert.equal (made.usd_amount, '10000.0');
  assert.deepEqual ((await api.accounts ()).map ((a) => a.id), [made.id]);
  const renamed = await api.accountRename ({ account_id: made.id, name: 'Renamed' });
  assert.equal (renamed.name, 'Renamed');
  const loaded = await api.accountLoadBalances (made.id);
  assert.equal (loaded.id, made.id);
  const [slice] = await api.accountPieChartData (made.id);
  assert.deepEqual ([slice.code, slice.percentage], ['USDT', '100.0']);
  const [line] = await api.accountTableData (made.id);
  assert.equal (line.account_id, made.id);
  assert.equal (await api.accountRemove (made.id), true);
  assert.deepEqual (await api.accounts (), []);
});

test ('the list of markets says what can be traded', async () => {
  const { api } = await connected ();
  const markets = await api.accountsMarketList ();
  const traded = markets.filter ((market) => market.trading_supported).map ((market) => market.market_code);
  assert.deepEqual (traded, ['binance', 'binance_futures']);
});

test ('bad fields are told by their names', async () => {
  const { api, account } = await connected ();
  const again = await api.accountsNew (account);
  assert.deepEqual (again.error_attributes, { api_key: ['This account is already connected!'] });
  const bad = await api.accountsNew ({ ...account, type: 'bitstamp', name: '' });
  assert.equal (bad.error, 'record_invalid');
  assert.deepEqual (Object.keys (bad.error_attributes).sort (), ['customer_id', 'name', 'type']);
});

test ('bad credentials are refused', async () => {
  const { ada, client, api, made } = await connected ();
  const wrong = open ({ ...client, apiSecret: '0'.repeat (64) });
  assert.equal ((await wrong.accounts ()).error, 'signature_invalid');
  const nobody = open ({ ...client, apiKey: '0'.repeat (64) });
  assert.equal ((await nobody.accounts ()).error, 'api_key_invalid_or_expired');
  const reader = open (await ada.client ('ACCOUNTS_READ'));
  assert.equal ((await reader.accountRemove (made.id)).error, 'access_denied');
  assert.equal ((await reader.accounts ()).length, 1);
  await ada.revoke (client);
  assert.equal ((await api.accounts ()).error, 'api_key_invalid_or_expired');
});
