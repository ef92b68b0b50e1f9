// Access to the desk for tests: a new user for each test, who can create API clients and sandbox accounts.

import { randomUUID } from 'node:crypto';

const { DESK_URL } = process.env;
if (!DESK_URL) {
  throw new Error('DESK_URL (such as http://127.0.0.1:8080) must be set');
}

export const desk = DESK_URL;

// A new user who calls `/v1` with a JWT.
export async function person () {
  const credentials = { email: `ada-${randomUUID ()}@example.org`, password: `engine-${randomUUID ()}` };
  const ask = async (token, method, path, body) => {
    const response = await fetch (`${desk}${path}`, {
      method,
      headers: { ...(token && { authorization: token }), ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify (body) }),
    });
    const text = await response.text ();
    if (!response.ok) {
      throw new Error (`${method} ${path}: ${response.status} ${text}`);
    }
    return text ? JSON.parse (text) : undefined;
  };
  const { accessToken } = await ask (undefined, 'POST', '/v1/auth/sign-up', credentials);
  return {
    // Creates an API client with these permissions: `{ apiKey, apiSecret, loginId }`.
    client: (...permissions) =>
      ask (accessToken, 'POST', '/v1/priv/api-client', { name: 'Test', permissions }),
    revoke: ({ id }) => ask (accessToken, 'DELETE', `/v1/priv/api-client/${id}`),
    // Opens a sandbox account: `{ apiKey, apiSecretKey }`.
    sandbox: () => ask (accessToken, 'POST', '/v1/priv/account/exchange/sandbox', {}),
  };
}

export const ALL = ['ACCOUNTS_READ', 'ACCOUNTS_WRITE'];
