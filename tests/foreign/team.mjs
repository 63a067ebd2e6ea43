// A team's files, written by hand in the documented form: users with keys, and the encrypted store of their credentials.

import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCOPES = ['infinity:read', 'infinity:write', 'infinity:admin', 'infinigate:read', 'infinigate:write', 'infinigate:order'];
const sha256 = (text) => createHash('sha256').update(text).digest();

/** Users of these names with all scopes and one profile; gives the settings that name the files, and a key for each user. */
export function writeTeam(names, upstream) {
  const folder = mkdtempSync(join(tmpdir(), 'infini-mcp-team-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const now = new Date().toISOString();
  const keys = Object.fromEntries(names.map((name) => [name, `mcp_${randomBytes(32).toString('base64url')}`]));
  const users = names.map((name) => ({ name, key_hash: sha256(keys[name]).toString('hex'), profile_id: 'shared', scopes: SCOPES, created_at: now, updated_at: now }));
  const profile = { id: 'shared', name: 'Shared', infinity_token: upstream.INFINITY_API_TOKEN, scopes: SCOPES, created_at: now, updated_at: now };
  const storeKey = randomBytes(32).toString('base64url');
  const settings = { MCP_USERS_FILE: join(folder, 'users.json'), MCP_CREDENTIAL_STORE_FILE: join(folder, 'store.json'), MCP_CREDENTIAL_STORE_KEY: storeKey };
  const write = (file, document) => writeFileSync(file, JSON.stringify(document), { mode: 0o600 });
  write(settings.MCP_USERS_FILE, { version: 1, users });
  write(settings.MCP_CREDENTIAL_STORE_FILE, sealed({ version: 1, profiles: [profile] }, storeKey));
  return { settings, keys };
}

function sealed(document, key) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', sha256(key), nonce);
  const ciphertext = Buffer.concat([cipher.update(JSON.stringify(document)), cipher.final()]);
  const [n, t, c] = [nonce, cipher.getAuthTag(), ciphertext].map((bytes) => bytes.toString('base64url'));
  return { version: 1, algorithm: 'aes-256-gcm', nonce: n, tag: t, ciphertext: c };
}
