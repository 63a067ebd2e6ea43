// Sends what no client should send, over HTTP and stdio: each gets its documented error, and the server goes on serving.

import assert from 'node:assert/strict';

import { callOf, errorOf, headersOf, openStdio, request, send } from './raw.mjs';
import { freePort, startHttp, startSandbox } from './start.mjs';
import { finish, step } from './steps.mjs';

const TOKEN = 'a-bearer-for-what-is-wrong';
const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';
const GOOD = callOf('infinigate_search_products', { query: 'firewall', take: 1 });
const TOO_LONG = JSON.stringify({ ...GOOD, padding: 'x'.repeat(3 * 1024 * 1024) });

const sandbox = await startSandbox();
const counters = `127.0.0.1:${await freePort()}`;
const server = await startHttp({ ...sandbox.settings, MCP_AUTH_TOKEN: TOKEN, MCP_METRICS_ADDR: counters });

/** Sends a message with the headers that belong to it, some of them replaced. */
const post = (message, replaced = {}) => send(server.url, { headers: { ...headersOf(message, TOKEN), ...replaced }, body: JSON.stringify(message) });
const postBytes = (body, replaced = {}) => send(server.url, { headers: { ...headersOf(GOOD, TOKEN), ...replaced }, body });
const get = (path, headers = {}) => send(server.url, { method: 'GET', path, headers });
const bearer = { authorization: `Bearer ${TOKEN}` };

async function stillServes() {
  const answer = await post(GOOD);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.result.structuredContent.count, 1);
}

/** One wrong thing: the answer is judged, then the next good call must succeed. */
const wrong = (what, sendIt, judge) =>
  step(`HTTP: ${what}`, async () => {
    judge(await sendIt());
    await stillServes();
  });

const protocolError = (status, code) => (answer) => {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json?.error?.code, code, answer.text);
  assert.equal(answer.json.jsonrpc, '2.0');
};
const refusal = (status, code) => (answer) => {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json?.code, code, answer.text);
  assert.equal(answer.json.error, true);
};
const status = (expected) => (answer) => assert.equal(answer.status, expected, answer.text);
const invalidArguments = (field) => (answer) => {
  assert.equal(answer.status, 200, answer.text);
  const error = errorOf(answer.json);
  assert.equal(error.code, 'invalid_arguments', answer.text);
  assert.deepEqual(error.fields, [field]);
  assert.ok(answer.text.length < 4_000, 'what was sent is not echoed at length');
};
const unauthenticated = (reason) => (answer) => {
  refusal(401, 'unauthenticated')(answer);
  assert.match(answer.headers['www-authenticate'], new RegExp(`^Bearer .*error="${reason}"`));
};
/** Whoever brought nothing made no error (RFC 6750, section 3.1). */
const challenged = (answer) => {
  refusal(401, 'unauthenticated')(answer);
  assert.doesNotMatch(answer.headers['www-authenticate'], /error=/);
};
const search = (args) => () => post(callOf('infinigate_search_products', args));

// What a model gets wrong.
await step('HTTP: 1.9 MB of unknown arguments, 32 times at once: a page each, and the memory stays', async () => {
  const names = Object.fromEntries(Array.from({ length: 60_000 }, (_, number) => [`an unknown argument ${number}`, 'x']));
  const flood = callOf('infinigate_search_products', names);
  assert.ok(JSON.stringify(flood).length > 1_800_000);
  const resident = async () => Number(/^process_resident_memory_bytes (\S+)$/m.exec((await send(`http://${counters}/metrics`, { method: 'GET' })).text)[1]);
  const [before, answers] = [await resident(), await Promise.all(Array.from({ length: 32 }, () => post(flood)))];
  for (const answer of answers.filter(({ status }) => status === 200)) {
    assert.match(errorOf(answer.json).message, /and 59991 more faults like these/);
    assert.ok(answer.text.length < 8_000, `${answer.text.length} bytes`);
  }
  assert.ok(answers.some(({ status }) => status === 200), 'some are served');
  // The bodies themselves have to be read; what is said about them may not cost more than they do.
  const grown = (await resident()) - before;
  assert.ok(grown < 400_000_000, `${grown} bytes more than before`);
  await stillServes();
});
await wrong('an unknown tool', () => post(callOf('infinigate_serch_products')), (answer) => {
  protocolError(200, -32602)(answer);
  assert.match(answer.json.error.message, /infinigate_search_products/, 'the nearest name is told');
});
await wrong('an unknown argument', search({ query: 'firewall', vendr: [] }), (answer) => {
  invalidArguments('vendr')(answer);
  assert.match(errorOf(answer.json).message, /vendors/, 'the nearest argument is told');
});
await wrong('a missing argument', search({}), invalidArguments('query'));
await wrong('an argument of the wrong type', search({ query: { a: 1 } }), invalidArguments('query'));
await wrong('a number out of range', search({ query: 'firewall', take: 1_000 }), invalidArguments('take'));
await wrong('an argument a megabyte long', search({ query: 'x'.repeat(1_000_000) }), invalidArguments('query'));
await wrong('arguments that are a list', () => post({ ...GOOD, params: { ...GOOD.params, arguments: [1] } }), (answer) => assert.equal(answer.json?.error?.code, -32602, answer.text));

