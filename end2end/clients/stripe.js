// Access to the separate test checkout for tests: its `/v1` matches Stripe's.

import { createServer } from 'node:http';
import { once } from 'node:events';
import Stripe from 'stripe';

const { CHECKOUT_URL, CHECKOUT_KEY, CHECKOUT_CONTROL } = process.env;
if (!CHECKOUT_URL || !CHECKOUT_KEY || !CHECKOUT_CONTROL) {
  throw new Error('CHECKOUT_URL, CHECKOUT_KEY and CHECKOUT_CONTROL must be set');
}

export const checkout = CHECKOUT_URL;
export const key = CHECKOUT_KEY;

// Stripe's own SDK with another address.
export function sdk (apiKey = key) {
  const { hostname, port } = new URL (checkout);
  return new Stripe (apiKey, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
}

// Advances the checkout's clock, as a test clock of Stripe's would.
export async function advance (seconds) {
  const response = await fetch (`${checkout}/control/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-checkout-control': CHECKOUT_CONTROL },
    body: JSON.stringify ({ seconds }),
  });
  if (!response.ok) {
    throw new Error (`the control door answered ${response.status}`);
  }
}

// A listener for webhook messages that rejects the first `refusals` of them.
export async function listener (refusals = 0) {
  const heard = [];
  const refused = [];
  const waiting = [];
  let left = refusals;
  const server = createServer (async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push (part);
    const body = Buffer.concat (parts);
    const event = JSON.parse (body);
    if (left > 0) {
      left -= 1;
      refused.push (event.id);
      response.writeHead (500).end ();
      return;
    }
    heard.push ({ event, body, signature: request.headers['stripe-signature'] });
    response.writeHead (200).end ();
    waiting.splice (0).forEach ((again) => again ());
  });
  await once (server.listen (0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${server.address ().port}/`,
    // The ids of the rejected messages.
    refused,
    // Waits until a message fits.
    async until (fits) {
      for (;;) {
        const found = heard.find (({ event }) => fits (event));
        if (found) return found;
        await new Promise ((again) => waiting.push (again));
      }
    },
    close: () => server.close (),
  };
}
