// Two OAuth clients that others wrote: discovery, PKCE, refresh, revocation, registration.

import assert from 'node:assert/strict';

import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import * as oauth from 'oauth4webapi';

import { ANA, consent, decide, openPage, pkce } from './person.mjs';
import { startPostgres } from './postgres.mjs';
import { printed, startSandbox, startWithOAuth } from './start.mjs';
import { finish, step } from './steps.mjs';

const REDIRECT = 'https://app.example/back';
const SECRET = 'a secret: with + and % in it';
const plain = { [oauth.allowInsecureRequests]: true };

const server = await startWithOAuth([ANA], {
  OAUTH_CLIENT_ID: 'desk app',
  OAUTH_CLIENT_SECRET: SECRET,
  OAUTH_REDIRECT_URIS: REDIRECT,
  OAUTH_DYNAMIC_REGISTRATION: 'true',
});

const knock = (token) => fetch(server.url, { method: 'POST', headers: token ? { authorization: `Bearer ${token}` } : {} });
const opens = async (token) => (await knock(token)).status !== 401;

async function discover() {
  const refused = await knock();
  assert.equal(refused.status, 401);
  const address = refused.headers.get('www-authenticate').match(/resource_metadata="([^"]+)"/)[1];
  const resource = new URL(server.url);
  assert.equal(address, new URL('/.well-known/oauth-protected-resource/mcp', resource).href);
  const described = await oauth.processResourceDiscoveryResponse(resource, await oauth.resourceDiscoveryRequest(resource, plain));
  const issuer = new URL(described.authorization_servers[0]);
  const found = await oauth.discoveryRequest(issuer, { ...plain, algorithm: 'oauth2' });
  return { as: await oauth.processDiscoveryResponse(issuer, found), resource: described.resource };
}

/** The whole way from a request to tokens. */
async function letIn({ as, resource }, client, authentication, redirect, choice) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const address = new URL(as.authorization_endpoint);
  address.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: redirect,
    response_type: 'code',
    scope: 'infinity:read infinity:write',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    resource,
  });
  const parameters = oauth.validateAuthResponse(as, client, await consent(address, choice), state);
  const options = { ...plain, additionalParameters: { resource } };
  const answer = await oauth.authorizationCodeGrantRequest(as, client, authentication, parameters, redirect, verifier, options);
  return oauth.processAuthorizationCodeResponse(as, client, answer);
}

async function refreshed({ as }, client, authentication, token) {
  const answer = await oauth.refreshTokenGrantRequest(as, client, authentication, token, plain);
  return oauth.processRefreshTokenResponse(as, client, answer);
}

const found = await discover();
const desk = { client_id: 'desk app' };

for (const [name, authentication] of [
  ['client_secret_post', oauth.ClientSecretPost(SECRET)],
  ['client_secret_basic', oauth.ClientSecretBasic(SECRET)],
]) {
  await step(`oauth4webapi discovers, proves PKCE, refreshes and revokes with ${name}`, async () => {
    const tokens = await letIn(found, desk, authentication, REDIRECT, {});
    assert.equal(tokens.scope, 'infinity:read infinity:write');
    assert.ok(await opens(tokens.access_token));
    const next = await refreshed(found, desk, authentication, tokens.refresh_token);
    assert.notEqual(next.refresh_token, tokens.refresh_token);
    assert.ok((await opens(tokens.access_token)) && (await opens(next.access_token)));
    await oauth.processRevocationResponse(await oauth.revocationRequest(found.as, desk, authentication, next.refresh_token, plain));
    assert.ok(!(await opens(tokens.access_token)) && !(await opens(next.access_token)));
    await assert.rejects(refreshed(found, desk, authentication, next.refresh_token), { error: 'invalid_grant' });
  });
}

await step('oauth4webapi registers a public client, which gets only what was ticked', async () => {
  const wanted = { redirect_uris: ['http://127.0.0.1:1/back'], client_name: 'A desk tool', token_endpoint_auth_method: 'none' };
  const made = await oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(found.as, wanted, plain));
  const tokens = await letIn(found, made, oauth.None(), 'http://127.0.0.1:61234/back', { scopes: ['infinity:read'] });
  assert.equal(tokens.scope, 'infinity:read');
  assert.ok(await opens(tokens.access_token));
});

await step('fifty parallel refreshes of oauth4webapi all get tokens that work', async () => {
  const authentication = oauth.ClientSecretPost(SECRET);
  const tokens = await letIn(found, desk, authentication, REDIRECT, {});
  const all = await Promise.all(Array.from({ length: 50 }, () => refreshed(found, desk, authentication, tokens.refresh_token)));
  assert.equal(new Set(all.map((next) => next.refresh_token)).size, 1);
  for (const next of all) assert.ok(await opens(next.access_token));
});

await step("a person's no arrives at the client as an error it understands", async () => {
  await assert.rejects(letIn(found, desk, oauth.ClientSecretPost(SECRET), REDIRECT, { decision: 'deny' }), { error: 'access_denied' });
});