// What a client gets wrong in the protocol.
await wrong('a body of more than 2 MiB', () => postBytes(TOO_LONG), status(413));
await wrong('a body of more than 2 MiB without a length', () => postBytes(TOO_LONG, { 'transfer-encoding': 'chunked' }), status(413));
await wrong('a body that is not JSON', () => postBytes('{"jsonrpc":'), protocolError(400, -32700));
await wrong('an empty body', () => postBytes(''), protocolError(400, -32700));
await wrong('a body that is not text', () => postBytes(Buffer.from([0x7b, 0xff, 0xfe, 0x7d])), protocolError(400, -32700));
await wrong('a batch', () => postBytes(JSON.stringify([GOOD, GOOD])), protocolError(400, -32600));
await wrong('another JSON-RPC', () => post({ ...GOOD, jsonrpc: '1.0' }), protocolError(400, -32600));
await wrong('another media type', () => postBytes(JSON.stringify(GOOD), { 'content-type': 'text/plain' }), status(415));
await wrong('an answer wanted as HTML', () => post(GOOD, { accept: 'text/html' }), status(406));
await wrong('an unknown method', () => post(request('tools/frobnicate')), protocolError(404, -32601));
await wrong('an unknown protocol version', () => post(request('tools/list', {}, { [VERSION_KEY]: '2031-01-01' }), { 'mcp-protocol-version': '2031-01-01' }), (answer) => {
  protocolError(400, -32022)(answer);
  assert.ok(answer.json.error.data.supported.includes('2026-07-28'));
});
await wrong('a version in the header that is not the one in the body', () => post(GOOD, { 'mcp-protocol-version': '2031-01-01' }), protocolError(400, -32020));
await wrong('a tool in the header that is not the one in the body', () => post(GOOD, { 'mcp-name': 'infinigate_get_quote' }), protocolError(400, -32020));
await wrong('a request without its _meta', () => post({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }), protocolError(400, -32602));
await wrong('a call of the initialize era without a session', () => post(GOOD, { 'mcp-protocol-version': '2025-11-25' }), (answer) => assert.ok(answer.status >= 400 && answer.status < 500, answer.text));
await wrong('GET without a session', () => get('/mcp', { ...bearer, accept: 'text/event-stream' }), status(400));
await wrong('GET with an unknown session', () => get('/mcp', { ...bearer, accept: 'text/event-stream', 'mcp-session-id': 'nobody' }), status(404));
await wrong('PUT', () => send(server.url, { method: 'PUT', headers: bearer, body: '{}' }), status(405));

// Who knocks at the wrong door.
await wrong('no bearer', () => send(server.url, { headers: headersOf(GOOD), body: JSON.stringify(GOOD) }), challenged);
await wrong('a wrong bearer', () => post(GOOD, { authorization: 'Bearer wrong' }), unauthenticated('invalid_token'));
await wrong('no bearer on GET', () => get('/mcp', { accept: 'text/event-stream' }), challenged);
await wrong('a wrong host', () => post(GOOD, { host: 'evil.example' }), refusal(403, 'host_not_allowed'));
await wrong('a wrong origin', () => post(GOOD, { origin: 'http://evil.example' }), refusal(403, 'origin_not_allowed'));
await wrong('a probe under another host', () => get('/health', { host: '10.1.2.3:8080' }), status(200));
await wrong('an unknown route', () => get('/nowhere'), refusal(404, 'not_found'));
await server.stop();

