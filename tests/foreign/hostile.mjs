// Clients with bad manners or worse, on bare connections: slow, silent, lying, smuggling, guessing. Each meets its
// documented answer, and everybody else is served meanwhile.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';

import { callOf, headersOf, send } from './raw.mjs';
import { exchange, open } from './sockets.mjs';
import { startHttp, startSandbox } from './start.mjs';
import { finish, step } from './steps.mjs';
import { writeTeam } from './team.mjs';

const TOKEN = 'a-bearer-against-bad-manners';
const GOOD = callOf('infinigate_search_products', { query: 'firewall', take: 1 });
const HEALTH = 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n';
const sandbox = await startSandbox();
const server = await startHttp({ ...sandbox.settings, MCP_AUTH_TOKEN: TOKEN, MCP_ALLOWED_ORIGINS: 'https://app.example.com' });

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const post = (token = TOKEN, more = {}) => send(server.url, { headers: { ...headersOf(GOOD, token), ...more }, body: JSON.stringify(GOOD) });

async function stillServes() {
  const answer = await post();
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.result.structuredContent.count, 1);
}

/** The head of a request to the endpoint; `lengths` says how its body is framed. */
const head = (lengths) =>
  ['POST /mcp HTTP/1.1', 'Host: localhost', ...Object.entries(headersOf(GOOD, TOKEN)).map(([name, value]) => `${name}: ${value}`), ...[lengths].flat(), '', ''].join('\r\n');
const refusal = (answer, status, code) => {
  assert.equal(answer?.status, status, JSON.stringify(answer));
  assert.equal(answer.json?.code, code, answer.body);
};

/** Sends bytes; the server gives these statuses and no more, then closes or waits, and goes on serving. */
const meets = (what, bytes, statuses, judge = () => {}) =>
  step(what, async () => {
    const heard = await exchange(server.url, bytes, 1_500);
    assert.deepEqual(heard.answers.map((answer) => answer.status), statuses, heard.text);
    judge(heard);
    await stillServes();
  });
const closes = (heard) => assert.ok(heard.closed, 'the connection is closed');
const bare = (heard) => (closes(heard), assert.equal(heard.answers[0].body, '', 'the library itself answers, without a body'));
const json = (code) => (heard) => refusal(heard.answers[0], heard.answers[0].status, code);

