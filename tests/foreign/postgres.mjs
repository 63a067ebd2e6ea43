// A PostgreSQL of its own in a folder of its own, on loopback, gone with the test.

import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from './start.mjs';

const HOMES = '/usr/lib/postgresql';

function program(name) {
  const versions = readdirSync(HOMES).sort((one, other) => Number(other) - Number(one));
  return join(HOMES, versions[0], 'bin', name);
}

/** PostgreSQL refuses to run as root, which is who runs a container's tests. */
function run(name, args) {
  const isRoot = process.getuid() === 0;
  const [command, all] = isRoot ? ['runuser', ['-u', 'postgres', '--', program(name), ...args]] : [program(name), args];
  execFileSync(command, all, { stdio: 'ignore', cwd: '/' });
}

/** Starts it; gives the address for `STATE_URL`, and how to end it. */
export async function startPostgres() {
  const folder = mkdtempSync(join(tmpdir(), 'infini-mcp-postgres-'));
  if (process.getuid() === 0) {
    const [user, group] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres']).toString()));
    chownSync(folder, user, group);
  }
  const data = join(folder, 'data');
  const port = await freePort();
  const end = () => {
    try {
      run('pg_ctl', ['-D', data, '-m', 'immediate', 'stop']);
    } catch {
      // It was not running, which is what is wanted.
    }
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', end);
  run('initdb', ['-D', data, '-U', 'infini', '-A', 'trust']);
  run('pg_ctl', ['-D', data, '-w', '-l', join(folder, 'log'), '-o', `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder}`, 'start']);
  return { url: `postgres://infini@127.0.0.1:${port}/postgres` };
}
