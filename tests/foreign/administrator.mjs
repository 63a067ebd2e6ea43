// The administrator's day: sets a team up on a fresh machine, lets people in and out while the server runs, takes over a
// predecessor's files, makes a backup and needs it.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';

import { accounts, asClient, ask, called, desk, open, opens, until, writeAsPredecessor } from './office.mjs';
import { toldInDocuments } from './documents.mjs';
import { callOf, send } from './raw.mjs';
import { startIn, startSandbox } from './start.mjs';
import { finish, step } from './steps.mjs';

const ANNAS_BOARD = 'Nur für Anna';

const sandbox = await startSandbox();
const other = await startSandbox();
const team = desk();
const upstream = { INFINIGATE_BASE_URL: sandbox.settings.INFINIGATE_BASE_URL, INFINITY_API_BASE_URL: sandbox.settings.INFINITY_API_BASE_URL };
const keys = {};
let server;

const addUser = (name, profile, scopes, ...more) =>
  team.credentials(['add-user', name, '--profile', profile, '--scopes', scopes, ...more]);
const restart = async () => (await server.stop(), (server = await open(team, upstream)));

await step('an empty store and users file are made, with a key for the owner only', async () => {
  const said = team.credentials(['init']);
  for (const file of ['config/mcp-users.json', 'data/credentials.enc.json', 'config/credential-store.key', '.env']) {
    assert.equal(statSync(team.path(file)).mode & 0o777, 0o600, file);
  }
  assert.match(said, /Keep a copy elsewhere/);
  assert.ok(!said.includes(readFileSync(team.path('config/credential-store.key'), 'utf8').trim()), 'the key is not shown');
});

await step('a profile takes all three secrets from standard input, and the store shows none of them', async () => {
  const { INFINITY_API_TOKEN: token, INFINIGATE_API_KEY: key, INFINIGATE_CLIENT_ID: id, INFINIGATE_CLIENT_SECRET: secret } = sandbox.settings;
  const words = ['add-profile', 'office', '--infinity-token-file', '-', '--infinigate-api-key-file', '-', '--infinigate-client-id', id, '--infinigate-client-secret-file', '-'];
  team.credentials(words, { input: `${token}\n${key}\n${secret}\n` });
  const stored = readFileSync(team.path('data/credentials.enc.json'), 'utf8');
  for (const secretText of [token, key, secret]) assert.ok(!stored.includes(secretText));
});

await step('at a terminal the secrets of a profile are asked for', async () => {
  const said = team.typed(['add-profile', 'typed'], ['a-token-typed-by-hand', '']);
  assert.match(said, /Personal access token of StartInfinity/);
  assert.match(said, /The profile typed was added/);
  assert.match(team.credentials(['list']), /typed  infinity  changed/);
});

await step('users are added, and their keys shown once and kept nowhere', async () => {
  keys.anna = addUser('anna', 'office', 'all');
  keys.ben = addUser('ben', 'office', 'infinity:read,infinigate:read', '--expires', '90d');
  for (const key of Object.values(keys)) {
    assert.match(key, /^mcp_[\w-]{43}$/);
    assert.ok(!readFileSync(team.path('config/mcp-users.json'), 'utf8').includes(key));
  }
  const { users } = JSON.parse(team.credentials(['list', '--json']));
  const days = (new Date(users.find(({ name }) => name === 'ben').expires_at) - Date.now()) / 86_400_000;
  assert.ok(days > 89 && days < 91, `${days} days`);
});

await step('the server starts, says that it lives and is ready, and asks for a key', async () => {
  server = await open(team, upstream);
  for (const path of ['/health', '/ready']) assert.equal((await send(server.url, { method: 'GET', path })).status, 200, path);
  for (const key of [undefined, 'mcp_nobodys']) {
    const refused = await ask(server, key);
    assert.deepEqual([refused.status, refused.json.code], [401, 'unauthenticated']);
    assert.match(refused.headers['www-authenticate'], /^Bearer/);
  }
});

await step('the official client works with a key', async () => {
  for (const name of ['anna', 'ben']) {
    assert.match((await asClient(server, keys[name], (client) => called(client, 'infinity_get_profile'))).email, /@/);
  }
});

