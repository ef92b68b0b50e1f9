// Test fixture: a separate sandbox account for each test, and the client with only its URLs changed.

import { MainClient, USDMClient, WebsocketAPIClient, WebsocketClient } from 'binance';

const { SANDBOX_URL, SANDBOX_CONTROL_TOKEN } = process.env;
if (!SANDBOX_URL || !SANDBOX_CONTROL_TOKEN) {
  throw new Error('SANDBOX_URL (such as http://127.0.0.1:8080/sandbox) and SANDBOX_CONTROL_TOKEN must be set');
}
const baseUrl = `${SANDBOX_URL}/binance`;
const sockets = baseUrl.replace(/^http/, 'ws');
const quiet = { trace() {}, info() {}, error() {} };

export async function control(path, body) {
  const response = await fetch(`${SANDBOX_URL}/control/${path}`, {
    method: 'POST',
    headers: { 'X-Sandbox-Control': SANDBOX_CONTROL_TOKEN, 'Content-Type': 'application/json' },
    body: JSON.stringify(body ?? {}),
  });
  if (!response.ok) {
    throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }
  return response.json();
}

// Opens a funded account and creates the clients of one venue for it.
export async function open(venue) {
  const { apiKey, apiSecretKey } = await control('accounts');
  const keys = { api_key: apiKey, api_secret: apiSecretKey };
  const spot = venue === 'spot';
  const Rest = spot ? MainClient : USDMClient;
  const api = { ...keys, wsUrl: sockets, attachEventListeners: false, muteLatencyWarning: true };
  const streams = { ...keys, wsUrl: `${sockets}/${spot ? 'spot' : 'futures'}`, restOptions: { baseUrl } };
  return {
    rest: new Rest({ ...keys, baseUrl }),
    api: new WebsocketAPIClient(api, quiet),
    streams: new WebsocketClient(streams, quiet),
  };
}

// Collects the messages of a client; `until` waits for one that satisfies a condition.
export function collect(client, event = 'message') {
  const seen = [];
  let wake = () => {};
  client.on(event, (message) => {
    seen.push(message);
    wake();
  });
  return {
    seen,
    async until(holds, what) {
      const deadline = Date.now() + 15000;
      while (!seen.some(holds)) {
        if (Date.now() >= deadline) {
          throw new Error(`${what} did not arrive; seen: ${JSON.stringify(seen)}`);
        }
        await new Promise((resolve) => {
          wake = resolve;
          setTimeout(resolve, 500);
        });
      }
      return seen.find(holds);
    },
  };
}
