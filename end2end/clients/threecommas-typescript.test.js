// npm 3commas-typescript: parameters as JSON, signed as `path?` and body.

import assert from 'node:assert/strict';
import test from 'node:test';
import { API } from '3commas-typescript';
import { ALL, desk, person } from './desk.js';

const THEIRS = 'https://api.3commas.io';

// The address is a constant of the library. Interceptors run in reverse order: the library signs the URL
// first, this one then replaces it.
function open ({ apiKey, apiSecret }) {
  const api = new API ({ key: apiKey, secrets: apiSecret });
  api.axios.interceptors.request.use ((config) => {
    return { ...config, baseURL: desk, url: config.url.replace (THEIRS, desk) };
  });
  return api;
}

async function connected () {
  const ada = await person ();
  const client = await ada.client (...ALL);
  const api = open (client);
  const { apiKey, apiSecretKey } = await ada.sandbox ();
  const account = { type: 'binance', name: 'Mine', api_key: apiKey, secret: apiSecretKey };
  const made = await api.addExchangeAccount ({ ...account, types_to_create: ['binance_futures'] });
  return { ada, client, api, account, made };
}

test ('an account is added, listed, read, updated and removed', async () => {
  const { api, made } = await connected ();
  assert.deepEqual (made.supported_market_types, ['spot']);
  const all = await api.getExchange ();
  assert.deepEqual (all.map ((a) => a.market_code), ['binance', 'binance_futures']);
  assert.deepEqual (await api.getAccountInfo (made.id), all[0]);
  const updated = await api.editExchangeAccount ({ account_id: made.id, name: 'Updated' });
  assert.equal (updated.name, 'Updated');
  const renamed = await api.renameExchangeAccount (made.id, 'Renamed');
  assert.equal (renamed.name, 'Renamed');
  assert.equal ((await api.loadBalances (made.id)).id, made.id);
  assert.equal ((await api.getPieChartData (made.id))[0].code, 'USDT');
  assert.equal ((await api.getAccountTableData (made.id))[0].account_id, made.id);
  assert.equal (await api.removeExchangeAccount (made.id), true);
  assert.equal ((await api.getExchange ()).length, 1);
});

test ('bad fields and bad credentials are refused', async () => {
  const { ada, client, api, account, made } = await connected ();
  await assert.rejects (api.addExchangeAccount (account), (told) => {
    assert.deepEqual (told.error_attributes, { api_key: ['This account is already connected!'] });
    return true;
  });
  await assert.rejects (open ({ ...client, apiSecret: '0'.repeat (64) }).getExchange (), {
    error: 'signature_invalid',
  });
  const reader = open (await ada.client ('ACCOUNTS_READ'));
  await assert.rejects (reader.renameExchangeAccount (made.id, 'x'), { error: 'access_denied' });
  await ada.revoke (client);
  await assert.rejects (api.getExchange (), { error: 'api_key_invalid_or_expired' });
});
