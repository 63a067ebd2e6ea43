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

/** The document with its fixes, as `CODEGEN` writes it, and all its operations. */
export function documentOf(service) {
  const program = process.env.CODEGEN;
  if (!program) throw new Error('CODEGEN must name the program that writes the documents');
  const text = execFileSync(program, ['document', service], { cwd: join(HERE, '..', '..'), maxBuffer: 64 * 1024 * 1024 });
  const document = JSON.parse(text);
  const path = join(folder, `${service}.json`);
  writeFileSync(path, JSON.stringify(withNullSpelt(document)));
  const operations = Object.entries(document.paths).flatMap(([template, methods]) =>
    METHODS.filter((method) => methods[method]).map((method) => ({ id: methods[method].operationId, method, template, takesJson: 'application/json' in (methods[method].requestBody?.content ?? {}) })),
  );
  return { path, operations };
}

/**
 * Prism's validator refuses a schema that is `nullable` without a `type`, and Prism then validates nothing, silently. The
 * same is said here in words it takes: this, or a text that is no text, which leaves null.
 */
function withNullSpelt(node) {
  if (Array.isArray(node)) return node.map(withNullSpelt);
  if (node === null || typeof node !== 'object') return node;
  const spelt = Object.fromEntries(Object.entries(node).map(([name, child]) => [name, withNullSpelt(child)]));
  if (spelt.nullable !== true || 'type' in spelt) return spelt;
  delete spelt.nullable;
  return { anyOf: [spelt, { type: 'string', nullable: true, not: { type: 'string' } }] };
}

/** A proxy before `upstream` that speaks this document. */
export async function startPrism(document, upstream) {
  const port = await freePort();
  const program = createRequire(import.meta.url).resolve('@stoplight/prism-cli');
  const child = spawn(process.execPath, [program, 'proxy', document.path, upstream, '--host', '127.0.0.1', '--port', String(port)], { env: surroundings(), stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  // Not before its last words are read.
  const gone = new Promise((resolve) => child.once('close', resolve));
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
