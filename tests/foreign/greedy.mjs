// Clients that want all of the server for themselves: slow forms, streams, heavy bodies, long introductions. Everybody else and
// the probes are served meanwhile, and the memory comes back.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';

import { callOf, headersOf, request, send } from './raw.mjs';
import { answersIn, open } from './sockets.mjs';
import { startHttp, startSandbox, startWithOAuth } from './start.mjs';
import { finish, step } from './steps.mjs';
import { writeTeam } from './team.mjs';

// What the shipped compose file allows a server is 256 MB. What stays after an attack is what one message of it took.
const [MOST_DURING, MOST_AFTER, MOST_LEFT] = [256, 128, 32];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
// One address may have half of the connections, so an attacker needs several.
const address = (n) => `127.0.0.${2 + (n % 4)}`;
/** What a process holds in memory; nothing once it has ended. */
const megabytes = (pid) => (existsSync(`/proc/${pid}/status`) ? Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024 : 0);
const lines = (method, path, headers) => [`${method} ${path} HTTP/1.1`, ...Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n');

async function probesAnswer(url) {
  for (const path of ['/health', '/ready']) {
    const began = Date.now();
    const answer = await send(url, { method: 'GET', path });
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
    assert.ok(Date.now() - began < 2_000, `${path} took ${Date.now() - began} ms`);
  }
}

await step('slow forms on every connection keep nobody from signing in', async () => {
  const key = `mcp_${'k'.repeat(43)}`;
  const server = await startWithOAuth([{ name: 'ana', key, scopes: ['infinity:read'] }], { OAUTH_DYNAMIC_REGISTRATION: 'true' });
  const paths = ['/oauth/token', '/oauth/authorize', '/oauth/revoke', '/oauth/register'];
  const slow = async (n) => {
    const connection = await open(server.url, address(n));
    const path = paths[n % paths.length];
    const type = path.endsWith('register') ? 'application/json' : 'application/x-www-form-urlencoded';
    connection.socket.write(`${lines('POST', path, { 'content-type': type, 'content-length': 1000 })}a`);
    return connection;
  };
  const all = await Promise.all(Array.from({ length: 700 }, (_, n) => slow(n)));
  const served = async () => {
    await probesAnswer(server.url);
    const registered = await send(server.url, { path: '/oauth/register', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ redirect_uris: ['http://127.0.0.1/back'] }) });
    assert.equal(registered.status, 201, registered.text);
  };
  for (let second = 0; second < 12; second += 1) {
    await served();
    if (second === 10) all.forEach((connection) => connection.socket.write('a'));
    await pause(1_000);
  }
  const told = all.map((connection) => answersIn(connection.text)[0]).filter(Boolean);
  assert.ok(told.length > 0, `${told.length} heard that they had to go`);
  // Each in the form of its address: an error of OAuth, or a page.
  const isRight = (answer) => answer.status === 503 && Number(answer.headers['retry-after']) >= 1 && (answer.json?.error === 'temporarily_unavailable' || answer.body.startsWith('<!DOCTYPE html>'));
  assert.ok(told.every(isRight), JSON.stringify(told.find((answer) => !isRight(answer))));
  const until = Date.now() + 40_000;
  while (all.some((connection) => !connection.closed) && Date.now() < until) await pause(500);
  assert.ok(all.every((connection) => connection.closed), 'after 30 seconds nobody is waited for');
  await served();
  await server.stop();
});

const sandbox = await startSandbox();
const { settings: files, keys } = writeTeam(['ana', 'bob'], sandbox.settings);
const { INFINITY_API_TOKEN: _, ...upstream } = sandbox.settings;
const server = await startHttp({ ...upstream, ...files });
const GOOD = callOf('infinity_get_profile');
const bobIsServed = async () => {
  const answer = await send(server.url, { headers: headersOf(GOOD, keys.bob), body: JSON.stringify(GOOD) });
  assert.equal(answer.status, 200, answer.text);
};

await step('512 streams of one caller are a share of them and 429 for the rest', async () => {
  const listen = request('subscriptions/listen', { notifications: { toolsListChanged: true } });
  const body = JSON.stringify(listen);
  const streams = await Promise.all(
    Array.from({ length: 512 }, async (_, n) => {
      const connection = await open(server.url, address(n));
      connection.socket.write(lines('POST', '/mcp', { ...headersOf(listen, keys.ana), 'content-length': body.length }) + body);
      return connection;
    }),
  );
  const statuses = () => streams.map((stream) => answersIn(stream.text)[0]?.status);
  for (let n = 0; n < 100 && statuses().includes(undefined); n += 1) await pause(100);
  assert.equal(statuses().filter((status) => status === 200).length, 64);
  assert.equal(statuses().filter((status) => status === 429).length, 448);
  await probesAnswer(server.url);
  for (let n = 0; n < 20; n += 1) await bobIsServed();
  streams.forEach((stream) => stream.socket.destroy());
});

await step('heavy introductions and half-sent bodies are bounded, and their memory comes back', async () => {
  const before = megabytes(server.pid);
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, megabytes(server.pid))), 50).unref();
  const experimental = Object.fromEntries(Array.from({ length: 45_000 }, (_, n) => [`capability number ${n} of so many`, {}]));
  const about = { protocolVersion: '2025-11-25', capabilities: { experimental }, clientInfo: { name: 'greedy', version: '1' } };
  const introduction = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: about });
  assert.ok(introduction.length > 1_500_000 && introduction.length < 2_000_000, `${introduction.length}`);
  const era = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  for (let n = 0; n < 27; n += 1) {
    const begun = await send(server.url, { headers: { ...era, authorization: `Bearer ${keys.bob}` }, body: introduction });
    assert.equal(begun.status, 200, begun.text);
    assert.ok(begun.headers['mcp-session-id']);
  }
  const half = Buffer.alloc(1_900_000, ' ');
  const bodies = await Promise.all(
    Array.from({ length: 400 }, async (_, n) => {
      const connection = await open(server.url, address(n));
      connection.socket.write(lines('POST', '/mcp', { ...era, authorization: `Bearer ${n % 2 ? keys.ana : keys.bob}`, 'content-length': 2_000_000 }));
      connection.socket.write(half);
      return connection;
    }),
  );
  for (let n = 0; n < 100 && bodies.filter((connection) => connection.text).length < 380; n += 1) await pause(100);
  const told = bodies.map((connection) => answersIn(connection.text)[0]).filter(Boolean);
  assert.ok(told.length >= 380, `${told.length} were refused`);
  assert.ok(told.every((answer) => [429, 503].includes(answer.status) && Number(answer.headers['retry-after']) >= 1), JSON.stringify(told[0]));
  await probesAnswer(server.url);
  bodies.forEach((connection) => connection.socket.destroy());
  const limit = Math.min(MOST_AFTER, before + MOST_LEFT);
  const until = Date.now() + 60_000;
  while (megabytes(server.pid) > limit && Date.now() < until) await pause(500);
  clearInterval(watch);
  const after = megabytes(server.pid);
  if (process.env.TELL) console.error({ before, most, after });
  assert.ok(most <= MOST_DURING, `${most} MB during the attack`);
  assert.ok(after <= limit, `${after} MB after it, ${before} before`);
  await bobIsServed();
});

await server.stop();
await sandbox.stop();
finish();
