// Starts the server, the simulator or the conformance server as a user would, and always ends what it started.

import { execFileSync, spawn } from 'node:child_process';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SERVER = needed('INFINI_MCP');
const STARTS_WITHIN = 30_000;
const running = new Set();

// Whatever way this process ends, nothing that it started goes on.
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

export function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} must name a program`);
  return value;
}

/** The environment a started program sees: paths and what is set here, nothing of the developer's own settings. */
export function surroundings(settings = {}) {
  return { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', LOG_LEVEL: 'warn', ...settings };
}

/** Rejects when `work` takes longer than `milliseconds`. */
export function within(milliseconds, what, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Starts a program, in this folder if one is named, and waits for the JSON document that it prints first. */
async function start(program, args, settings, folder) {
  const child = spawn(program, args, { cwd: folder, env: surroundings(settings), stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const process = { child, said: '', errors: '' };
  child.stderr.on('data', (bytes) => (process.errors += bytes));
  const gone = new Promise((resolve) => child.once('exit', resolve));
  gone.then(() => running.delete(child));
  const first = new Promise((resolve, reject) => {
    child.once('error', reject);
    gone.then((code) => reject(new Error(`${program} ended with ${code}: ${process.errors}`)));
    child.stdout.on('data', (bytes) => {
      process.said += bytes;
      const document = parsed(process.said);
      if (document) resolve(document);
    });
  });
  process.document = await within(STARTS_WITHIN, `starting ${program}`, first);
  process.stop = async () => {
    child.kill('SIGTERM');
    await within(15_000, `ending ${program}`, gone);
  };
  process.kill = async () => {
    child.kill('SIGKILL');
    await within(15_000, `killing ${program}`, gone);
  };
  return process;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The simulator of both services: the settings that reach it, and its switches and ledger. */
export async function startSandbox() {
  const process = await start(SERVER, ['sandbox'], {});
  const { control, ...settings } = process.document;
  return { settings, stop: process.stop, ...controls(control) };
}

function controls(control) {
  const ledger = async () => (await fetch(`${control}/ledger`)).json();
  const fault = async (faults) => {
    const answer = await fetch(`${control}/faults`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(faults),
    });
    if (!answer.ok) throw new Error(`the sandbox does not know this fault: ${await answer.text()}`);
  };
  const reset = async () => void (await fetch(`${control}/reset`, { method: 'POST' }));
  const purchases = async () => (await ledger()).purchases.count;
  return { ledger, fault, reset, purchases };
}

/** The server over HTTP with these settings. */
export async function startHttp(settings) {
  const process = await start(SERVER, ['serve', '--http', '--port', '0'], settings);
  return reached(process, settings.MCP_AUTH_TOKEN);
}

/** The server over HTTP in a folder with files of its own, with these words besides; `errors` gives its log. */
export async function startIn(folder, settings, words = []) {
  const process = await start(SERVER, ['serve', '--http', '--port', '0', ...words], settings, folder);
  return { ...reached(process, settings.MCP_AUTH_TOKEN), errors: () => process.errors };
}

/** The server over HTTP with the simulator inside, exactly as a newcomer tries it. */
export async function startTrial() {
  const process = await start(SERVER, ['serve', '--http', '--sandbox', '--port', '0'], {});
  return { ...reached(process), errors: () => process.errors };
}

/** What a command prints, in these surroundings; it must end well. */
export function printed(settings, ...words) {
  return execFileSync(SERVER, words, { env: surroundings(settings), encoding: 'utf8', timeout: 30_000 });
}

/** A port that nobody listens on, for a server whose own address must be set before it starts. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * The server over HTTP with OAuth and these people; `OAUTH_SERVER` may name a program that serves OAuth alone. The people
 * can be changed while it runs.
 */
export async function startWithOAuth(people, settings) {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'infini-mcp-oauth-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const [users, store] = [join(folder, 'mcp-users.json'), join(folder, 'credentials.enc.json')];
  const storeKey = randomBytes(32).toString('base64url');
  writeFileSync(store, JSON.stringify(credentialStore(storeKey, settings?.INFINITY_API_TOKEN)), { mode: 0o600 });
  // Written aside and moved into place, so that nobody reads half of it.
  const setPeople = (list) => (writeFileSync(`${users}.new`, JSON.stringify(usersFile(list)), { mode: 0o600 }), renameSync(`${users}.new`, users));
  setPeople(people);
  const issuer = `http://127.0.0.1:${port}`;
  const environment = {
    MCP_TRANSPORT: 'http',
    MCP_HTTP_PORT: String(port),
    MCP_USERS_FILE: users,
    MCP_CREDENTIAL_STORE_FILE: store,
    MCP_CREDENTIAL_STORE_KEY: storeKey,
    STATE_URL: `sqlite:${join(folder, 'state.db')}`,
    OAUTH_ENABLED: 'true',
    OAUTH_PUBLIC_URL: issuer,
    OAUTH_TOKEN_STORE_FILE: join(folder, 'oauth-tokens.json'),
    ...settings,
  };
  const alone = process.env.OAUTH_SERVER;
  const started = await (alone ? start(alone, [], environment) : start(SERVER, ['serve', '--http'], environment));
  return { ...reached(started), issuer, setPeople, settings: environment };
}

function usersFile(people) {
  const now = new Date().toISOString();
  const users = people.map(({ name, key, scopes }) => ({
    name,
    key_hash: createHash('sha256').update(key).digest('hex'),
    profile_id: 'default',
    scopes,
    created_at: now,
    updated_at: now,
  }));
  return { version: 1, users };
}

/** One profile, with this token of StartInfinity or one of nobody, encrypted as the predecessor did it. */
function credentialStore(key, token = 'a-token-of-nobody') {
  const now = new Date().toISOString();
  const profile = { id: 'default', name: 'default', infinity_token: token, created_at: now, updated_at: now };
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', createHash('sha256').update(key).digest(), nonce);
  const ciphertext = Buffer.concat([cipher.update(JSON.stringify({ version: 1, profiles: [profile] })), cipher.final()]);
  const [iv, tag, sealed] = [nonce, cipher.getAuthTag(), ciphertext].map((bytes) => bytes.toString('base64url'));
  return { version: 1, algorithm: 'aes-256-gcm', nonce: iv, tag, ciphertext: sealed };
}

/** The server with the conformance suite's fixtures. */
export async function startFixtures(settings) {
  const process = await start(needed('CONFORMANCE'), [], { ...settings, MCP_HTTP_PORT: '0' });
  return reached(process);
}

function reached(process, token) {
  const [server] = Object.values(process.document.mcpServers);
  const shown = server.headers?.Authorization?.replace(/^Bearer /, '');
  return { url: server.url, token: token ?? shown, pid: process.child.pid, stop: process.stop, kill: process.kill };
}

/** The command that a client starts for stdio. */
export function stdioCommand(settings) {
  return { command: SERVER, args: ['serve', '--stdio'], env: surroundings(settings), stderr: 'ignore' };
}

/** A process of the server for stdio, for those who write to it by hand. */
export function spawnStdio(settings) {
  const child = spawn(SERVER, ['serve', '--stdio'], { env: surroundings(settings), stdio: ['pipe', 'pipe', 'ignore'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}
