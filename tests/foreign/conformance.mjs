// Runs the conformance suite of both protocol eras: against the production server with a baseline, against the fixtures without.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { startFixtures, startHttp, startSandbox, within } from './start.mjs';
import { finish, step } from './steps.mjs';

const SUITE = fileURLToPath(new URL('node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url));
const BASELINE = fileURLToPath(new URL('../conformance/baseline.yml', import.meta.url));
const RESULTS = fileURLToPath(new URL('results', import.meta.url));
const REVISIONS = ['2025-11-25', '2026-07-28'];

/** Runs the suite and gives its exit code with what it said. */
async function suite(url, revision, more) {
  const args = [SUITE, 'server', '--url', url, '--requirements', revision, '-o', RESULTS, ...more];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (bytes) => (said += bytes));
  child.stderr.on('data', (bytes) => (said += bytes));
  const code = new Promise((resolve) => child.once('close', resolve));
  return { code: await within(110_000, 'the suite', code), summary: said.slice(said.indexOf('=== SUMMARY ===')) };
}

const sandbox = await startSandbox();
// The suite sends no bearer; without MCP_AUTH_TOKEN the server lets this machine in.
const targets = [
  { name: 'production with its baseline', server: await startHttp(sandbox.settings), more: ['--expected-failures', BASELINE] },
  { name: 'fixtures without a baseline', server: await startFixtures(sandbox.settings), more: [] },
];
for (const { name, server, more } of targets) {
  for (const revision of REVISIONS) {
    await step(`conformance ${revision}, ${name}`, async () => {
      const { code, summary } = await suite(server.url, revision, more);
      assert.equal(code, 0, summary);
    });
  }
  await server.stop();
}
await sandbox.stop();
finish();