await step('the MCP TypeScript client finds its way from the endpoint to tokens, and refreshes', async () => {
  const kept = {};
  const provider = {
    redirectUrl: 'http://127.0.0.1:43210/back',
    clientMetadata: { client_name: 'sdk', redirect_uris: ['http://127.0.0.1:43210/back'], token_endpoint_auth_method: 'none' },
    state: () => 'state-of-the-sdk',
    clientInformation: () => kept.client,
    saveClientInformation: (client) => void (kept.client = client),
    tokens: () => kept.tokens,
    saveTokens: (tokens) => void (kept.tokens = tokens),
    codeVerifier: () => kept.verifier,
    saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
    redirectToAuthorization: async (address) => void (kept.answer = await consent(address, {})),
  };
  assert.equal(await auth(provider, { serverUrl: server.url }), 'REDIRECT');
  assert.equal(kept.answer.searchParams.get('state'), 'state-of-the-sdk');
  assert.equal(await auth(provider, { serverUrl: server.url, authorizationCode: kept.answer.searchParams.get('code') }), 'AUTHORIZED');
  assert.ok(await opens(kept.tokens.access_token));
  const before = kept.tokens.access_token;
  assert.equal(await auth(provider, { serverUrl: server.url }), 'AUTHORIZED');
  assert.notEqual(kept.tokens.access_token, before);
  assert.ok(await opens(kept.tokens.access_token));
});

await step('the log of changes says which program acted for whom', async () => {
  const sandbox = await startSandbox();
  const { STATE_URL, ...reached } = sandbox.settings; // In memory, and the log is read after the server has ended.
  const acting = await startWithOAuth([ANA], { ...reached, OAUTH_DYNAMIC_REGISTRATION: 'true' });
  const kept = {};
  const provider = {
    redirectUrl: 'http://127.0.0.1:43210/back',
    clientMetadata: { client_name: 'A desk tool', redirect_uris: ['http://127.0.0.1:43210/back'], token_endpoint_auth_method: 'none' },
    clientInformation: () => kept.client,
    saveClientInformation: (client) => void (kept.client = client),
    tokens: () => kept.tokens,
    saveTokens: (tokens) => void (kept.tokens = tokens),
    codeVerifier: () => kept.verifier,
    saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
    // The client asked for what reading needs; ana opens the rest and lets it write.
    redirectToAuthorization: async (address) => void (kept.answer = await consent(address, { scopes: ['infinity:read', 'infinity:write'] })),
  };
  assert.equal(await auth(provider, { serverUrl: acting.url, scope: 'infinity:read' }), 'REDIRECT');
  assert.equal(await auth(provider, { serverUrl: acting.url, authorizationCode: kept.answer.searchParams.get('code') }), 'AUTHORIZED');
  const client = new Client({ name: 'desk', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(acting.url), { authProvider: provider }));
  const call = async (name, args) => (await client.callTool({ name, arguments: args })).structuredContent;
  const [workspace] = (await call('infinity_list_workspaces', {})).workspaces;
  const made = await call('infinity_create_board', { workspace_id: workspace.id, name: 'Made by a program' });
  assert.ok(made, 'a board was made');
  await client.close();
  await acting.stop();
  const lines = printed(acting.settings, 'audit', 'show').trim().split('\n').map((line) => JSON.parse(line).line);
  assert.deepEqual([lines.at(-1).tool, lines.at(-1).who, lines.at(-1).client?.name], ['infinity_create_board', 'ana', 'A desk tool']);
  assert.equal(lines.at(-1).client.id, kept.client.client_id);
  await sandbox.stop();
});

await step('two servers on one PostgreSQL are one authorization server', async () => {
  const postgres = await startPostgres();
  const shared = { OAUTH_CLIENT_ID: 'desk', OAUTH_REDIRECT_URIS: REDIRECT, STATE_URL: postgres.url, OAUTH_PUBLIC_URL: 'https://mcp.example' };
  const replicas = [await startWithOAuth([ANA], shared), await startWithOAuth([ANA], shared)];
  const post = async (at, fields) => {
    const answer = await fetch(`${replicas[at % 2].issuer}/oauth/token`, { method: 'POST', body: new URLSearchParams({ client_id: 'desk', ...fields }) });
    return { status: answer.status, ...(await answer.json()) };
  };
  const works = async (at, token) => (await fetch(replicas[at].url, { method: 'POST', headers: { authorization: `Bearer ${token}` } })).status !== 401;
  const { verifier, challenge } = pkce();
  const query = new URLSearchParams({ response_type: 'code', client_id: 'desk', redirect_uri: REDIRECT, code_challenge: challenge, code_challenge_method: 'S256' });
  const codeOf = async () => {
    const page = await openPage(`${replicas[0].issuer}/oauth/authorize?${query}`);
    assert.equal(page.status, 200, page.text);
    const answer = await decide(replicas[1].issuer, page);
    return new URL(answer.location).searchParams.get('code');
  };
  const redeem = (at, code) => post(at, { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: verifier });
  const tokens = await redeem(0, await codeOf());
  assert.ok(await works(1, tokens.access_token));
  const all = await Promise.all(Array.from({ length: 50 }, (_, at) => post(at, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token })));
  assert.deepEqual([...new Set(all.map((next) => `${next.status} ${next.refresh_token}`))], [`200 ${all[0].refresh_token}`]);
  for (const next of all) assert.ok(await works(0, next.access_token));
  const code = await codeOf();
  const rush = await Promise.all(Array.from({ length: 10 }, (_, at) => redeem(at, code)));
  const given = rush.filter((answer) => answer.status === 200);
  assert.ok(given.length <= 1);
  for (const { access_token } of given) assert.ok(!(await works(1, access_token)), 'who used a code twice keeps nothing');
  for (const replica of replicas) await replica.stop();
});

await server.stop();
finish();
