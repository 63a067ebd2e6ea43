// A table of attacks on the authorization server: what is tried, and the refusal that must come.

import assert from 'node:assert/strict';

import { ANA, BOB, consent, decide, openPage, pkce } from './person.mjs';
import { startWithOAuth } from './start.mjs';
import { finish, step } from './steps.mjs';

const REDIRECT = 'https://app.example/back';
const LOOPBACK = 'http://127.0.0.1:7000/back';
const SECRET = 'a secret of the attacks table';

const people = [ANA, BOB];
const server = await startWithOAuth(people, {
  OAUTH_CLIENT_ID: 'desk',
  OAUTH_CLIENT_SECRET: SECRET,
  OAUTH_REDIRECT_URIS: `${REDIRECT},${LOOPBACK}`,
  OAUTH_ALLOWED_REDIRECT_ORIGINS: 'https://wide.example',
  OAUTH_CLIENT_METADATA_HOSTS: '*',
});
const at = (path) => `${server.issuer}${path}`;
const { verifier, challenge } = pkce();

/** The address of an honest request with some changes; null takes a parameter away. */
function request(changes = {}) {
  const honest = {
    response_type: 'code',
    client_id: 'desk',
    redirect_uri: REDIRECT,
    state: 'the state',
    scope: 'infinity:read infinity:write',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    resource: at('/mcp'),
  };
  const all = Object.entries({ ...honest, ...changes }).filter(([, value]) => value !== null);
  return `${at('/oauth/authorize')}?${new URLSearchParams(all)}`;
}

/** Sends a form to an endpoint; `body` and `headers` replace what an honest client would send. */
async function post(path, fields, { headers = {}, body, method = 'POST' } = {}) {
  const answer = await fetch(at(path), {
    method,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: method === 'GET' ? undefined : (body ?? new URLSearchParams(fields).toString()),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, json: text.startsWith('{') ? JSON.parse(text) : undefined };
}

const code = async (changes, choice) => (await consent(request(changes), choice)).searchParams.get('code');
const honest = (more) => ({ grant_type: 'authorization_code', client_id: 'desk', client_secret: SECRET, redirect_uri: REDIRECT, code_verifier: verifier, ...more });
const tokensOf = async () => (await post('/oauth/token', honest({ code: await code() }))).json;
const refresh = (token, more) => post('/oauth/token', { grant_type: 'refresh_token', client_id: 'desk', client_secret: SECRET, refresh_token: token, ...more });
const opens = async (token) => (await fetch(server.url, { method: 'POST', headers: { authorization: `Bearer ${token}` } })).status !== 401;
const basic = (text) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

/** A page that says no and leads nowhere. */
function isRefusedOnPage(answer, status = 400) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.location, null);
  assert.match(answer.headers.get('content-security-policy'), /frame-ancestors 'none'/);
  assert.match(answer.headers.get('content-type'), /^text\/html/);
  assert.doesNotMatch(answer.text, /<form/);
}

/** An error as RFC 6749 has it, which nobody may keep. */
function isError(answer, status, error) {
  assert.deepEqual([answer.status, answer.json?.error], [status, error], answer.text);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
}

