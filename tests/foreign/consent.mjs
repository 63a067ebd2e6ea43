// The consent page in Debian's Chromium: by keyboard, on a narrow screen, in the dark, in both languages.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';

import puppeteer from 'puppeteer-core';

import { ANA, pkce } from './person.mjs';
import { startWithOAuth } from './start.mjs';
import { finish, step } from './steps.mjs';

const PICTURES = new URL('results/', import.meta.url).pathname;
mkdirSync(PICTURES, { recursive: true });

/** The client's side: a server that notes what its redirect address was called with. */
async function startClient() {
  const calls = [];
  const server = createServer((request, response) => {
    if (request.url.startsWith('/back')) calls.push({ url: new URL(request.url, 'http://x'), headers: request.headers });
    response.setHeader('content-type', 'text/html');
    response.end(request.url.startsWith('/frame') ? `<iframe src="${frameOf(request)}"></iframe>` : '<p>done</p>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { calls, port: server.address().port, stop: () => server.close() };
}
const frameOf = (request) => new URL(request.url, 'http://x').searchParams.get('of').replaceAll('&', '&amp;');

const client = await startClient();
const redirect = `http://127.0.0.1:${client.port}/back`;
const server = await startWithOAuth([ANA], { OAUTH_CLIENT_ID: 'Desk', OAUTH_REDIRECT_URIS: 'http://127.0.0.1/back' });
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'],
});

const { verifier, challenge } = pkce();
function request(changes = {}) {
  const all = { response_type: 'code', client_id: 'Desk', redirect_uri: redirect, state: 'the state', code_challenge: challenge, code_challenge_method: 'S256', ...changes };
  return `${server.issuer}/oauth/authorize?${new URLSearchParams(all)}`;
}

/** A page of its own browser profile, which collects what the browser complains about. */
async function open({ language = 'en', width = 900, dark = false, changes } = {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.setExtraHTTPHeaders({ 'accept-language': language });
  await page.setViewport({ width, height: 800 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
  await page.goto(request(changes));
  return { page, complaints, close: () => context.close() };
}

const focused = (page) =>
  page.evaluate(() => {
    const { tagName, name, value, href } = document.activeElement;
    return href ? 'language' : tagName === 'SUMMARY' ? 'more' : tagName === 'BUTTON' ? value : name === 'scope' ? value : name || tagName;
  });

async function tokensOf(call) {
  const body = new URLSearchParams({ grant_type: 'authorization_code', client_id: 'Desk', code: call.url.searchParams.get('code'), redirect_uri: redirect, code_verifier: verifier });
  return (await fetch(`${server.issuer}/oauth/token`, { method: 'POST', body })).json();
}

const SCOPES = 'infinity:read infinity:write infinigate:order';

await step('with the keyboard alone one unticks a scope, types the key and is back at the client', async () => {
  const { page, complaints, close } = await open({ changes: { scope: SCOPES } });
  const order = [];
  for (let tabs = 0; tabs < 8; tabs += 1) {
    await page.keyboard.press('Tab');
    order.push(await focused(page));
    if (order.at(-1) === 'infinity:write') await page.keyboard.press('Space');
  }
  assert.deepEqual(order, [...SCOPES.split(' '), 'more', 'key', 'allow', 'deny', 'language']);
  await page.focus('#key');
  await page.keyboard.type(ANA.key);
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  const call = client.calls.at(-1);
  assert.deepEqual(['state', 'iss'].map((name) => call.url.searchParams.get(name)), ['the state', server.issuer]);
  assert.equal(call.headers.referer, undefined, 'the client must not see where the person came from');
  const tokens = await tokensOf(call);
  assert.equal(tokens.scope, 'infinity:read');
  assert.deepEqual(complaints, []);
  await close();
});

await step('a wrong key is told to the eye and to a screen reader, ticks stay, and the right one then works', async () => {
  const { page, close } = await open({ changes: { scope: SCOPES } });
  // What spends is ticked by the person or not at all, whatever the client asks for.
  await page.click('input[value="infinity:write"]');
  await page.click('input[value="infinigate:order"]');
  await page.type('#key', 'wrong');
  await Promise.all([page.waitForNavigation(), page.click('button[value=allow]')]);
  assert.match(await page.$eval('[role=alert]', (element) => element.textContent), /not accepted/);
  assert.equal(await focused(page), 'key');
  const ticked = await page.$$eval('input[name=scope]:checked', (boxes) => boxes.map((box) => box.value));
  assert.deepEqual(ticked, ['infinity:read', 'infinigate:order']);
  assert.equal(await page.$eval('#key', (field) => field.value), '');
  await page.type('#key', ANA.key);
  await Promise.all([page.waitForNavigation(), page.click('button[value=allow]')]);
  assert.ok(client.calls.at(-1).url.searchParams.get('code'));
  await close();
});

await step('what the client did not ask for is folded, and given when a person opens it and ticks', async () => {
  const { page, complaints, close } = await open({ changes: { scope: 'infinity:read' } });
  const isShown = () => page.$eval('input[value="infinity:write"]', (box) => box.checkVisibility());
  assert.equal(await isShown(), false);
  await page.focus('summary');
  await page.keyboard.press('Enter');
  assert.equal(await isShown(), true);
  await page.click('input[value="infinity:write"]');
  await page.type('#key', ANA.key);
  await Promise.all([page.waitForNavigation(), page.click('button[value=allow]')]);
  assert.equal((await tokensOf(client.calls.at(-1))).scope, 'infinity:read infinity:write');
  assert.deepEqual(complaints, []);
  await close();
});

await step('one can say no without a key', async () => {
  const { page, complaints, close } = await open();
  await Promise.all([page.waitForNavigation(), page.click('button[value=deny]')]);
  assert.equal(client.calls.at(-1).url.searchParams.get('error'), 'access_denied');
  assert.deepEqual(complaints, []);
  await close();
});

await step('one cannot say yes without a key', async () => {
  const { page, close } = await open();
  const before = client.calls.length;
  await page.click('button[value=allow]');
  assert.equal(await page.$eval('#key', (field) => field.matches(':invalid')), true);
  assert.equal(client.calls.length, before);
  await close();
});

for (const [language, heading] of [['de-AT', 'Desk möchte diesen Server in Ihrem Namen benutzen'], ['en-GB', 'Desk wants to use this server in your name']]) {
  for (const dark of [false, true]) {
    await step(`the page speaks ${language} and fits 320 pixels ${dark ? 'in the dark' : 'in the light'}`, async () => {
      const { page, complaints, close } = await open({ language, width: 320, dark });
      assert.equal(await page.$eval('h1', (element) => element.textContent), heading);
      assert.equal(await page.$eval('html', (element) => element.lang), language.slice(0, 2));
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 320, `${width} pixels wide`);
      const small = await page.$$eval('button', (buttons) => buttons.filter((button) => button.offsetHeight < 44).length);
      assert.equal(small, 0, 'buttons are big enough for a finger');
      assert.deepEqual(await lowContrast(page), []);
      await page.screenshot({ path: `${PICTURES}consent-${language}-${dark ? 'dark' : 'light'}.png`, fullPage: true });
      assert.deepEqual(complaints, []);
      await close();
    });
  }
}

/** Texts whose contrast is below 4.5 : 1 (WCAG 1.4.3). */
function lowContrast(page) {
  return page.evaluate(() => {
    const channels = (text) => text.match(/[\d.]+/g).map(Number);
    const light = ([red, green, blue]) =>
      [red, green, blue].map((part) => part / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const ground = (element) => {
      const colour = channels(getComputedStyle(element).backgroundColor);
      return colour[3] === 0 ? ground(element.parentElement) : colour;
    };
    const texts = [...document.querySelectorAll('h1,p,legend,label,span,button,a,strong')];
    return texts
      .map((element) => {
        const [one, other] = [light(channels(getComputedStyle(element).color)), light(ground(element))].sort((a, b) => b - a);
        return [(one + 0.05) / (other + 0.05), element.textContent];
      })
      .filter(([ratio]) => ratio < 4.5);
  });
}

await step('the link to the other language leads to the same question', async () => {
  const { page, close } = await open();
  await Promise.all([page.waitForNavigation(), page.click('a')]);
  assert.match(await page.$eval('h1', (element) => element.textContent), /möchte/);
  await page.type('#key', ANA.key);
  await Promise.all([page.waitForNavigation(), page.click('button[value=allow]')]);
  assert.equal(client.calls.at(-1).url.searchParams.get('state'), 'the state');
  await close();
});

await step('two tabs of one browser do not spoil each other', async () => {
  const { page, close } = await open();
  const second = await page.browserContext().newPage();
  await second.goto(request({ state: 'second' }));
  for (const [tab, state] of [[page, 'the state'], [second, 'second']]) {
    await tab.bringToFront();
    await tab.type('#key', ANA.key);
    await Promise.all([tab.waitForNavigation(), tab.click('button[value=deny]')]);
    assert.equal(client.calls.at(-1).url.searchParams.get('state'), state);
  }
  await close();
});

await step('another site cannot show the page in a frame', async () => {
  const { page, complaints, close } = await open();
  await page.goto(`http://127.0.0.1:${client.port}/frame?of=${encodeURIComponent(request())}`);
  const inside = page.frames()[1];
  assert.ok(!(await inside.content()).includes('Desk'));
  assert.ok(complaints.some((text) => text.includes('frame-ancestors')), complaints.join('\n'));
  await close();
});

await browser.close();
client.stop();
await server.stop();
finish();
