// Speaks to the server by hand, byte for byte, because a client library would not let anything wrong through.

import http from 'node:http';

import { spawnStdio, within } from './start.mjs';

const STATELESS = '2026-07-28';
const META = 'io.modelcontextprotocol';

/** A request of the stateless era with everything it needs; `params` and `meta` are laid over it. */
export function request(method, params = {}, meta = {}) {
  const about = {
    [`${META}/protocolVersion`]: STATELESS,
    [`${META}/clientInfo`]: { name: 'by-hand', version: '1.0.0' },
    [`${META}/clientCapabilities`]: {},
    ...meta,
  };
  return { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: about } };
}

export const callOf = (name, args = {}) => request('tools/call', { name, arguments: args });

/** The headers that belong to such a request. */
export function headersOf(message, token) {
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': STATELESS,
    'mcp-method': message.method,
    ...(message.params?.name ? { 'mcp-name': message.params.name } : {}),
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
}

/** Sends bytes and gives status, headers and body; a refused upload may end the connection before all is sent. */
export function send(url, { method = 'POST', headers = {}, body = '', path } = {}) {
  const target = new URL(path ?? '', url);
  if (path === undefined) target.pathname = new URL(url).pathname;
  const answer = new Promise((resolve, reject) => {
    const sent = http.request(target, { method, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (bytes) => (text += bytes));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text, json: read(text) }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
  return within(15_000, `${method} ${target.pathname}`, answer);
}

/** JSON, or the last message of an event stream, or nothing. */
function read(text) {
  const events = [...text.matchAll(/^data: ?(\{.*)$/gm)].map((match) => match[1]);
  try {
    return JSON.parse(events.at(-1) ?? text);
  } catch {
    return undefined;
  }
}

/** The error that a refused tool call carries. */
export function errorOf(message) {
  const result = message?.result;
  if (!result?.isError) throw new Error(`not a refused call: ${JSON.stringify(message)}`);
  return JSON.parse(result.content[0].text);
}

/** A server on stdio that is spoken to line by line. */
export function openStdio(settings) {
  const child = spawnStdio(settings);
  const lines = [];
  const waiting = [];
  let rest = '';
  child.stdout.on('data', (bytes) => {
    const parts = (rest + bytes).split('\n');
    rest = parts.pop();
    for (const line of parts.filter(Boolean)) (waiting.shift() ?? ((text) => lines.push(text)))(line);
  });
  const next = () => within(15_000, 'an answer on stdio', lines.length ? Promise.resolve(lines.shift()) : new Promise((resolve) => waiting.push(resolve)));
  const say = (line) => child.stdin.write(Buffer.concat([Buffer.from(line), Buffer.from('\n')]));
  return {
    say,
    ask: async (message) => (say(typeof message === 'string' ? message : JSON.stringify(message)), JSON.parse(await next())),
    next: async () => JSON.parse(await next()),
    /** The last words, without an end of their line. */
    leave: (text) => child.stdin.end(text),
    close: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.stdin.end();
      return within(15_000, 'ending the stdio server', gone);
    },
  };
}
