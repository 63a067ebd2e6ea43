// A client that others wrote proves who it is by a key of its own (private_key_jwt), with every algorithm we say we take.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as oauth from 'oauth4webapi';

import { ANA, consent } from './person.mjs';
import { needed, startWithOAuth } from './start.mjs';
import { finish, step } from './steps.mjs';

const CLIENT = 'https://chat.example/oauth/client.json';
const KEYS = 'https://chat.example/oauth/jwks.json';
const REDIRECT = 'https://chat.example/back';
const plain = { [oauth.allowInsecureRequests]: true };

// Its documents are on hosts that no test can have, so the program that serves OAuth alone finds them in a file.
process.env.OAUTH_SERVER = needed('OAUTH');
const folder = mkdtempSync(join(tmpdir(), 'infini-mcp-web-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const WEB = join(folder, 'web.json');
const document = {
  client_id: CLIENT,
  client_name: 'Chat',
  redirect_uris: [REDIRECT],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'private_key_jwt',
  jwks_uri: KEYS,
};

const RSA = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' };
const ALGORITHMS = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', ...RSA },
  PS256: { name: 'RSA-PSS', ...RSA },
  EdDSA: { name: 'Ed25519' },
};
// The name of the algorithm in signatures of Ed25519 became its own; servers know it by the older one.
const older = (header) => void (header.alg = header.alg === 'Ed25519' ? 'EdDSA' : header.alg);

const [keys, published] = [{}, []];
for (const [alg, algorithm] of Object.entries(ALGORITHMS)) {
  keys[alg] = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const { key_ops, ext, ...key } = await crypto.subtle.exportKey('jwk', keys[alg].publicKey);
  published.push({ ...key, alg, use: 'sig', kid: alg });
}
writeFileSync(WEB, JSON.stringify({ [CLIENT]: document, [KEYS]: { keys: published } }));

const server = await startWithOAuth([ANA], { OAUTH_CLIENT_METADATA_HOSTS: 'chat.example', WEB });
const issuer = new URL(server.issuer);
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...plain, algorithm: 'oauth2' }));
const client = { client_id: CLIENT };
const proof = (alg, key = keys[alg].privateKey) => oauth.PrivateKeyJwt({ key, kid: alg }, { [oauth.modifyAssertion]: older });

async function letIn(authentication) {
  const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
  const address = new URL(as.authorization_endpoint);
  address.search = new URLSearchParams({
    client_id: CLIENT,
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: 'infinity:read',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
  });
  const parameters = oauth.validateAuthResponse(as, client, await consent(address, {}), state);
  const answer = await oauth.authorizationCodeGrantRequest(as, client, authentication, parameters, REDIRECT, verifier, plain);
  return oauth.processAuthorizationCodeResponse(as, client, answer);
}

const opens = async (token) => (await fetch(server.url, { method: 'POST', headers: { authorization: `Bearer ${token}` } })).ok;

/** The client takes a 401 for a challenge; what the server said is in its response. */
async function isInvalidClient(error) {
  assert.equal(error.status, 401);
  assert.equal((await error.response.json()).error, 'invalid_client');
}

for (const alg of Object.keys(ALGORITHMS)) {
  await step(`oauth4webapi proves who it is with ${alg}, gets tokens, refreshes and revokes them`, async () => {
    assert.ok(as.token_endpoint_auth_signing_alg_values_supported.includes(alg));
    const tokens = await letIn(proof(alg));
    assert.ok(await opens(tokens.access_token));
    const answer = await oauth.refreshTokenGrantRequest(as, client, proof(alg), tokens.refresh_token, plain);
    const next = await oauth.processRefreshTokenResponse(as, client, answer);
    assert.ok(await opens(next.access_token));
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, proof(alg), next.refresh_token, plain));
    assert.equal(await opens(next.access_token), false);
  });

  await step(`a stranger's key under the name of the ${alg} key proves nothing, and no key proves nothing`, async () => {
    const stranger = await crypto.subtle.generateKey(ALGORITHMS[alg], true, ['sign', 'verify']);
    for (const wrong of [proof(alg, stranger.privateKey), oauth.None()]) await letIn(wrong).then(() => assert.fail('it was let in'), isInvalidClient);
  });
}

await server.stop();
finish();