const addresses = {
  'another port': 'https://app.example:8443/back',
  'the default port written out': 'https://app.example:443/back',
  'another scheme': 'http://app.example/back',
  'a host in upper case': 'https://APP.example/back',
  'a scheme in upper case': 'HTTPS://app.example/back',
  'a user before the host': 'https://app.example@evil.example/back',
  'a user at the right host': 'https://user:word@app.example/back',
  'a longer host': 'https://app.example.evil.example/back',
  'a sub-domain': 'https://evil.app.example/back',
  'a fragment': 'https://app.example/back#part',
  'an encoded slash': 'https://app.example/back%2fx',
  'an encoded slash in the host': 'https://app.example%2f.evil.example/back',
  'a backslash': 'https://app.example\\@evil.example/back',
  'a path that climbs': 'https://app.example/x/../back',
  'an encoded climb': 'https://app.example/%2e%2e/back',
  'an extra query': 'https://app.example/back?next=x',
  'a trailing slash': 'https://app.example/back/',
  'a path in upper case': 'https://app.example/BACK',
  'a script': 'javascript:alert(1)//https://app.example/back',
  'a document of its own': 'data:text/html,<script>alert(1)</script>',
  'no scheme': '//app.example/back',
  'a line break': 'https://app.example/back\r\nset-cookie: a=b',
  'a blank before it': ' https://app.example/back',
  'a loopback name that leads elsewhere': 'http://127.0.0.1.evil.example:7000/back',
  'localhost for 127.0.0.1': 'http://localhost:7000/back',
  'another path on loopback': 'http://127.0.0.1:7000/other',
  'https on loopback': 'https://127.0.0.1:7000/back',
  'another loopback address': 'http://127.0.0.2:7000/back',
  'another port of a wide origin': 'https://wide.example:8443/any',
  'a climb below a wide origin': 'https://wide.example/a/%2e%2e/b',
  'a double slash below a wide origin': 'https://wide.example//evil.example/',
};
for (const [name, redirect_uri] of Object.entries(addresses)) {
  await step(`redirect address with ${name}: refused on a page`, async () => {
    isRefusedOnPage(await openPage(request({ redirect_uri })));
  });
}

const clients = {
  'no client': null,
  'an unknown client': 'stranger',
  'a document on this machine': 'https://localhost/client.json',
  'a document at an address of this network': 'https://192.168.0.1/client.json',
  'a document of the cloud': 'https://169.254.169.254/latest/meta-data',
  'a document at a number': 'https://2130706433/client.json',
  'a document in the clear': 'http://app.example/client.json',
  'a file': 'file:///etc/passwd',
  'a document on another port': 'https://app.example:22/client.json',
};
for (const [name, client_id] of Object.entries(clients)) {
  await step(`client id with ${name}: refused on a page`, async () => {
    isRefusedOnPage(await openPage(request({ client_id })));
  });
}

const requests = {
  'no PKCE': [{ code_challenge: null, code_challenge_method: null }, 'invalid_request'],
  'PKCE without a method': [{ code_challenge_method: null }, 'invalid_request'],
  'plain PKCE': [{ code_challenge: verifier, code_challenge_method: 'plain' }, 'invalid_request'],
  'a challenge that is none': [{ code_challenge: 'abc' }, 'invalid_request'],
  'an implicit answer': [{ response_type: 'token' }, 'unsupported_response_type'],
  'no response type': [{ response_type: null }, 'invalid_request'],
  'an answer in the fragment': [{ response_mode: 'fragment' }, 'invalid_request'],
  'another resource': [{ resource: 'https://other.example/mcp' }, 'invalid_target'],
  'the resource without its path': [{ resource: server.issuer }, 'invalid_target'],
  'only scopes of others': [{ scope: 'admin root' }, 'invalid_scope'],
};
await step('request with the resource written with a slash more, or scheme and host in capitals: the same resource', async () => {
  for (const resource of [at('/mcp/'), at('/mcp').replace(/^http:\/\/[^/]+/, (origin) => origin.toUpperCase())]) {
    assert.ok((await openPage(request({ resource }))).request, resource);
  }
});
for (const [name, [changes, error]] of Object.entries(requests)) {
  await step(`request with ${name}: ${error}, with state and issuer`, async () => {
    const answer = await openPage(request(changes));
    assert.equal(answer.status, 303, answer.text);
    const address = new URL(answer.location);
    assert.equal(address.origin + address.pathname, REDIRECT);
    assert.deepEqual(['error', 'state', 'iss'].map((name) => address.searchParams.get(name)), [error, 'the state', server.issuer]);
    assert.equal(address.searchParams.get('code'), null);
  });
}

for (const name of ['client_id', 'redirect_uri', 'resource', 'state', 'code_challenge']) {
  await step(`request that says ${name} twice: refused on a page`, async () => {
    isRefusedOnPage(await openPage(`${request()}&${name}=x`));
  });
}
await step('request of 9 KiB: refused on a page', async () => {
  isRefusedOnPage(await openPage(request({ state: 's'.repeat(9 * 1024) })), 414);
});

