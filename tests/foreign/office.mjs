// An administrator's desk: a folder, commands run in it as somebody at a shell runs them, and the server it is for.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect, KINDS } from './clients.mjs';
import { headersOf, request, send } from './raw.mjs';
import { startIn, surroundings } from './start.mjs';

const COMMAND_WITHIN = 30_000;
const CHANGE_WITHIN = 15_000;
const sha256 = (text) => createHash('sha256').update(text).digest();

/** Every `credentials` command that was run, with the flags it had: what the documents tell must be among them. */
export const ran = [];

const folders = [];
process.once('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** An empty folder that ends with this process. */
export function desk() {
  const folder = mkdtempSync(join(tmpdir(), 'infini-mcp-desk-'));
  folders.push(folder);
  const run = (program, words, { input = '', settings = {} } = {}) =>
    spawnSync(program, words, { cwd: folder, input, env: surroundings(settings), encoding: 'utf8', timeout: COMMAND_WITHIN });
  const credentials = (words, more) => {
    const done = run(process.env.INFINI_MCP, ['credentials', ...words], more);
    assert.equal(done.status, 0, `${words.join(' ')}: ${done.stderr}`);
    ran.push(words);
    return done.stdout.trim();
  };
  // A terminal of its own, as somebody sits at; what is typed is there before it is asked for.
  const typed = (words, lines) => {
    const command = [process.env.INFINI_MCP, 'credentials', ...words].map((word) => `'${word}'`).join(' ');
    const done = run('script', ['--quiet', '--return', '--command', command, '/dev/null'], { input: lines.map((line) => `${line}\n`).join('') });
    assert.equal(done.status, 0, done.stdout);
    ran.push(words);
    return done.stdout;
  };
  return { folder, path: (...parts) => join(folder, ...parts), run, credentials, typed };
}

/** The server that reads the files of this desk. */
export const open = (desk, settings) => startIn(desk.folder, { STATE_URL: `sqlite:${desk.path('data/state.db')}`, ...settings });

/** One request by hand; gives status, headers and JSON. */
export const ask = (server, key, message = request('tools/list')) =>
  send(server.url, { headers: headersOf(message, key), body: JSON.stringify(message) });

/** Looks until a change has arrived at the running server, for a bounded time. */
export async function until(what, look) {
  const end = Date.now() + CHANGE_WITHIN;
  while (!(await look())) {
    if (Date.now() > end) throw new Error(`not within ${CHANGE_WITHIN} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Whether this key opens the endpoint. */
export const opens = async (server, key) => (await ask(server, key)).status === 200;

/** Works with the official client, in the stateless era. */
export async function asClient(server, key, work) {
  const client = await connect(KINDS[0], { url: server.url, token: key });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** What a successful call gives. */
export async function called(client, tool, args = {}) {
  const result = await client.call(tool, args);
  assert.ok(!result.isError, JSON.stringify(result.content));
  return result.structuredContent;
}

/**
 * Simulators behind one address, one for each token: the accounts of several people. A token without a simulator is
 * refused as the service would.
 */
export async function accounts(simulators) {
  const listener = http.createServer((incoming, answer) => {
    const token = incoming.headers.authorization?.replace(/^Bearer /, '');
    const simulator = simulators[token];
    if (!simulator) return void answer.writeHead(401, { 'content-type': 'application/json' }).end('{"message":"Unauthenticated."}');
    const base = new URL(simulator.INFINITY_API_BASE_URL);
    const headers = { ...incoming.headers, host: base.host, authorization: `Bearer ${simulator.INFINITY_API_TOKEN}` };
    const passed = http.request(new URL(base.pathname.replace(/\/$/, '') + incoming.url, base), { method: incoming.method, headers }, (from) => {
      answer.writeHead(from.statusCode, from.headers);
      from.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    incoming.pipe(passed);
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${listener.address().port}`, stop: () => (listener.close(), listener.closeAllConnections()) };
}

/** The predecessor's two files, written by Node's own cipher; gives the key of each user. */
export function writeAsPredecessor(desk, storeKey, people) {
  const now = '2026-03-01T08:00:00.000Z';
  const keys = Object.fromEntries(people.map(({ name }) => [name, `mcp_${randomBytes(32).toString('base64url')}`]));
  const users = people.map(({ name, scopes, profile }) => ({
    name, key_hash: sha256(keys[name]).toString('hex'), profile_id: profile, scopes, created_at: now, updated_at: now,
  }));
  const profiles = [...new Map(people.map((one) => [one.profile, one])).values()].map(({ profile, token, scopes }) => ({
    id: profile, name: profile, infinity_token: token, scopes, created_at: now, updated_at: now,
  }));
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', sha256(storeKey), nonce);
  const ciphertext = Buffer.concat([cipher.update(JSON.stringify({ version: 1, profiles })), cipher.final()]);
  const [n, tag, sealed] = [nonce, cipher.getAuthTag(), ciphertext].map((bytes) => bytes.toString('base64url'));
  mkdirSync(desk.path('config'));
  mkdirSync(desk.path('data'));
  writeFileSync(desk.path('config/mcp-users.json'), JSON.stringify({ version: 1, users }, null, 2));
  writeFileSync(desk.path('data/credentials.enc.json'), JSON.stringify({ version: 1, algorithm: 'aes-256-gcm', nonce: n, tag, ciphertext: sealed }));
  return keys;
}