await step('who may only read sees only reads, and a write is refused with the scope it needs', async () => {
  const tools = await asClient(server, keys.ben, (client) => client.tools());
  assert.ok(tools.length > 10 && tools.every((tool) => tool.annotations.readOnlyHint), tools.map(({ name }) => name).join());
  const all = await asClient(server, keys.anna, (client) => client.tools());
  assert.ok(all.length > tools.length && all.some(({ name }) => name === 'infinigate_accept_quote'));
  const refused = await ask(server, keys.ben, callOf('infinity_create_board', { workspace_id: '1', name: 'x' }));
  assert.deepEqual([refused.status, refused.json.code], [403, 'insufficient_scope']);
  assert.match(refused.headers['www-authenticate'], /error="insufficient_scope".*scope="[^"]*infinity:write[^"]*"/);
});

await step('a user who is added while it runs gets in within seconds', async () => {
  keys.carl = addUser('carl', 'office', 'infinity:read,infinity:write,infinity:admin');
  await until('carl gets in', () => opens(server, keys.carl));
});

await step('a rotated key opens and the old one does not', async () => {
  const old = keys.carl;
  keys.carl = team.credentials(['rotate-user-key', 'carl']);
  await until('the new key opens', () => opens(server, keys.carl));
  assert.equal((await ask(server, old)).status, 401);
});

await step('a removed user is out within seconds, and nobody else', async () => {
  keys.dora = addUser('dora', 'office', 'infinity:read');
  await until('dora gets in', () => opens(server, keys.dora));
  team.credentials(['remove-user', 'dora']);
  await until('dora is out', async () => !(await opens(server, keys.dora)));
  assert.ok(await opens(server, keys.anna));
});

await step('a users file that cannot be read leaves the last good one in use, and the log says so', async () => {
  const file = team.path('config/mcp-users.json');
  const good = readFileSync(file);
  writeFileSync(file, good.subarray(0, good.length / 2));
  await until('the log tells it', () => server.errors().includes('the last good ones stay in use'));
  assert.ok(await opens(server, keys.anna));
  writeFileSync(file, good);
  keys.emil = addUser('emil', 'office', 'infinity:read');
  await until('it is read again', () => opens(server, keys.emil));
});

await step('new upstream credentials are in use within seconds', async () => {
  team.credentials(['set-profile', 'office', '--infinity-token-file', '-'], { input: 'a-token-that-was-revoked\n' });
  const works = async () => !(await ask(server, keys.ben, callOf('infinity_get_profile'))).json.result.isError;
  await until('the revoked token is in use', async () => !(await works()));
  team.credentials(['set-profile', 'office', '--infinity-token-file', '-'], { input: `${sandbox.settings.INFINITY_API_TOKEN}\n` });
  await until('the good one is', works);
});

await step('the key of the store is changed under the running server, which starts with the new one', async () => {
  const newKey = randomBytes(48).toString('base64');
  team.credentials(['rotate-store-key', '--new-key-file', '-'], { input: newKey });
  writeFileSync(team.path('config/credential-store.new.key'), newKey, { mode: 0o600 });
  assert.ok(await opens(server, keys.anna), 'it works on with what it has read');
  const dotenv = readFileSync(team.path('.env'), 'utf8');
  writeFileSync(team.path('.env'), dotenv.replace('credential-store.key', 'credential-store.new.key'));
  rmSync(team.path('config/credential-store.key'));
  await restart();
  assert.ok(await opens(server, keys.anna));
});

