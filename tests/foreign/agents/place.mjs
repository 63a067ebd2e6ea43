// A place of its own for one agent: a home, a project's folder, and nothing of the developer's; what is started there ends there.

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

import { surroundings, within } from '../start.mjs';

const RUN_WITHIN = 90_000;
const groups = new Set();
const folders = [];
process.once('exit', () => {
  for (const group of groups) end(group);
  folders.forEach((folder) => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
});

/** Kills everything that a started program started. */
function end(group) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** An empty place; `model` is the only address outside itself that is reached from there. */
export function place(model) {
  const root = mkdtempSync(join(tmpdir(), 'infini-mcp-agent-'));
  folders.push(root);
  const [home, project] = ['home', 'project'].map((name) => join(root, name));
  for (const folder of [home, project]) mkdirSync(folder);
  const write = (folder, path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof text === 'string' ? text : JSON.stringify(text));
  };
  return {
    home,
    project,
    atHome: (path, text) => write(home, path, text),
    inProject: (path, text) => write(project, path, text),
    /** What the program sees; whoever wants out meets the model, which takes it down as a stray. */
    env: (settings) => ({
      ...surroundings(),
      HOME: home,
      TMPDIR: root,
      TERM: 'dumb',
      HTTP_PROXY: model.url,
      HTTPS_PROXY: model.url,
      NO_PROXY: '127.0.0.1,localhost',
      ...Object.fromEntries(['CONFIG', 'DATA', 'CACHE', 'STATE'].map((kind) => [`XDG_${kind}_HOME`, join(home, kind.toLowerCase())])),
      ...settings,
    }),
  };
}

/** What `infini-mcp client-config` prints with these words, run in a folder with these settings in its `.env`. */
export function clientConfig(where, words, settings = {}) {
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  if (lines.length > 0) where.atHome('.env', lines.join(''));
  const done = spawnSync(process.env.INFINI_MCP, ['client-config', ...words], { cwd: where.home, env: where.env(), encoding: 'utf8', timeout: 30_000 });
  if (done.status !== 0) throw new Error(`client-config ${words.join(' ')}: ${done.stderr}`);
  return done.stdout;
}

/** Starts a program in the project's folder, in a process group of its own. */
function start(where, [program, ...args], settings, stdin) {
  const child = spawn(program, args, { cwd: where.project, env: where.env(settings), stdio: [stdin, 'pipe', 'pipe'], detached: true });
  const run = { child, said: '', errors: '' };
  child.stdout.on('data', (bytes) => (run.said += bytes));
  child.stderr.on('data', (bytes) => (run.errors += bytes));
  groups.add(child.pid);
  run.stop = () => (end(child.pid), groups.delete(child.pid));
  run.gone = new Promise((resolve, reject) => (child.once('error', reject), child.once('close', resolve)));
  return run;
}

/** Runs a program to its end. */
export async function runToEnd(where, command, settings) {
  const run = start(where, command, settings, 'ignore');
  try {
    const code = await within(RUN_WITHIN, command.slice(0, 3).join(' '), run.gone);
    return { code, said: run.said, errors: run.errors };
  } catch (error) {
    throw new Error(`${error.message}\n${run.said.slice(-2000)}\n${run.errors.slice(-2000)}`);
  } finally {
    run.stop();
  }
}

/** A terminal for a program that wants one, wide enough that an address stays in one line. */
export const inTerminal = (words) =>
  ['script', '--quiet', '--return', '--command', `stty cols 4000; exec ${words.map((word) => `'${word}'`).join(' ')}`, '/dev/null'];

const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/oauth\/authorize\?[!-~]+(?=[^!-~])/;

/**
 * Runs a program that signs in. `visit` is the person at the browser: it is given the address that the program wants opened and
 * gives the one that the browser is sent back to, where the program listens. `typing` is a pattern and what the person types once
 * it was shown, with Enter as often as it takes; the program is done when it ends well or has shown `done`.
 */
export async function runSigningIn(where, command, settings, visit, { typing: [cue, words], done } = { typing: [] }) {
  const run = start(where, command, settings, 'pipe');
  run.child.stdin.on('error', () => {});
  let visited;
  let enter;
  const signed = new Promise((resolve, reject) => {
    const look = () => {
      const shown = `${run.said}\n${run.errors}`;
      if (cue?.test(shown) && !enter) {
        run.child.stdin.write(words);
        enter = setInterval(() => run.child.stdin.write('\r'), 500);
      }
      const address = shown.match(ADDRESS)?.[0];
      if (address && !visited) (visited = visit(address).then(openBack)), visited.catch(reject);
      if (done?.test(shown)) resolve();
    };
    for (const stream of [run.child.stdout, run.child.stderr]) stream.on('data', look);
    run.gone.then((code) => (code === 0 && visited ? visited.then(resolve) : reject(new Error(`it ended with ${code}`))), reject);
  });
  try {
    await within(RUN_WITHIN, 'signing in', signed);
  } catch (error) {
    throw new Error(`${error.message}\n${run.said.slice(-3000)}\n${run.errors.slice(-2000)}`);
  } finally {
    clearInterval(enter);
    run.stop();
  }
}

async function openBack(address) {
  const page = await fetch(address);
  if (!page.ok) throw new Error(`the program did not take what the browser brought: ${page.status} ${await page.text()}`);
}

/**
 * Talks with a program by lines of JSON until `hear` gives something for a line; `hear(message, send)` may answer.
 */
export async function converse(where, command, settings, opening, hear) {
  const run = start(where, command, settings, 'pipe');
  const send = (message) => run.child.stdin.write(`${JSON.stringify(message)}\n`);
  run.child.stdin.on('error', () => {});
  const heard = new Promise((resolve, reject) => {
    createInterface({ input: run.child.stdout }).on('line', (line) => {
      try {
        const result = hear(JSON.parse(line), send);
        if (result !== undefined) resolve(result);
      } catch (error) {
        reject(error);
      }
    });
    run.gone.then((code) => reject(new Error(`${command[0]} ended with ${code}`)), reject);
  });
  heard.catch(() => {});
  try {
    opening.forEach(send);
    return await within(RUN_WITHIN, command.slice(0, 3).join(' '), heard);
  } catch (error) {
    throw new Error(`${error.message}\n${run.said.slice(-3000)}\n${run.errors.slice(-2000)}`);
  } finally {
    run.stop();
  }
}
