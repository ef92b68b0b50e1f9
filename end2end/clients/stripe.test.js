// npm stripe and npm @stripe/cli: the test checkout answers Stripe's own programs as Stripe would.

import assert from 'node:assert/strict';
import test from 'node:test';
import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { playsFixtures } from './stripe-cli.js';
import { advance, listener, sdk } from './stripe.js';

const DAY = 24 * 3600;
const stripe = sdk ();

async function prices () {
  const make = (unit_amount) => stripe.prices.create ({
    currency: 'usd', unit_amount, recurring: { interval: 'month' }, product_data: { name: `Plan ${unit_amount}` },
  });
  return [await make (2000), await make (4000)];
}

const payer = (payment_method) =>
  stripe.customers.create ({ email: `${randomUUID ()}@example.org`, payment_method, metadata: { user_id: 'ada' } });

async function subscribed (payment_method = 'pm_card_visa') {
  const [small, large] = await prices ();
  const customer = await payer (payment_method);
  const subscription = await stripe.subscriptions.create ({ customer: customer.id, items: [{ price: small.id }] });
  return { small, large, customer, subscription };
}

test ('a subscription is made, read, changed, ended and resumed', async () => {
  const { small, large, customer, subscription } = await subscribed ();
  assert.equal (subscription.status, 'active');
  const [item] = subscription.items.data;
  assert.equal (item.price.id, small.id);
  assert.ok (item.current_period_end - item.current_period_start >= 28 * DAY);
  const preview = await stripe.invoices.createPreview ({
    subscription: subscription.id,
    subscription_details: { items: [{ id: item.id, price: large.id }], proration_behavior: 'always_invoice' },
  });
  assert.equal (preview.total, 2000);
  const changed = await stripe.subscriptions.update (subscription.id, {
    items: [{ id: item.id, price: large.id }],
    proration_behavior: 'always_invoice',
    payment_behavior: 'error_if_incomplete',
  });
  assert.equal (changed.items.data[0].price.unit_amount, 4000);
  const ending = await stripe.subscriptions.update (subscription.id, { cancel_at_period_end: true });
  assert.equal (ending.cancel_at, item.current_period_end);
  const going = await stripe.subscriptions.update (subscription.id, { cancel_at_period_end: false });
  assert.equal (going.cancel_at, null);
  const paid = await stripe.invoices.list ({ customer: customer.id, status: 'paid' });
  assert.deepEqual (paid.data.map ((invoice) => invoice.amount_paid), [2000, 2000]);
  const gone = await stripe.subscriptions.cancel (subscription.id);
  assert.equal (gone.status, 'canceled');
});

test ('the same key does it once, and another request under it is refused', async () => {
  const idempotencyKey = randomUUID ();
  const first = await stripe.customers.create ({ email: 'a@example.org' }, { idempotencyKey });
  const again = await stripe.customers.create ({ email: 'a@example.org' }, { idempotencyKey });
  assert.equal (again.id, first.id);
  const other = stripe.customers.create ({ email: 'b@example.org' }, { idempotencyKey });
  await assert.rejects (other, Stripe.errors.StripeIdempotencyError);
});

test ('errors are of the classes that the SDK knows', async () => {
  const [price] = await prices ();
  const { id: customer } = await payer ('pm_card_chargeDeclined');
  const declined = stripe.subscriptions.create ({ customer, items: [{ price: price.id }] });
  await assert.rejects (declined, (error) => error instanceof Stripe.errors.StripeCardError && error.code === 'card_declined');
  assert.deepEqual ((await stripe.subscriptions.list ({ customer, status: 'all' })).data, []);
  await assert.rejects (stripe.customers.retrieve ('cus_nobody'), Stripe.errors.StripeInvalidRequestError);
  await assert.rejects (sdk ('sk_test_wrong').customers.list (), Stripe.errors.StripeAuthenticationError);
  await assert.rejects (stripe.products.create ({}), Stripe.errors.StripeInvalidRequestError);
});

test ('lists come in pages, newest first', async () => {
  const made = [];
  for (const name of ['one', 'two', 'three']) made.push ((await stripe.products.create ({ name })).id);
  const seen = [];
  for await (const product of stripe.products.list ({ limit: 1 })) {
    seen.push (product.id);
    if (product.id === made[0]) break;
  }
  assert.deepEqual (seen.filter ((id) => made.includes (id)), made.reverse ());
});

test ('a page to pay at opens, is paid in the browser, and closes', async () => {
  const [price] = await prices ();
  const customer = await payer ();
  const open = () => stripe.checkout.sessions.create ({
    mode: 'subscription', customer: customer.id, line_items: [{ price: price.id, quantity: 1 }],
    success_url: 'http://127.0.0.1:9/?id={CHECKOUT_SESSION_ID}', cancel_url: 'http://127.0.0.1:9/',
  });
  const closed = await open ();
  assert.equal ((await stripe.checkout.sessions.expire (closed.id)).status, 'expired');
  await assert.rejects (stripe.checkout.sessions.expire (closed.id), Stripe.errors.StripeInvalidRequestError);
  const session = await open ();
  const page = await fetch (session.url);
  assert.match (await page.text (), /20\.00 USD a month/);
  const body = new URLSearchParams ({ card: 'pays' });
  const paid = await fetch (session.url, { method: 'POST', body, redirect: 'manual' });
  assert.deepEqual ([paid.status, paid.headers.get ('location')], [303, `http://127.0.0.1:9/?id=${session.id}`]);
  const after = await stripe.checkout.sessions.retrieve (session.id);
  assert.deepEqual ([after.status, after.url], ['complete', null]);
  assert.equal ((await stripe.subscriptions.retrieve (after.subscription)).status, 'active');
});

test ('messages are signed, and told again until they are taken', async () => {
  const ears = await listener (1);
  const endpoint = await stripe.webhookEndpoints.create ({ url: ears.url, enabled_events: ['*'] });
  try {
    const { subscription } = await subscribed ();
    const about = ({ type, data }) => type === 'customer.subscription.created' && data.object.id === subscription.id;
    const { body, signature } = await ears.until (about);
    const event = stripe.webhooks.constructEvent (body, signature, endpoint.secret);
    assert.equal ((await stripe.events.retrieve (event.id)).data.object.status, 'active');
    assert.throws (() => stripe.webhooks.constructEvent (`${body} `, signature, endpoint.secret));
    const [refused] = ears.refused;
    await ears.until (({ id }) => id === refused);
  } finally {
    await stripe.webhookEndpoints.del (endpoint.id);
    ears.close ();
  }
});

test ('the command line plays its fixtures', playsFixtures);

test ('a clock that moves brings renewals, failed payments and the end', async () => {
  const [good, bad] = [await subscribed (), await subscribed ('pm_card_chargeCustomerFail')];
  await advance (32 * DAY);
  assert.equal ((await stripe.subscriptions.retrieve (good.subscription.id)).status, 'active');
  assert.equal ((await stripe.subscriptions.retrieve (bad.subscription.id)).status, 'past_due');
  await advance (7 * DAY);
  assert.equal ((await stripe.subscriptions.retrieve (bad.subscription.id)).status, 'canceled');
  const paid = await stripe.invoices.list ({ customer: good.customer.id, status: 'paid' });
  assert.equal (paid.data.length, 2);
});
