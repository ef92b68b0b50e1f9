// Test fixture: a separate sandbox account for each test, and ccxt with only its URLs changed.

import ccxt from 'ccxt';

const { SANDBOX_URL, SANDBOX_CONTROL_TOKEN } = process.env;
if (!SANDBOX_URL || !SANDBOX_CONTROL_TOKEN) {
  throw new Error('SANDBOX_URL (such as http://127.0.0.1:8080/sandbox) and SANDBOX_CONTROL_TOKEN must be set');
}

export async function control (path, body) {
  const response = await fetch (`${SANDBOX_URL}/control/${path}`, {
    method: 'POST',
    headers: { 'X-Sandbox-Control': SANDBOX_CONTROL_TOKEN, 'Content-Type': 'application/json' },
    body: JSON.stringify (body ?? {}),
  });
  if (!response.ok) {
    throw new Error (`${path}: ${response.status} ${await response.text ()}`);
  }
  return response.json ();
}

function pointAtSandbox (exchange) {
  const rest = `${SANDBOX_URL}/binance`;
  Object.assign (exchange.urls['api'], {
    public: `${rest}/api/v3`,
    private: `${rest}/api/v3`,
    v1: `${rest}/api/v1`,
    sapi: `${rest}/sapi/v1`,
    dapiPublic: `${rest}/dapi/v1`,
    dapiPrivate: `${rest}/dapi/v1`,
    fapiPublic: `${rest}/fapi/v1`,
    fapiPublicV2: `${rest}/fapi/v2`,
    fapiPublicV3: `${rest}/fapi/v3`,
    fapiPrivate: `${rest}/fapi/v1`,
    fapiPrivateV2: `${rest}/fapi/v2`,
    fapiPrivateV3: `${rest}/fapi/v3`,
  });
  const sockets = rest.replace (/^http/, 'ws');
  const ws = exchange.urls['api']['ws'];
  if (ws !== undefined) {
    // ccxt looks for `/stream` to distinguish spot from futures.
    ws['spot'] = `${sockets}/stream/spot/ws`;
    ws['future'] = `${sockets}/futures/ws`;
    Object.assign (ws['ws-api'], { spot: `${sockets}/ws-api/v3`, future: `${sockets}/ws-fapi/v1` });
  }
  return exchange;
}

// Opens a funded account and creates a client for it; with `pro` the client also has the streams.
export async function open (defaultType, pro = false) {
  const { apiKey, apiSecretKey } = await control ('accounts');
  const Binance = pro ? ccxt.pro.binance : ccxt.binance;
  // ccxt renews a stream's listen key after this many milliseconds, twenty minutes by default, and node does
  // not exit before that timer has fired.
  const options = { defaultType, listenKeyRefreshRate: 3000 };
  const exchange = new Binance ({ apiKey, secret: apiSecretKey, options });
  // The sandbox is local: the request rate that Binance asks for would only slow the tests down.
  exchange.enableRateLimit = false;
  return pointAtSandbox (exchange);
}

// Jumps the market, so that fills and triggers happen without waiting.
export const jump = (symbol, price) => control ('price', { symbol, price: String (price) });

export { ccxt };