await step('users of different profiles see neither data nor cursors of each other, and nobody uses a confirmation of another', async () => {
  const simulators = { 'token-of-the-office': sandbox.settings, 'token-of-the-branch': other.settings };
  const front = await accounts(simulators);
  const house = desk();
  const settings = { INFINITY_API_BASE_URL: front.url, STATE_URL: `sqlite:${house.path('data/state.db')}` };
  house.credentials(['init']);
  const people = { anna: 'office', bert: 'branch', carl: 'office' };
  for (const profile of ['office', 'branch']) {
    house.credentials(['add-profile', profile, '--infinity-token-file', '-'], { input: `token-of-the-${profile}\n` });
  }
  const key = Object.fromEntries(
    Object.entries(people).map(([name, profile]) => [name, house.credentials(['add-user', name, '--profile', profile, '--scopes', 'infinity:read,infinity:write,infinity:admin'])]),
  );
  const shared = await open(house, settings);
  try {
    const [workspace] = (await asClient(shared, key.anna, (client) => called(client, 'infinity_list_workspaces'))).workspaces;
    const workspace_id = workspace.id;
    await asClient(shared, key.anna, (client) => called(client, 'infinity_create_board', { workspace_id, name: ANNAS_BOARD }));
    const boards = (name, more = {}) => asClient(shared, key[name], (client) => called(client, 'infinity_list_boards', { workspace_id, ...more }));
    const names = async (name, more) => (await boards(name, more)).boards.map((board) => board.name);
    assert.ok((await names('anna')).includes(ANNAS_BOARD) && (await names('carl')).includes(ANNAS_BOARD));
    assert.ok(!(await names('bert')).includes(ANNAS_BOARD));
    const page = await boards('anna', { limit: 1 });
    assert.ok(page.has_more && page.after, JSON.stringify(page));
    const foreign = await asClient(shared, key.bert, (client) => client.call('infinity_list_boards', { workspace_id, after: page.after }));
    assert.ok(!JSON.stringify(foreign).includes(ANNAS_BOARD));
    await confirmationsAreTheAskersOwn(shared, key, workspace_id);
  } finally {
    await shared.stop();
    front.stop();
  }
});

/** A confirmation that one was asked for is no use to anybody else, of another profile or the same. */
async function confirmationsAreTheAskersOwn(shared, key, workspace_id) {
  const [person] = (await asClient(shared, key.anna, (client) => called(client, 'infinity_list_workspace_members', { workspace_id }))).members.slice(-1);
  const args = { workspace_id, user_id: person.id };
  const refusal = async (name, more = {}) => {
    const result = await asClient(shared, key[name], (client) => client.call('infinity_remove_workspace_member', { ...args, ...more }));
    assert.ok(result.isError, `${name} removed somebody: ${JSON.stringify(result.structuredContent)}`);
    return JSON.parse(result.content[0].text);
  };
  const { confirmation_token } = await refusal('anna');
  assert.ok(confirmation_token, 'anna is asked');
  for (const name of ['bert', 'carl']) {
    assert.equal((await refusal(name, { confirmation_token })).code, 'confirmation_required', name);
  }
  await asClient(shared, key.anna, (client) => called(client, 'infinity_remove_workspace_member', { ...args, confirmation_token }));
}

await step("the predecessor's files are read as they are, and upgraded by the next change", async () => {
  const old = desk();
  const storeKey = 'the key of the predecessor, as long as it was';
  const token = sandbox.settings.INFINITY_API_TOKEN;
  const read = ['infinity:read'];
  const oldKeys = writeAsPredecessor(old, storeKey, [
    { name: 'sven', scopes: [...read, 'infinity:write', 'infinity:admin'], profile: 'default', token },
    { name: 'tina', scopes: read, profile: 'default', token },
  ]);
  const files = () => ['config/mcp-users.json', 'data/credentials.enc.json'].map((file) => readFileSync(old.path(file), 'utf8'));
  const before = files();
  const settings = { ...upstream, MCP_CREDENTIAL_STORE_KEY: storeKey };
  const running = await open(old, settings);
  try {
    for (const name of ['sven', 'tina']) assert.match((await asClient(running, oldKeys[name], (client) => called(client, 'infinity_get_profile'))).email, /@/);
    assert.equal((await ask(running, oldKeys.tina, callOf('infinity_create_board', { workspace_id: '1', name: 'x' }))).status, 403);
    assert.deepEqual(files(), before, 'a server that only serves changes nothing');
    const key = old.credentials(['add-user', 'uwe', '--profile', 'default', '--scopes', 'infinity:read'], { settings: { MCP_CREDENTIAL_STORE_KEY: storeKey } });
    old.credentials(['set-profile', 'default', '--infinity-token-file', '-'], { input: `${token}\n`, settings: { MCP_CREDENTIAL_STORE_KEY: storeKey } });
    assert.ok(JSON.parse(files()[1]).version > 1, 'the store has the new form');
    await until('uwe gets in', () => opens(running, key));
    assert.ok((await opens(running, oldKeys.sven)) && (await opens(running, oldKeys.tina)), 'the old keys stay');
  } finally {
    await running.stop();
  }
});

