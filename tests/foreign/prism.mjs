// Prism between the server and the simulator: it holds every request and every answer against the document, and says what does not fit.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { freePort, surroundings, within } from './start.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const METHODS = ['get', 'put', 'post', 'patch', 'delete'];
const folder = mkdtempSync(join(tmpdir(), 'infini-mcp-prism-'));
const running = new Set();

process.on('exit', () => {
  running.forEach((child) => child.kill('SIGKILL'));
  rmSync(folder, { recursive: true, force: true });
});

/** The document with its fixes, as `CODEGEN` writes it, and the ids of all its operations. */
export function documentOf(service) {
  const program = process.env.CODEGEN;
  if (!program) throw new Error('CODEGEN must name the program that writes the documents');
  const text = execFileSync(program, ['document', service], { cwd: join(HERE, '..', '..'), maxBuffer: 64 * 1024 * 1024 });
  const path = join(folder, `${service}.json`);
  writeFileSync(path, text);
  const operations = Object.values(JSON.parse(text).paths).flatMap((methods) => METHODS.filter((method) => methods[method]).map((method) => methods[method].operationId));
  return { path, operations };
}

/** A proxy before `upstream` that speaks this document. */
export async function startPrism(document, upstream) {
  const port = await freePort();
  const program = createRequire(import.meta.url).resolve('@stoplight/prism-cli');
  const child = spawn(process.execPath, [program, 'proxy', document.path, upstream, '--host', '127.0.0.1', '--port', String(port)], { env: surroundings(), stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  gone.then(() => running.delete(child));
  let said = '';
  const listening = new Promise((resolve, reject) => {
    const hear = (bytes) => {
      said += bytes;
      if (said.includes('Prism is listening')) resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    gone.then(() => reject(new Error(`Prism ended: ${said}`)));
  });
  await within(60_000, 'starting Prism', listening);
  return {
    url: `http://127.0.0.1:${port}`,
    /** Everything that did not fit so far, each with the request it belongs to. */
    violations: () => violations(said),
    forwarded: () => said.split('Forwarding "').length - 1,
    stop: async () => {
      child.kill('SIGTERM');
      await within(15_000, 'ending Prism', gone);
    },
  };
}

function violations(said) {
  let request = '';
  return said.split('\n').flatMap((line) => {
    request = line.match(/> Forwarding "(\w+)" request to (\S+)\.\.\./)?.slice(1).join(' ') ?? request;
    const fault = line.match(/Violation: (.*)$|Request terminated with error: (.*)$/);
    return fault ? [`${request}: ${fault[1] ?? fault[2]}`] : [];
  });
}
