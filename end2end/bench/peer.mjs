// The peer that `cargo xtask bench` compares with Slipstream: reads of /v1 as a competent Express programmer
// would serve them. Express 5, better-sqlite3 with one prepared statement per read, jose for the EdDSA JWT.
//
// Reads PEER_TOKEN (a token of the desk: the peer's tokens have the same header and claims, signed by a key
// of its own,
// because the desk never reveals its key), PEER_READS (a file with `[{path, open, body}]`: the desk's
// responses, from which
// the rows are created) and PEER_DB. Prints one line of JSON, {"port","token"}, when it is ready.

import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import express from 'express';
import { decodeJwt, decodeProtectedHeader, generateKeyPair, jwtVerify, SignJWT } from 'jose';

const { PEER_TOKEN, PEER_READS, PEER_DB } = process.env;
const theirs = decodeJwt(PEER_TOKEN);
const header = decodeProtectedHeader(PEER_TOKEN);
const { privateKey, publicKey } = await generateKeyPair('EdDSA');
const token = await new SignJWT(theirs).setProtectedHeader(header).sign(privateKey);

const db = new Database(PEER_DB);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');

// The column type for each kind of value, and how values are stored and loaded.
const KINDS = {
  text: { sql: 'TEXT', store: (value) => value, load: (value) => value },
  number: { sql: 'REAL', store: (value) => value, load: (value) => value },
  flag: { sql: 'INTEGER', store: (value) => (value === null ? null : Number(value)), load: (value) => (value === null ? null : value === 1) },
  other: { sql: 'TEXT', store: (value) => JSON.stringify(value), load: (value) => JSON.parse(value) },
};

function kind(values) {
  const one = values.find((value) => value !== null);
  if (one === undefined || typeof one === 'string') return KINDS.text;
  if (typeof one === 'number') return KINDS.number;
  return typeof one === 'boolean' ? KINDS.flag : KINDS.other;
}

// Creates a table with a read's rows, and returns what reads them back: for their owner, or for everyone.
function table(name, rows, owner) {
  const columns = Object.keys(rows[0]).map((column) => ({ column, ...kind(rows.map((row) => row[column])) }));
  const typed = columns.map(({ column, sql }) => `"${column}" ${sql}`);
  db.exec(`CREATE TABLE ${name} (owner TEXT NOT NULL, position INTEGER NOT NULL, ${typed.join(', ')},
    PRIMARY KEY (owner, position)) STRICT`);
  const insert = db.prepare(`INSERT INTO ${name} VALUES (?, ?, ${columns.map(() => '?').join(', ')})`);
  rows.forEach((row, position) => {
    insert.run(owner, position, ...columns.map(({ column, store }) => store(row[column])));
  });
  const names = columns.map(({ column }) => `"${column}"`).join(', ');
  const select = db.prepare(`SELECT ${names} FROM ${name} WHERE owner = ? ORDER BY position`);
  const changed = columns.filter(({ load }) => load !== KINDS.text.load && load !== KINDS.number.load);
  return (whose) => {
    const found = select.all(whose);
    for (const row of found) {
      for (const { column, load } of changed) row[column] = load(row[column]);
    }
    return found;
  };
}

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
JSON.parse(readFileSync(PEER_READS, 'utf8')).forEach(({ path, open, body }, number) => {
  const listed = Array.isArray(body.items);
  const read = table(`read_${number}`, listed ? body.items : [body], open ? '' : theirs.sub);
  const answer = (whose) => (listed ? { ...body, items: read(whose) } : read(whose)[0]);
  const guards = open ? [] : [authenticate];
  app.get(path, ...guards, (request, response) => {
    response.json(answer(open ? '' : request.user));
  });
});
const server = app.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: server.address().port, token }));
});
