// What the documents for administrators tell to type, held against what was run here.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

import { desk, ran } from './office.mjs';
import { send } from './raw.mjs';
import { startIn } from './start.mjs';
import { step } from './steps.mjs';

const PROJECT = new URL('../../', import.meta.url);
const DOCUMENTS = ['docs/self-hosting.md', 'docs/self-hosting.de.md'];
const read = (path) => readFileSync(new URL(path, PROJECT), 'utf8');

/** The code of a document, by its language. */
function blocks(path) {
  return [...read(path).matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language, text]) => ({ language, text }));
}

/** Commands, one a line; a backslash at the end of a line continues it, what follows a hash is for people. */
const commands = (text) => text.replace(/\\\n\s*/g, ' ').split('\n').map((line) => line.replace(/\s+#.*$/, '').trim()).filter((line) => line && !line.startsWith('#'));

/** The words of a `credentials` command that decide what it does: its name and its flags. */
function shape(words) {
  return [words[0], ...words.filter((word) => word.startsWith('--')).sort()].join(' ');
}

/** The words after `credentials`, whichever way a document calls it. */
function credentialsOf(command) {
  const called = command.match(/(?:docker compose(?: -f \S+)? run --rm(?: -T)?(?: -v "[^"]*")? admin|infini-mcp credentials) ([^|<>&]+)/);
  return called && called[1].trim().split(/\s+/);
}

/** Holds both documents against the files they talk about and the commands that were run. */
export async function toldInDocuments(upstream) {
  await step('both documents tell the same commands and settings', async () => {
    const [english, german] = DOCUMENTS.map(blocks);
    assert.ok(english.length > 5);
    assert.deepEqual(german.map(({ language }) => language), english.map(({ language }) => language));
    english.forEach(({ text }, at) => assert.deepEqual(commands(german[at].text), commands(text)));
  });

  const told = blocks(DOCUMENTS[0]);
  const lines = told.filter(({ language }) => language === 'sh').flatMap(({ text }) => commands(text));

  await step('every command about users and credentials that the documents tell was run here', async () => {
    const known = new Set(ran.map(shape));
    const asked = lines.map(credentialsOf).filter(Boolean);
    assert.ok(asked.length >= 8, `${asked.length} commands`);
    for (const words of asked) assert.ok(known.has(shape(words)), `nobody ran: ${shape(words)}`);
  });

  await step('every service and file that the documents name is there', async () => {
    const services = ['compose.yaml', 'compose.scale.yaml'].flatMap((file) => [...read(file).matchAll(/^ {2}([\w-]+):$/gm)].map(([, name]) => name));
    for (const line of lines.filter((line) => line.includes('docker compose'))) {
      const file = line.match(/-f (\S+)/)?.[1];
      assert.ok(!file || existsSync(new URL(file, PROJECT)), line);
      const service = line.match(/(?:run --rm(?: -T)?(?: --no-deps)?(?: -v "[^"]*")?|exec(?: -T)?|logs -f|stop|start|restart) ([\w-]+)/)?.[1];
      assert.ok(!service || services.includes(service), line);
    }
  });

  await step('every other command of ours that the documents tell can be typed so', async () => {
    const place = desk();
    const told = lines.map((line) => line.match(/(?:--no-deps infini-mcp|exec infini-mcp \/usr\/local\/bin\/infini-mcp) ([^|<>&]+)/)?.[1]).filter(Boolean);
    assert.ok(told.length >= 2);
    for (const command of told) {
      const done = place.run(process.env.INFINI_MCP, command.trim().split(/\s+/), { settings: { STATE_URL: 'sqlite::memory:' } });
      assert.equal(done.status, 0, `${command}: ${done.stderr}`);
    }
  });

  await step('the secrets are made as the documents tell it, for the user of the image only', async () => {
    const place = desk();
    mkdirSync(place.path('secrets'));
    const made = lines.filter((line) => /^password=|\binstall\b.* secrets\//.test(line)).map((line) => line.replaceAll('sudo ', ''));
    const done = place.run('bash', ['-euc', made.join('\n')]);
    assert.equal(done.status, 0, done.stderr);
    const look = place.run('bash', ['-c', 'stat -c "%n %a %u" secrets/* && cat secrets/state-url']).stdout;
    assert.match(look, /credential-store-key 400 65532\n/);
    assert.match(look, /postgres:\/\/infini:[0-9a-f]{48}@postgres:5432\/infini$/);
  });

  await step('the server takes every set of settings that the documents tell', async () => {
    const sets = told.filter(({ language }) => language === 'ini');
    assert.ok(sets.length >= 2);
    for (const { text } of sets) {
      const place = desk();
      place.credentials(['init']);
      writeFileSync(place.path('infini-mcp.env'), text, { mode: 0o600 });
      const files = { MCP_USERS_FILE: 'config/mcp-users.json', MCP_CREDENTIAL_STORE_KEY_FILE: 'config/credential-store.key', STATE_URL: 'sqlite::memory:' };
      const server = await startIn(place.folder, { ...upstream, ...files }, ['--config', place.path('infini-mcp.env')]);
      const { status, json } = await send(server.url, { method: 'GET', path: '/health' });
      await server.stop();
      assert.deepEqual([status, json.ok], [200, true], text);
    }
  });
}