const page = await openPage(request());
const stranger = await openPage(request());
const forms = {
  'no cookie': { headers: { cookie: '' } },
  'the cookie of another browser': { headers: { cookie: stranger.cookie } },
  'a planted second cookie': { headers: { cookie: `${page.cookie}; ${stranger.cookie}` } },
  'a form of another site': { headers: { 'sec-fetch-site': 'cross-site' } },
  'a changed seal': { request: `${page.request.slice(0, -4)}AAAA` },
  'a changed content': { request: `A${page.request.slice(1)}` },
  'an unsealed content': { request: Buffer.from('{}').toString('base64url') },
  'no decision': { decision: '' },
  'text in place of a form': { headers: { 'content-type': 'text/plain' } },
};
for (const [name, change] of Object.entries(forms)) {
  await step(`consent with ${name}: refused on a page`, async () => {
    isRefusedOnPage(await decide(request(), page, change), 403);
  });
}
for (const origin of ['https://evil.example', 'null']) {
  await step(`consent with a form of the origin ${origin}: refused at the door`, async () => {
    const answer = await decide(request(), page, { headers: { origin } });
    assert.deepEqual([answer.status, JSON.parse(answer.text).code, answer.location], [403, 'origin_not_allowed', null]);
  });
}
await step('consent of 100 KB: refused on a page', async () => {
  isRefusedOnPage(await decide(request(), page, { key: 'k'.repeat(100_000) }), 413);
});
await step('consent with a key twice: refused on a page', async () => {
  const body = new URLSearchParams([['request', page.request], ['decision', 'allow'], ['key', 'a'], ['key', ANA.key]]);
  isRefusedOnPage(await decide(request(), page, { body: body.toString() }));
});
await step('consent with another redirect address in the form: the sealed one counts', async () => {
  const body = new URLSearchParams([
    ['request', page.request], ['decision', 'allow'], ['key', ANA.key], ['scope', 'infinity:read'], ['redirect_uri', 'https://evil.example/'],
  ]);
  const answer = await decide(request(), page, { body: body.toString() });
  assert.ok(answer.location.startsWith(`${REDIRECT}?code=`), answer.location);
});
await step('consent to more than the person may: only the rest is given, also of what was not asked for', async () => {
  const got = await code({}, { scopes: ['infinity:read', 'infinity:admin', 'infinigate:order', 'infinigate:read'] });
  assert.equal((await post('/oauth/token', honest({ code: got }))).json.scope, 'infinigate:read infinity:read');
});
await step('consent to nothing but what the person may not do: nothing is given', async () => {
  const answer = await decide(request({ scope: 'infinigate:order' }), await openPage(request({ scope: 'infinigate:order' })));
  assert.deepEqual([answer.status, answer.location], [403, null]);
});

const spoilt = {
  'no verifier': [{ code_verifier: '' }, 400, 'invalid_request'],
  'a short verifier': [{ code_verifier: 'short' }, 400, 'invalid_request'],
  'another verifier': [{ code_verifier: pkce().verifier }, 400, 'invalid_grant'],
  'another redirect address': [{ redirect_uri: LOOPBACK }, 400, 'invalid_grant'],
  'another resource': [{ resource: 'https://other.example/mcp' }, 400, 'invalid_target'],
  'another grant type': [{ grant_type: 'password' }, 400, 'unsupported_grant_type'],
  'no grant type': [{ grant_type: '' }, 400, 'invalid_request'],
  'a wrong secret': [{ client_secret: 'another secret of the table' }, 401, 'invalid_client'],
  'no secret': [{ client_secret: '' }, 401, 'invalid_client'],
  'an unknown client': [{ client_id: 'stranger' }, 401, 'invalid_client'],
  'a made-up code': [{ code: 'made-up' }, 400, 'invalid_grant'],
};
for (const [name, [change, status, error]] of Object.entries(spoilt)) {
  await step(`code with ${name}: ${error}`, async () => {
    isError(await post('/oauth/token', honest({ code: await code(), ...change })), status, error);
  });
}
await step('code of another client: invalid_grant', async () => {
  const change = { client_id: 'https://tools.example/client.json', client_secret: '' };
  isError(await post('/oauth/token', honest({ code: await code(), ...change })), 400, 'invalid_grant');
});
await step('code used twice: refused, and its tokens end', async () => {
  const once = honest({ code: await code() });
  const { access_token } = (await post('/oauth/token', once)).json;
  assert.ok(await opens(access_token));
  isError(await post('/oauth/token', once), 400, 'invalid_grant');
  assert.ok(!(await opens(access_token)));
});