// What is no HTTP.
await meets('a method that is none', 'G@T /health HTTP/1.1\r\nHost: localhost\r\n\r\n', [400], bare);
await meets('an address with a space', 'GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n', [400], bare);
await meets('a header that is none', 'GET /health HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n', [400], bare);
await meets('a space before the colon', `${head('Transfer-Encoding : chunked')}0\r\n\r\n`, [400], bare);
await meets('a zero byte in a header', 'GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n', [400], bare);
await meets('a folded header', 'GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n', [400], bare);
await meets('HTTP/0.9', 'GET /health\r\n\r\n', [400], bare);
await meets('HTTP/3.0 on a line', 'GET /health HTTP/3.0\r\nHost: localhost\r\n\r\n', [400], bare);
await meets('the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [], closes);
await meets('TLS on a port without TLS', Buffer.from('1603010200010001fc0303', 'hex'), [400], bare);
await meets('headers of 20 KiB', `GET /health HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, [431], bare);
await meets('101 headers', `GET /health HTTP/1.1\r\nHost: localhost\r\n${'X: y\r\n'.repeat(101)}\r\n`, [431], bare);
await meets('an address of 70 KB', `GET /${'x'.repeat(70_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, [431], bare);

// What is HTTP, and odd.
await meets('a host named twice', 'GET /mcp HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n', [400], json('bad_header'));
await meets('no host', 'GET /mcp HTTP/1.1\r\n\r\n', [400], json('bad_header'));
await meets('a probe with any host or none', 'GET /health HTTP/1.1\r\nHost: 10.1.2.3:3000\r\n\r\nGET /health HTTP/1.1\r\n\r\n', [200, 200]);
await meets('an absolute address of another host', 'GET http://evil.example/mcp HTTP/1.1\r\nHost: localhost\r\n\r\n', [403], json('host_not_allowed'));
await meets('an address that is a host', 'GET health HTTP/1.1\r\nHost: localhost\r\n\r\n', [403], json('host_not_allowed'));
await meets('CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n', [403], json('host_not_allowed'));
await meets('TRACE', 'TRACE /health HTTP/1.1\r\nHost: localhost\r\n\r\n', [405], json('method_not_allowed'));
await meets('a method in lower case', 'get /health HTTP/1.1\r\nHost: localhost\r\n\r\n', [405], json('method_not_allowed'));
await meets('a websocket', `GET /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n`, [400], json('bad_request'));
await meets('HTTP/1.0', 'GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n', [200], closes);
await meets('two requests in one packet', HEALTH + HEALTH, [200, 200]);
await step('a request whose sender closes its half', async () => {
  const connection = await open(server.url);
  connection.socket.end(HEALTH);
  await connection.end;
  // Whoever closes is taken to have gone: an answer may still come, and nothing else.
  assert.match(connection.text, /^$|^HTTP\/1\.1 200 /);
  await stillServes();
});

// Bodies that lie.
await meets('a length of 3 MiB', head('Content-Length: 3145728'), [413], json('body_too_large'));
await meets('3 MiB in chunks', Buffer.concat([Buffer.from(head('Transfer-Encoding: chunked')), ...Array(3).fill(Buffer.from(`100000\r\n${'x'.repeat(0x100000)}\r\n`))]), [413], json('body_too_large'));
await meets('a length that is too short', `${head('Content-Length: 5')}{"jsonrpc":"2.0"}`, [400, 400], closes);
await meets('a length that is none', `${head('Content-Length: five')}`, [400], bare);
await meets('a negative length', `${head('Content-Length: -5')}`, [400], bare);
await meets('chunks of nonsense', `${head('Transfer-Encoding: chunked')}zz\r\nnonsense\r\n`, [400], json('bad_body'));
await meets('a chunk longer than it says', `${head('Transfer-Encoding: chunked')}2\r\n{}{}\r\n0\r\n\r\n`, [400], json('bad_body'));
await step('a length that is too long, and then nothing more', async () => {
  const connection = await open(server.url);
  connection.socket.end(`${head('Content-Length: 500')}{"jsonrpc":"2.0"}`);
  await connection.end;
  assert.doesNotMatch(connection.text, /^HTTP\/1\.1 2/, 'half a message is never carried out');
  await stillServes();
});

// Two requests for one reader and one for another: the second is never answered.
const SMUGGLED = `GET /health HTTP/1.1\r\nHost: localhost\r\nX: `;
for (const [what, lengths] of [
  ['a length and then chunks', ['Content-Length: 60', 'Transfer-Encoding: chunked']],
  ['chunks and then a length', ['Transfer-Encoding: chunked', 'Content-Length: 5']],
  ['chunks named twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked']],
  ['chunks after another coding', ['Transfer-Encoding: identity, chunked']],
  ['chunks in odd letters', ['Transfer-Encoding: ChUnKeD']],
]) {
  await meets(`smuggling: ${what}`, `${head(lengths)}0\r\n\r\n${SMUGGLED}`, [400], closes);
}
for (const [what, lengths] of [
  ['two lengths that differ', ['Content-Length: 5', 'Content-Length: 60']],
  ['a list of lengths', ['Content-Length: 5, 60']],
  ['a length with a sign', ['Content-Length: +5']],
  ['chunks that are none', ['Transfer-Encoding: xchunked']],
  ['chunks before another coding', ['Transfer-Encoding: chunked, identity']],
]) {
  await meets(`smuggling: ${what}`, `${head(lengths)}0\r\n\r\n${SMUGGLED}`, [400], bare);
}
await meets('smuggling: chunks in HTTP/1.0', `${head('Transfer-Encoding: chunked').replace('HTTP/1.1', 'HTTP/1.0')}0\r\n\r\n${HEALTH}`, [400], bare);

await step('a session id in a request of the stateless era means nothing', async () => {
  assert.equal((await post(TOKEN, { 'mcp-session-id': 'from-another-era' })).status, 200);
});

// Browsers.
const preflight = (origin) => send(server.url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type,mcp-method' } });
await step('a page of a known origin hears in advance what it may send, without a bearer', async () => {
  const answer = await preflight('https://app.example.com');
  assert.equal(answer.status, 204);
  assert.equal(answer.headers['access-control-allow-origin'], 'https://app.example.com');
  for (const name of ['authorization', 'content-type', 'mcp-protocol-version', 'mcp-session-id', 'mcp-method', 'mcp-name', 'last-event-id']) assert.ok(answer.headers['access-control-allow-headers'].includes(name), name);
  const read = await post(TOKEN, { origin: 'https://app.example.com' });
  assert.equal(read.headers['access-control-allow-origin'], 'https://app.example.com');
  assert.equal(read.headers['access-control-allow-credentials'], undefined);
});
for (const origin of ['https://evil.example', 'null', 'https://app.example.com.evil.example', 'http://app.example.com', 'https://evil.example/?https://app.example.com']) {
  await step(`a page of ${origin} is refused and may not even read that`, async () => {
    for (const answer of [await preflight(origin), await post(TOKEN, { origin })]) {
      assert.equal(answer.status, 403, answer.text);
      assert.equal(answer.json.code, 'origin_not_allowed');
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    }
  });
}

// Guessing.
await step('a flood of wrong keys is slowed down; the right key from the same address works at once', async () => {
  const answers = [];
  for (let round = 0; round < 10; round += 1) answers.push(...(await Promise.all(Array.from({ length: 10 }, (_, n) => post(`guess-${round}-${n}`)))));
  const slowed = answers.filter((answer) => answer.status === 429);
  assert.ok(slowed.length >= 70, `${slowed.length} of 100 were slowed down`);
  assert.ok(answers.every((answer) => [401, 429].includes(answer.status)));
  assert.ok(slowed.every((answer) => answer.json.code === 'too_many_failures' && Number(answer.headers['retry-after']) >= 1));
  await stillServes();
  assert.equal((await send(server.url, { headers: headersOf(GOOD), body: JSON.stringify(GOOD) })).status, 401, 'no key at all is answered as ever, so that a client finds out where to get one');
});

// Occupying.
await step('600 silent connections do not keep a client from being served', async () => {
  const silent = await Promise.all(Array.from({ length: 600 }, (_, n) => open(server.url, `127.0.0.${2 + (n % 3)}`)));
  for (let n = 0; n < 20; n += 1) await stillServes();
  const left = silent.filter((connection) => !connection.closed).length;
  assert.ok(left <= 512, `${left} are still open`);
  assert.ok(left >= 400, `only ${left} are still open`);
  silent.forEach((connection) => connection.socket.destroy());
});

await step('one address alone keeps no more than half of the connections', async () => {
  const silent = await Promise.all(Array.from({ length: 400 }, () => open(server.url)));
  await stillServes();
  // Those beyond its share are heard for a moment in the places kept for probes, and then told to come again.
  const open_ = () => silent.filter((connection) => !connection.closed).length;
  for (const until = Date.now() + 10_000; open_() > 256 && Date.now() < until; ) await pause(100);
  const left = open_();
  assert.ok(left <= 256 && left >= 200, `${left} are still open`);
  silent.forEach((connection) => connection.socket.destroy());
});

// Dawdling: both at the same time, since each takes as long as the server's patience.
await step('a head that trickles is cut off after 10 seconds, a body that trickles is refused after 30', async () => {
  const began = Date.now();
  const trickle = async (start) => {
    const connection = await open(server.url);
    connection.socket.write(start);
    while (!connection.closed && Date.now() - began < 45_000) {
      connection.socket.write('x');
      await pause(250);
    }
    return { ...connection, seconds: (Date.now() - began) / 1_000 };
  };
  const [slowHead, slowBody] = await Promise.all([trickle('GET /health HTTP/1.1\r\nHost: localhost\r\nX: '), trickle(head('Content-Length: 1000'))]);
  assert.ok(slowHead.seconds > 9 && slowHead.seconds < 14, `${slowHead.seconds} s`);
  assert.equal(slowHead.text, '');
  assert.ok(slowBody.seconds > 29 && slowBody.seconds < 36, `${slowBody.seconds} s`);
  assert.match(slowBody.text, /^HTTP\/1\.1 408 .*"code":"body_too_slow"/s);
  await stillServes();
});

// Ending.
await step('asked to stop, the server takes no more and finishes the call under way; asked again, it ends at once', async () => {
  await sandbox.fault({ 'infinigate.latency_ms': 1_500 });
  const underWay = post();
  await pause(500);
  const stopped = server.stop();
  await pause(200);
  await assert.rejects(post(), /ECONNREFUSED/);
  assert.equal((await underWay).status, 200);
  await stopped;

  const impatient = await startHttp({ ...sandbox.settings, MCP_AUTH_TOKEN: TOKEN });
  await sandbox.fault({ 'infinigate.latency_ms': 8_000 });
  const lost = send(impatient.url, { headers: headersOf(GOOD, TOKEN), body: JSON.stringify(GOOD) }).catch((error) => error);
  await pause(500);
  const began = Date.now();
  const first = impatient.stop();
  await pause(300);
  await impatient.stop();
  await first;
  assert.ok(Date.now() - began < 3_000, `${Date.now() - began} ms`);
  assert.ok((await lost) instanceof Error);
  await sandbox.fault({ 'infinigate.latency_ms': 0 });
});

// Sessions of the initialize era, with two users.
const { settings: files, keys } = writeTeam(['ana', 'bob'], sandbox.settings);
const { INFINITY_API_TOKEN: _, ...upstream } = sandbox.settings;
const era = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
let team;
const say = (key, message, { session, method = 'POST' } = {}) =>
  send(team.url, { method, headers: { ...era, authorization: `Bearer ${keys[key]}`, ...(session ? { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' } : {}) }, body: method === 'POST' ? JSON.stringify(message) : '' });
const INITIALIZE = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: { elicitation: {} }, clientInfo: { name: 'by-hand', version: '1' } } };
const LIST = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
await step('somebody with another key cannot use, answer, listen to or end a session, and cannot tell that there is one', async () => {
  team = await startHttp({ ...upstream, ...files });
  const begun = await say('ana', INITIALIZE);
  const session = begun.headers['mcp-session-id'];
  assert.ok(session, begun.text);
  await say('ana', { jsonrpc: '2.0', method: 'notifications/initialized' }, { session });
  const nobodys = '7a2f1f4e-0000-4000-8000-000000000000';
  const ways = [[LIST], [{ jsonrpc: '2.0', id: 0, result: { action: 'accept', content: { confirm: true } } }], [undefined, { method: 'GET' }], [undefined, { method: 'DELETE' }]];
  for (const [message, more] of ways) {
    const told = [await say('bob', message, { session, ...more }), await say('bob', message, { session: nobodys, ...more })];
    assert.deepEqual(told.map((answer) => answer.status), [404, 404], JSON.stringify(message ?? more));
    assert.equal(told[0].text, told[1].text);
  }
  assert.equal((await say('ana', LIST, { session })).status, 200, 'its owner goes on');
  assert.equal((await say('ana', undefined, { session, method: 'DELETE' })).status, 204);
  assert.equal((await say('ana', LIST, { session })).status, 404);
});
await step('a users file that breaks while the server runs locks nobody out, and /ready tells of it', async () => {
  const ready = async () => (await send(team.url, { method: 'GET', path: '/ready' })).json;
  assert.deepEqual(await ready(), { ready: true });
  writeFileSync(files.MCP_USERS_FILE, '{ "version": 1, "users": [');
  const until = Date.now() + 10_000;
  while (!(await ready()).outdated && Date.now() < until) await pause(100);
  assert.deepEqual(await ready(), { ready: true, outdated: ['users'] });
  assert.equal((await say('ana', INITIALIZE)).status, 200);
});
await team?.stop();
await sandbox.stop();
finish();
