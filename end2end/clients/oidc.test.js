// npm cognito-local, an offline Cognito: the desk's `/v1` accepts its users' access tokens and no others. The
// test starts its own desk, which must know the user pool at start.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

const require = createRequire (import.meta.url);
const { SLIPSTREAM_BIN } = process.env;
const PASSWORD = 'Correct-horse-7-battery';
const KEYS = '/v1/priv/account/exchange/key/list';
// Timeout for the start of either program.
const PATIENCE_MS = 60_000;

const running = [];
let folder, pool, client, desk, cognito;

async function freePort () {
  const server = createServer ().listen (0, '127.0.0.1');
  await once (server, 'listening');
  const { port } = server.address ();
  server.close ();
  await once (server, 'close');
  return port;
}

function start (command, words, env) {
  const child = spawn (command, words, { cwd: folder, env: { PATH: process.env.PATH, ...env }, stdio: 'ignore' });
  running.push (child);
  return child;
}

async function answers (child, url) {
  const deadline = performance.now () + PATIENCE_MS;
  while (!(await fetch (url).catch (() => undefined))?.ok) {
    assert.ok (child.exitCode === null && performance.now () < deadline, `${url} does not answer`);
    await new Promise ((resolve) => setTimeout (resolve, 25));
  }
}

async function ask (target, body) {
  const response = await fetch (cognito, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${target}`,
    },
    body: JSON.stringify (body),
  });
  const text = await response.text ();
  assert.ok (response.ok, `${target}: ${response.status} ${text}`);
  return text ? JSON.parse (text) : {};
}

async function tokens (name, clientId = client) {
  const { AuthenticationResult } = await ask ('InitiateAuth', {
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: clientId,
    AuthParameters: { USERNAME: address (name), PASSWORD },
  });
  return AuthenticationResult;
}

// Users of this pool are identified by their e-mail address.
const address = (name) => `${name}@example.org`;

async function user (name) {
  await ask ('AdminCreateUser', {
    UserPoolId: pool,
    Username: address (name),
    MessageAction: 'SUPPRESS',
    UserAttributes: [{ Name: 'email', Value: address (name) }, { Name: 'email_verified', Value: 'true' }],
  });
  await ask ('AdminSetUserPassword', { UserPoolId: pool, Username: address (name), Password: PASSWORD, Permanent: true });
}

const call = (token, path = KEYS, options = {}) =>
  fetch (`${desk}${path}`, { ...options, headers: { authorization: token, ...options.headers } });

before (async () => {
  assert.ok (SLIPSTREAM_BIN, 'SLIPSTREAM_BIN must name the program');
  folder = await mkdtemp (join (tmpdir (), 'slipstream-oidc-'));
  const port = await freePort ();
  cognito = `http://127.0.0.1:${port}`;
  const issuer = start (process.execPath, [require.resolve ('cognito-local/lib/bin/start.js')], {
    HOST: '127.0.0.1',
    PORT: String (port),
  });
  await answers (issuer, `${cognito}/health`);
  pool = (await ask ('CreateUserPool', { PoolName: 'desk' })).UserPool.Id;
  client = (await newClient ('desk')).ClientId;
  const at = await freePort ();
  desk = `http://127.0.0.1:${at}`;
  const program = start (SLIPSTREAM_BIN, [], {
    SLIPSTREAM_ADDR: `127.0.0.1:${at}`,
    SLIPSTREAM_DATA_DIR: folder,
    SLIPSTREAM_ATTEMPTS: '100000',
    OIDC_ISSUER: `${cognito}/${pool}`,
    OIDC_AUDIENCE: client,
    OIDC_TOKEN_USE: 'access',
  });
  await answers (program, `${desk}/healthz`);
});

after (async () => {
  for (const child of running.filter (({ exitCode }) => exitCode === null)) {
    child.kill ('SIGKILL');
    await once (child, 'exit');
  }
  if (folder) {
    await rm (folder, { recursive: true });
  }
});

const newClient = async (name) =>
  (await ask ('CreateUserPoolClient', {
    UserPoolId: pool,
    ClientName: name,
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
  })).UserPoolClient;

test ('a user of the pool trades as a person of their own', async () => {
  await user ('ada');
  const { AccessToken: ada } = await tokens ('ada');
  // Sixteen concurrent first requests create one user: data created by one request is visible to the others.
  const first = await Promise.all (Array.from ({ length: 16 }, () => call (ada)));
  assert.deepEqual (first.map (({ status }) => status), Array (16).fill (200));
  const opened = await (await call (ada, '/v1/priv/account/exchange/sandbox', { method: 'POST' })).json ();
  const made = await call (ada, '/v1/priv/account/exchange/key', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify ({
      exchangeId: 'BINANCE', tradeType: 'FUTURES', strategyType: 'MANUAL', name: 'Mine', ...opened,
    }),
  });
  assert.equal (made.status, 200, await made.text ());
  const again = (await tokens ('ada')).AccessToken;
  const { items } = await (await call (`Bearer ${again}`)).json ();
  assert.deepEqual (items.map (({ name }) => name), ['Mine']);
  await user ('bob');
  const { AccessToken: bob } = await tokens ('bob');
  assert.deepEqual (await (await call (bob)).json (), { items: [] });
});

test ('tokens for something else open nothing', async () => {
  await user ('eve');
  const { AccessToken: good, IdToken: id } = await tokens ('eve');
  const elsewhere = await newClient ('elsewhere');
  const { AccessToken: foreign } = await tokens ('eve', elsewhere.ClientId);
  const [header, claims, signature] = good.split ('.');
  const changed = JSON.parse (Buffer.from (claims, 'base64url'));
  const forged = Buffer.from (JSON.stringify ({ ...changed, sub: 'somebody else' })).toString ('base64url');
  const none = Buffer.from (JSON.stringify ({ alg: 'none', kid: 'CognitoLocal' })).toString ('base64url');
  for (const bad of [id, foreign, `${header}.${forged}.${signature}`, `${none}.${claims}.`, `${none}.${forged}.`]) {
    const response = await call (bad);
    assert.deepEqual ([response.status, await response.json ()], [401, { message: 'unauthorized' }]);
  }
  assert.equal ((await call (good)).status, 200);
});
