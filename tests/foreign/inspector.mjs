// Lets the MCP inspector list tools, resources and prompts in both eras over both transports and look for schemas that clients choke on.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { startSandbox, startTrial, stdioCommand, within } from './start.mjs';
import { finish, step } from './steps.mjs';

const INSPECTOR = fileURLToPath(new URL('node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js', import.meta.url));

/** What is listed, with the field that holds it; only tools have schemas to be strict about. */
const METHODS = [
  { method: 'tools/list', holds: 'tools', more: ['--strict'] },
  { method: 'resources/list', holds: 'resources', more: [] },
  { method: 'prompts/list', holds: 'prompts', more: [] },
];

async function inspect(target, era, { method, holds, more }, env) {
  const args = [INSPECTOR, '--cli', ...target, '--protocol-era', era, '--method', method, ...more];
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const heard = { listed: '', complaints: '' };
  child.stdout.on('data', (bytes) => (heard.listed += bytes));
  child.stderr.on('data', (bytes) => (heard.complaints += bytes));
  const code = await within(60_000, 'the inspector', new Promise((resolve) => child.once('close', resolve)));
  assert.equal(code, 0, heard.complaints);
  assert.ok(JSON.parse(heard.listed)[holds].length > 0, `some ${holds} are listed`);
}

const server = await startTrial();
const sandbox = await startSandbox();
const overHttp = [server.url, '--transport', 'http', '--header', `Authorization: Bearer ${server.token}`];
const settings = Object.entries(sandbox.settings).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
const { command, args } = stdioCommand({});
const overStdio = [...settings, command, ...args];

for (const era of ['legacy', 'modern']) {
  for (const asked of METHODS) {
    await step(`inspector, ${era} era, HTTP as a newcomer starts it: ${asked.method}`, () => inspect(overHttp, era, asked));
    await step(`inspector, ${era} era, stdio: ${asked.method}`, () => inspect(overStdio, era, asked));
  }
}
await server.stop();
await sandbox.stop();
finish();
