// A person at the consent page who uses no browser: reads the form, ticks, types the key, sends it.

import { createHash, randomBytes } from 'node:crypto';

/** The people of these tests; ana may not order. */
export const ANA = { name: 'ana', key: `mcp_${'a'.repeat(43)}`, scopes: ['infinity:read', 'infinity:write', 'infinigate:read'] };
export const BOB = { name: 'bob', key: `mcp_${'b'.repeat(43)}`, scopes: ['infinity:read'] };

/** A PKCE pair. */
export function pkce() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** Opens the page at `address`; gives the answer, and the form with its cookie when there is one. */
export async function openPage(address, headers = {}) {
  const answer = await fetch(address, { redirect: 'manual', headers });
  const text = await answer.text();
  const request = text.match(/name="request" value="([^"]+)"/)?.[1];
  const cookie = answer.headers.get('set-cookie')?.split(';')[0];
  // As the program asked; what it did not ask for is folded away.
  const scopes = [...text.split('<details')[0].matchAll(/name="scope" value="([^"]+)"/g)].map((match) => match[1]);
  return { status: answer.status, headers: answer.headers, location: answer.headers.get('location'), text, request, cookie, scopes };
}

/** Sends the form; `changes` are laid over what an honest person would send. */
export async function decide(address, page, { key = ANA.key, scopes = page.scopes, decision = 'allow', headers = {}, body, request = page.request } = {}) {
  const form = new URLSearchParams({ request, key, decision });
  for (const scope of scopes) form.append('scope', scope);
  const target = new URL('/oauth/authorize', address);
  const answer = await fetch(target, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: page.cookie ?? '', 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: body ?? form.toString(),
  });
  return { status: answer.status, headers: answer.headers, location: answer.headers.get('location'), text: await answer.text() };
}

/** Says yes, and gives the address that the answer goes to. */
export async function consent(address, choice) {
  const page = await openPage(address);
  if (page.status !== 200) throw new Error(`no page: ${page.status} ${page.location ?? page.text}`);
  const answer = await decide(address, page, choice);
  if (answer.status !== 303) throw new Error(`no answer: ${answer.status} ${answer.text}`);
  return new URL(answer.location);
}
