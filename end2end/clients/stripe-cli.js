// npm @stripe/cli: Stripe's own program runs its fixtures on the test checkout. Part of stripe.test.js: all
// tests share the checkout's clock, so a test that needs it stopped must not run beside one that moves it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { checkout, key, sdk } from './stripe.js';

const run = promisify (execFile);
const program = createRequire (import.meta.url).resolve ('@stripe/cli/bin/shim.js');

// The usual use of the program according to its documentation: products, prices, a customer, a subscription.
const fixture = (mark) => ({
  _meta: { template_version: 0 },
  fixtures: [
    { name: 'product', path: '/v1/products', method: 'post', params: { name: `Fixture ${mark}` } },
    {
      name: 'price', path: '/v1/prices', method: 'post',
      params: {
        product: '${product:id}', unit_amount: 2000, currency: 'usd', recurring: { interval: 'month' }, lookup_key: mark,
      },
    },
    {
      name: 'customer', path: '/v1/customers', method: 'post',
      params: { email: `${mark}@example.org`, payment_method: 'pm_card_visa' },
    },
    {
      name: 'subscription', path: '/v1/subscriptions', method: 'post',
      params: { customer: '${customer:id}', items: [{ price: '${price:id}' }] },
    },
    { name: 'end', path: '/v1/subscriptions/${subscription:id}', method: 'post', params: { cancel_at_period_end: true } },
    { name: 'read', path: '/v1/subscriptions/${subscription:id}', method: 'get' },
  ],
});

export async function playsFixtures (t) {
  const home = await mkdtemp (path.join (tmpdir (), 'stripe-cli-'));
  t.after (() => rm (home, { recursive: true, force: true }));
  const mark = `fixture_${path.basename (home).replace (/\W/g, '').toLowerCase ()}`;
  const file = path.join (home, 'fixture.json');
  await writeFile (file, JSON.stringify (fixture (mark)));
  const env = { PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: home, STRIPE_CLI_TELEMETRY_OPTOUT: '1' };
  const cli = (...words) => run (process.execPath, [program, ...words, '--api-key', key], { env, timeout: 60_000 });
  await cli ('fixtures', file, '--api-base', checkout);

  const stripe = sdk ();
  const [price] = (await stripe.prices.list ({ lookup_keys: [mark] })).data;
  const [subscription] = (await stripe.subscriptions.list ({ price: price.id })).data;
  assert.deepEqual ([subscription.status, subscription.cancel_at_period_end], ['active', true]);
  const { stdout } = await cli ('get', subscription.id, '--api-base', checkout);
  assert.equal (JSON.parse (stdout).id, subscription.id);
}