/**
 * Wrong lines on stdio, then a good one; gives the answers up to the good one's. Calls run side by side, so the good line
 * is said only when the awaited number of answers has come.
 */
async function lines(awaited, ...wrongLines) {
  const stdio = openStdio(sandbox.settings);
  wrongLines.forEach((line) => stdio.say(line));
  const answers = [];
  while (answers.length < awaited) answers.push(await stdio.next());
  stdio.say(JSON.stringify({ ...GOOD, id: 'good' }));
  for (let answer = await stdio.next(); answer.id !== 'good'; answer = await stdio.next()) answers.push(answer);
  assert.equal(await stdio.close(), 0, 'the server ends well when its input ends');
  return answers;
}

const errorLine = (what, line, code) =>
  step(`stdio: ${what}`, async () => {
    const [answer] = await lines(1, line);
    assert.equal(answer?.error?.code, code, JSON.stringify(answer));
  });

/** A line under whose id the answer must come; `id` is null where none can be read. */
const answeredLine = (what, line, code, id = null) =>
  step(`stdio: ${what}`, async () => {
    const answers = await lines(1, line);
    assert.equal(answers.length, 1, JSON.stringify(answers));
    assert.equal(answers[0].error?.code, code, JSON.stringify(answers[0]));
    assert.ok('id' in answers[0] && answers[0].id === id, JSON.stringify(answers[0]));
  });
const around = (middle) => Buffer.concat([Buffer.from('{"jsonrpc":"2.0","method":"tools/list","params":'), Buffer.from(middle), Buffer.from(',"id":7}')]);

await answeredLine('a line that is not JSON', 'hello', -32700);
await answeredLine('a line that ends early', '{"jsonrpc":', -32700);
await answeredLine('bytes that are not UTF-8', around(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), -32700, 7);
await answeredLine('half a character', around('{"a":"\\ud83d"}'), -32700, 7);
await answeredLine('raw control characters in a text', around('{"a":"\u0000\t"}'), -32700, 7);
await answeredLine('a number that is none', around('{"a":1e400}'), -32700, 7);
await answeredLine('a comma too many', around('{"a":1,}'), -32700, 7);
await answeredLine('200 lists in each other', around('['.repeat(200) + ']'.repeat(200)), -32700, 7);
await answeredLine('17 MB in a line', around(JSON.stringify({ a: 'x'.repeat(17_000_000) })), -32600, 7);
await answeredLine('parameters that are a list', around('[1]'), -32602, 7);
await answeredLine('an id that is no whole number', '{"jsonrpc":"2.0","method":"ping","id":1.5}', -32600, 1.5);
await answeredLine('an id that is null', '{"jsonrpc":"2.0","method":"ping","id":null}', -32600);
await step('stdio: a notification that cannot be read is not answered', async () => {
  assert.deepEqual(await lines(0, '{"jsonrpc":"2.0","method":"notifications/initialized","params":5}'), []);
});
await step('stdio: an empty object that PHP wrote is one', async () => {
  const [answer] = await lines(1, JSON.stringify({ ...callOf('infinity_get_profile', []), id: 7 }).replace('clientCapabilities":{}', 'clientCapabilities":[]'));
  assert.equal(answer.result?.isError, false, JSON.stringify(answer));
});
await step('stdio: the last line needs no end', async () => {
  const stdio = openStdio(sandbox.settings);
  stdio.leave(JSON.stringify({ ...GOOD, id: 'last' }));
  assert.equal((await stdio.next()).id, 'last');
});
await errorLine('a batch', JSON.stringify([GOOD]), -32600);
await errorLine('an unknown tool', JSON.stringify(callOf('infinigate_serch_products')), -32602);
await errorLine('arguments that are a list', JSON.stringify({ ...GOOD, params: { ...GOOD.params, arguments: [1] } }), -32602);
await errorLine('an unknown method', JSON.stringify(request('tools/frobnicate')), -32601);
await errorLine('an unknown protocol version', JSON.stringify(request('tools/list', {}, { [VERSION_KEY]: '2031-01-01' })), -32022);
await errorLine('a request without its _meta', JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }), -32602);
await step('stdio: an unknown argument', async () => {
  const [answer] = await lines(1, JSON.stringify(callOf('infinigate_search_products', { query: 'firewall', vendr: [] })));
  assert.equal(errorOf(answer).code, 'invalid_arguments');
});
await sandbox.stop();
finish();