const shapes = {
  'GET': [{ method: 'GET' }, 405, 'invalid_request'],
  'JSON': [{ headers: { 'content-type': 'application/json' }, body: '{}' }, 400, 'invalid_request'],
  'a body of 100 KB': [{ body: `x=${'y'.repeat(100_000)}` }, 413, 'invalid_request'],
  'a parameter twice': [{ body: `${new URLSearchParams(honest({ code: 'x' }))}&code=y` }, 400, 'invalid_request'],
  'secrets in header and body': [{ headers: basic(`desk:${SECRET}`) }, 400, 'invalid_request'],
  'a bearer in place of a secret': [{ headers: { authorization: 'Bearer x' }, body: 'grant_type=refresh_token' }, 401, 'invalid_client'],
  'half a basic header': [{ headers: { authorization: 'Basic !' }, body: 'grant_type=refresh_token' }, 401, 'invalid_client'],
  'a client in the header and another in the body': [{ headers: basic('desk:x'), body: 'client_id=other' }, 400, 'invalid_request'],
};
for (const [name, [shape, status, error]] of Object.entries(shapes)) {
  await step(`token request as ${name}: ${error}`, async () => {
    isError(await post('/oauth/token', honest({ code: 'x' }), shape), status, error);
  });
}
await step('token request with the secret in the address: invalid_request', async () => {
  isError(await post(`/oauth/token?client_secret=${encodeURIComponent(SECRET)}`, honest({ code: 'x', client_secret: '' })), 400, 'invalid_request');
});

await step('refresh token as an access token: opens nothing', async () => {
  assert.ok(!(await opens((await tokensOf()).refresh_token)));
});
await step('access token as a refresh token: invalid_grant', async () => {
  isError(await refresh((await tokensOf()).access_token), 400, 'invalid_grant');
});
await step('refresh of another client: invalid_grant', async () => {
  const { refresh_token } = await tokensOf();
  isError(await refresh(refresh_token, { client_id: 'https://tools.example/client.json', client_secret: '' }), 400, 'invalid_grant');
});
await step('refresh for more than was consented to: invalid_scope', async () => {
  isError(await refresh((await tokensOf()).refresh_token, { scope: 'infinity:read infinity:admin' }), 400, 'invalid_scope');
});
await step('revocation by another client: nothing ends', async () => {
  const { access_token } = await tokensOf();
  const answer = await post('/oauth/revoke', { client_id: 'https://tools.example/client.json', token: access_token });
  assert.equal(answer.status, 200);
  assert.ok(await opens(access_token));
});
await step('registration where it is off: there is none', async () => {
  assert.equal((await post('/oauth/register', { redirect_uris: REDIRECT })).status, 404);
});
await step('token of a removed person: opens nothing and refreshes nothing', async () => {
  const { access_token, refresh_token } = await tokensOf();
  server.setPeople([BOB]);
  for (let tries = 0; tries < 100 && (await opens(access_token)); tries += 1) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(!(await opens(access_token)));
  isError(await refresh(refresh_token), 400, 'invalid_grant');
});
await step('guessing keys: slowed down, also for the right key', async () => {
  const fresh = await openPage(request());
  const statuses = [];
  for (let guess = 0; guess < 7; guess += 1) statuses.push((await decide(request(), fresh, { key: `guess ${guess}` })).status);
  assert.deepEqual(statuses, [401, 401, 401, 401, 401, 401, 429]);
  const answer = await decide(request(), fresh, { key: BOB.key });
  assert.deepEqual([answer.status, Number(answer.headers.get('retry-after')) > 0], [429, true]);
});

await server.stop();
finish();
