// The peer that `cargo xtask bench` measures beside Slipstream: the key list of /v1 as a competent Express programmer
// would serve it. Express 5, better-sqlite3 with one prepared statement, jose for the EdDSA JWT.
//
// Reads PEER_TOKEN (a token of the desk: ours carries the same header and claims, signed by a key of our own, because
// the desk never gives its own away), PEER_BODY (a file with the desk's answer, from which the rows come) and PEER_DB.
// Prints one line of JSON, {"port","token"}, when it is ready.

import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import express from 'express';
import { decodeJwt, decodeProtectedHeader, generateKeyPair, jwtVerify, SignJWT } from 'jose';

const { PEER_TOKEN, PEER_BODY, PEER_DB } = process.env;
const theirs = decodeJwt(PEER_TOKEN);
const header = decodeProtectedHeader(PEER_TOKEN);
const { privateKey, publicKey } = await generateKeyPair('EdDSA');
const token = await new SignJWT(theirs).setProtectedHeader(header).sign(privateKey);

const rows = JSON.parse(readFileSync(PEER_BODY, 'utf8')).items;
const columns = Object.keys(rows[0]);
const db = new Database(PEER_DB);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
const typed = columns.map((name) => `"${name}" ${name === 'active' ? 'INTEGER' : 'TEXT'} NOT NULL`);
db.exec(`CREATE TABLE exchange_keys (user_id TEXT NOT NULL, position INTEGER NOT NULL, ${typed.join(', ')},
  PRIMARY KEY (user_id, position)) STRICT`);
const insert = db.prepare(
  `INSERT INTO exchange_keys VALUES (?, ?, ${columns.map(() => '?').join(', ')})`,
);
rows.forEach((row, position) => {
  insert.run(theirs.sub, position, ...columns.map((name) => (name === 'active' ? Number(row[name]) : row[name])));
});
const list = db.prepare(
  `SELECT ${columns.map((name) => `"${name}"`).join(', ')} FROM exchange_keys WHERE user_id = ? ORDER BY position`,
);

async function authenticate(request, response, next) {
  try {
    const presented = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    const { payload } = await jwtVerify(presented, publicKey, { algorithms: ['EdDSA'] });
    request.user = payload.sub;
    next();
  } catch {
    response.status(401).json({ message: 'Unauthorized' });
  }
}

const app = express();
app.disable('x-powered-by');
app.get('/v1/priv/account/exchange/key/list', authenticate, (request, response) => {
  const items = list.all(request.user).map((row) => ({ ...row, active: row.active === 1 }));
  response.json({ items });
});
const server = app.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: server.address().port, token }));
});