await step("another server's users are taken over with their keys", async () => {
  const old = desk();
  const storeKey = 'another key of a predecessor, also long';
  const oldKeys = writeAsPredecessor(old, storeKey, [{ name: 'vera', scopes: ['infinity:read'], profile: 'vera', token: sandbox.settings.INFINITY_API_TOKEN }]);
  writeFileSync(old.path('key'), storeKey, { mode: 0o600 });
  team.credentials(['import', '--users', old.path('config/mcp-users.json'), '--store', old.path('data/credentials.enc.json'), '--store-key-file', old.path('key')]);
  await until('vera gets in', () => opens(server, oldKeys.vera));
});

await step("the other predecessor's settings are enough: credentials and one bearer in the environment", async () => {
  const alone = desk();
  const { control: _, ...credentials } = sandbox.settings;
  const running = await startIn(alone.folder, { ...credentials, MCP_AUTH_TOKEN: 'a-bearer-for-one-client', TRANSPORT: 'http', STATE_URL: 'sqlite::memory:' });
  try {
    assert.ok((await asClient(running, 'a-bearer-for-one-client', (client) => called(client, 'infinigate_list_quotes'))).count > 0);
    assert.equal((await ask(running, 'another')).status, 401);
  } finally {
    await running.stop();
  }
});

await step('after a backup is laid back, keys, orders and the log are as they were', async () => {
  const quote = { document_number: 'AN2600456', accepted_by: 'einkauf@nordlicht.example' };
  const buy = (more = {}) => asClient(server, keys.anna, (client) => client.call('infinigate_accept_quote', { ...quote, ...more }));
  const { confirmation_token } = JSON.parse((await buy()).content[0].text);
  const bought = await buy({ confirmation_token });
  assert.ok(!bought.isError, JSON.stringify(bought.content));
  const sold = await sandbox.purchases();
  const settings = { STATE_URL: `sqlite:${team.path('data/state.db')}` };
  const proof = () => team.run(process.env.INFINI_MCP, ['audit', 'verify'], { settings });
  await server.stop();
  const seal = proof();
  assert.equal(seal.status, 0, seal.stderr);
  for (const words of [['-czf', 'backup.tar.gz', 'config', 'data', '.env'], ['-tzf', 'backup.tar.gz']]) assert.equal(team.run('tar', words).status, 0);
  for (const lost of ['config', 'data', '.env']) rmSync(team.path(lost), { recursive: true });
  assert.equal(team.run('tar', ['-xzf', 'backup.tar.gz']).status, 0);
  assert.equal(proof().stdout, seal.stdout);
  server = await open(team, upstream);
  assert.ok((await opens(server, keys.anna)) && (await opens(server, keys.ben)));
  const again = await buy({ confirmation_token });
  assert.match(again.content[0].text, /recorded then. Nothing was done again/, 'a used yes is answered with what came of it');
  assert.match(team.run(process.env.INFINI_MCP, ['orders', 'list'], { settings }).stdout, /AN2600456/);
  assert.equal(await sandbox.purchases(), sold, 'nothing was bought again');
});

await step('a profile without users can be removed, and one with users cannot', async () => {
  team.credentials(['add-profile', 'spare', '--infinity-token-file', '-'], { input: 'nobodys\n' });
  team.credentials(['remove-profile', 'spare']);
  const refused = team.run(process.env.INFINI_MCP, ['credentials', 'remove-profile', 'office']);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /anna/);
});

await toldInDocuments(upstream);
await server.stop();
await Promise.all([sandbox.stop(), other.stop()]);
finish();
