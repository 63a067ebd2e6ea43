// The files of users and credentials, made and read with Node's own cipher: the predecessor's format is taken over, the
// new one is what it is said to be, and a person at a terminal types secrets that are not shown.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { surroundings, within } from './start.mjs';
import { finish, step } from './steps.mjs';

const SERVER = process.env.INFINI_MCP;
const KEY = randomBytes(32).toString('base64');
const folder = mkdtempSync(join(tmpdir(), 'infini-mcp-vault-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const [users, store] = ['mcp-users.json', 'credentials.enc.json'].map((name) => join(folder, name));
const settings = { MCP_USERS_FILE: users, MCP_CREDENTIAL_STORE_FILE: store, MCP_CREDENTIAL_STORE_KEY: KEY };

const sha256 = (text) => createHash('sha256').update(text).digest();
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Runs a command to its end. */
function run(...words) {
  const done = spawnSync(SERVER, words, { env: surroundings(settings), cwd: folder, encoding: 'utf8', timeout: 30_000 });
  return { code: done.status, said: done.stdout, errors: done.stderr };
}

function must(...words) {
  const done = run(...words);
  assert.equal(done.code, 0, `${words.join(' ')}: ${done.errors}`);
  return done.said;
}

/** A store as the predecessor writes it: all profiles in one text, its key the bare digest, its tag apart. */
function predecessorsStore(profiles) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', sha256(KEY), nonce);
  const text = Buffer.concat([cipher.update(JSON.stringify({ version: 1, profiles }), 'utf8'), cipher.final()]);
  const [n, tag, ciphertext] = [nonce, cipher.getAuthTag(), text].map((bytes) => bytes.toString('base64url'));
  return { version: 1, algorithm: 'aes-256-gcm', nonce: n, tag, ciphertext };
}

/** A record of the new format, opened from what is said about it and nothing else. */
function opened(record) {
  const key = Buffer.from(hkdfSync('sha256', KEY, '', 'infini-mcp credential store 2', 32));
  const sealed = Buffer.from(record.ciphertext, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(record.nonce, 'base64url'));
  decipher.setAAD(Buffer.from(JSON.stringify(['infini-mcp credential store', 2, record.id, record.name])));
  decipher.setAuthTag(sealed.subarray(-16));
  return JSON.parse(Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]).toString('utf8'));
}

const moment = new Date().toISOString();
const key = `mcp_${randomBytes(32).toString('base64url')}`;
const ada = { name: 'ada', key_hash: sha256(key).toString('hex'), profile_id: 'acme', scopes: ['infinity:read'], created_at: moment, updated_at: moment };
const acme = { id: 'acme', name: 'Ächme & Söhne', infinity_token: 'tok-1', scopes: ['infinity:read'], created_at: moment, updated_at: moment };

await step('files that Node made as the predecessor does are read as they are', async () => {
  writeFileSync(users, JSON.stringify({ version: 1, users: [ada] }), { mode: 0o600 });
  writeFileSync(store, JSON.stringify(predecessorsStore([acme])), { mode: 0o600 });
  const list = JSON.parse(must('credentials', 'list', '--json'));
  assert.deepEqual(list.users.map((user) => [user.name, user.profile, user.scopes]), [['ada', acme.name, ['infinity:read']]]);
  assert.deepEqual(list.faults, []);
  assert.equal(read(store).version, 1);
});

await step('the first change upgrades the store, keeps the old one, and Node opens every record', async () => {
  const token = join(folder, 'token');
  writeFileSync(token, 'tok-2\n');
  must('credentials', 'add-profile', 'second', '--infinity-token-file', token);
  assert.equal(read(`${store}.bak`).version, 1);
  const { version, profiles } = read(store);
  assert.equal(version, 2);
  assert.deepEqual(profiles.map((record) => opened(record).infinity_token), ['tok-1', 'tok-2']);
  assert.equal(statSync(store).mode & 0o777, 0o600);
  assert.ok(!readFileSync(store, 'utf8').includes('tok-'));
});

await step('a new key has the predecessor’s form, and its digest is the one that Node computes', async () => {
  const given = must('credentials', 'add-user', 'bob', '--profile', 'second', '--scopes', 'all').trim();
  assert.match(given, /^mcp_[A-Za-z0-9_-]{43}$/);
  const bob = read(users).users.find((user) => user.name === 'bob');
  assert.equal(bob.key_hash, sha256(given).toString('hex'));
});

await step('one changed letter anywhere in the store is noticed', async () => {
  const whole = readFileSync(store, 'utf8');
  for (const field of ['nonce', 'ciphertext', 'id', 'name', 'updated_at']) {
    const spoilt = JSON.parse(whole);
    const text = spoilt.profiles[0][field];
    spoilt.profiles[0][field] = (text[0] === 'A' ? 'B' : 'A') + text.slice(1);
    writeFileSync(store, JSON.stringify(spoilt));
    const done = run('credentials', 'list');
    assert.equal(done.code, 1, field);
    assert.match(done.errors, /changed by something other than infini-mcp/, field);
  }
  writeFileSync(store, whole);
  must('credentials', 'list');
});

await step('a command that is killed at any moment leaves a whole store', async () => {
  const words = ['credentials', 'rotate-user-key', 'bob'];
  const began = performance.now();
  must(...words);
  const whole = performance.now() - began;
  let cut = 0;
  // From the moment it runs until it must have ended. The wait is without turns, which would be longer than the command.
  for (let part = 0; part < 20; part += 1) {
    const child = spawn(SERVER, words, { env: surroundings(settings), cwd: folder, stdio: 'ignore' });
    const gone = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
    if (part > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, (whole * part) / 20);
    child.kill('SIGKILL');
    if ((await gone) === 'SIGKILL') cut += 1;
    assert.equal(read(users).users.length, 2);
  }
  assert.ok(cut > 0, 'no command was cut short');
  must(...words);
});

await step('what a person types is asked for, taken, and not shown', async () => {
  const words = `'${SERVER}' credentials set-profile second`;
  const child = spawn('script', ['-qec', words, '/dev/null'], { env: surroundings(settings), cwd: folder });
  let shown = '';
  const answers = ['typed-token', 'typed-key', 'typed-id', 'typed-secret'];
  let asked = 0;
  child.stdout.on('data', (bytes) => {
    shown += bytes;
    // One answer for each question, once it has been asked.
    const questions = (shown.match(/(StartInfinity|\(subscription key\) of Infinigate|Client id of Infinigate|Client secret of Infinigate): /g) ?? []).length;
    while (asked < questions) child.stdin.write(`${answers[asked++]}\n`);
  });
  const code = await within(20_000, 'the questions', new Promise((resolve) => child.once('exit', resolve)));
  assert.equal(code, 0, shown);
  for (const secret of ['typed-token', 'typed-key', 'typed-secret']) assert.ok(!shown.includes(secret), shown);
  const second = read(store).profiles.find((record) => record.name === 'second');
  assert.deepEqual(opened(second), {
    infinity_token: 'typed-token',
    infinigate: { api_key: 'typed-key', client_id: 'typed-id', client_secret: 'typed-secret' },
  });
});

await step('nothing unfinished and no secret stays in the folder', async () => {
  assert.ok(!existsSync(join(folder, '.env')));
  const left = spawnSync('ls', ['-A', folder], { encoding: 'utf8' }).stdout.split('\n').filter((name) => name.includes('unfinished'));
  assert.deepEqual(left, []);
});

finish();
