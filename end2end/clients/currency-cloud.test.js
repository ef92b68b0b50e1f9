// npm currency-cloud, the official SDK: its `demo` environment points to the desk.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';
import { ALL, desk, person } from './desk.js';

const require = createRequire (import.meta.url);
require ('currency-cloud/package.json').settings.environment.demo = desk;
const cloud = require ('currency-cloud');

const GOOD = {
  accountName: 'My Example Account',
  legalEntityType: 'company',
  street: 'My Example Street',
  city: 'My Example City',
  postalCode: 'Example Code',
  country: 'GB',
};

// The SDK has a single global session, so the tests run one after another.
async function signedIn (...permissions) {
  const ada = await person ();
  const client = await ada.client (...permissions);
  const token = await cloud.authentication.login ({
    environment: 'demo',
    loginId: client.loginId,
    apiKey: client.apiSecret,
  });
  assert.match (token, /^[0-9a-f]{32}$/);
  return { ada, client };
}

test ('an account is created, read, updated and found', async () => {
  await signedIn (...ALL);
  const made = await cloud.accounts.create ({ ...GOOD, yourReference: 'ref 7' });
  assert.match (made.shortReference, /^\d{6}-\d{5}$/);
  assert.deepEqual ([made.accountName, made.spreadTable, made.apiTrading], [GOOD.accountName, 'no_markup', true]);
  assert.deepEqual (await cloud.accounts.get ({ id: made.id }), made);
  const updated = await cloud.accounts.update ({ id: made.id, city: 'York' });
  assert.deepEqual ([updated.city, updated.yourReference], ['York', 'ref 7']);
  const found = await cloud.accounts.find ({ city: 'York', order: 'account_name', perPage: 5 });
  assert.deepEqual (found.accounts, [updated]);
  assert.deepEqual (found.pagination, {
    totalEntries: 1, totalPages: 1, currentPage: 1, perPage: 5, previousPage: -1, nextPage: -1,
    order: 'account_name', orderAscDesc: 'asc',
  });
  const own = await cloud.accounts.getCurrent ();
  assert.equal (own.legalEntityType, 'individual');
  await cloud.authentication.logout ();
});

test ('bad fields come back as the SDK reads them', async () => {
  await signedIn (...ALL);
  await assert.rejects (cloud.accounts.create ({ ...GOOD, street: '', country: 'US' }), (error) => {
    assert.ok (error instanceof cloud.BadRequestError, String (error));
    const codes = error.errors.map ((e) => e.code).sort ();
    assert.deepEqual (codes, ['state_or_province_is_required', 'street_is_required']);
    return true;
  });
  await assert.rejects (
    cloud.accounts.get ({ id: '0199c0de-0000-7000-8000-000000000000' }),
    (error) => error instanceof cloud.NotFoundError,
  );
  await cloud.authentication.logout ();
});

test ('bad credentials are refused', async () => {
  const ada = await person ();
  const { loginId, apiSecret } = await ada.client (...ALL);
  const login = (id, apiKey) => cloud.authentication.login ({ environment: 'demo', loginId: id, apiKey });
  for (const [id, key] of [[loginId, '0'.repeat (64)], ['nobody', apiSecret]]) {
    await assert.rejects (login (id, key), (error) => {
      assert.ok (error instanceof cloud.AuthenticationError, String (error));
      assert.equal (error.errors[0].code, 'invalid_supplied_credentials');
      return true;
    });
  }
  await assert.rejects (login (loginId, 'short'), (error) => {
    assert.ok (error instanceof cloud.BadRequestError, String (error));
    assert.deepEqual (error.errors[0].params, { length: 64 });
    return true;
  });
});

test ('a reader may not write, and a client that is taken back may nothing', async () => {
  const { ada, client } = await signedIn ('ACCOUNTS_READ');
  await cloud.accounts.find ();
  await assert.rejects (cloud.accounts.create (GOOD), (error) => error instanceof cloud.ForbiddenError);
  await ada.revoke (client);
  await assert.rejects (cloud.accounts.find (), (error) => error instanceof cloud.AuthenticationError);
});
