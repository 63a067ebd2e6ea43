// Codex, whole: `codex exec` without anybody to ask, and with a person as its editor extensions put one there (`codex app-server`).

import { fileURLToPath } from 'node:url';

import * as openai from './openai.mjs';
import { converse, runSigningIn, runToEnd } from './place.mjs';

const PROGRAM = fileURLToPath(new URL('../node_modules/@openai/codex/bin/codex.js', import.meta.url));
const COMMAND = [process.execPath, PROGRAM];

export const name = 'Codex';
export const client = 'codex';
export const dialect = openai;
/** The server's own name of a tool, from the one the model sees. */
export const bare = ({ name, namespace }) => (namespace === 'mcp__infini_mcp' ? name : undefined);
/** `codex exec` says no to every question by itself, which the server must take for a person's no. */
export const refusesAlone = true;

/** Puts the printed configuration where its advice says, behind what points Codex to the scripted model. */
export function settle(where, printed, model) {
  const own = [
    'model = "gpt-5"',
    'model_provider = "scripted"',
    'approval_policy = "on-request"',
    'sandbox_mode = "danger-full-access"',
    'check_for_update_on_startup = false',
    'mcp_oauth_credentials_store = "file"',
    '[model_providers.scripted]',
    'name = "scripted"',
    `base_url = "${model.url}/v1"`,
    'wire_api = "responses"',
    'env_key = "SCRIPTED_KEY"',
    'request_max_retries = 0',
    'stream_max_retries = 0',
    '[analytics]',
    'enabled = false',
    '[features]',
    'plugins = false',
    'apps = false',
    '',
  ];
  where.atHome('codex/config.toml', `${own.join('\n')}\n${printed}`);
}

const settings = (where, key) => ({ CODEX_HOME: `${where.home}/codex`, SCRIPTED_KEY: 'a-key-of-nobody', ...key });

/** One prompt with nobody there. */
export function alone(where, _model, key) {
  return runToEnd(where, [...COMMAND, 'exec', '--skip-git-repo-check', '--json', 'Do what the script says.'], settings(where, key));
}

/** One prompt with a person who answers every question as `answer` says; gives the questions. */
export async function accompanied(where, _model, key, answer) {
  const questions = [];
  const opening = [{ id: 1, method: 'initialize', params: { clientInfo: { name: 'foreign', version: '1.0.0' } } }];
  await converse(where, [...COMMAND, 'app-server'], settings(where, key), opening, (message, send) => {
    if (message.error) throw new Error(JSON.stringify(message));
    if (message.id === 1 && message.result) {
      send({ method: 'initialized' });
      send({ id: 2, method: 'thread/start', params: { cwd: where.project } });
    } else if (message.id === 2 && message.result) {
      const input = [{ type: 'text', text: 'Do what the script says.' }];
      send({ id: 3, method: 'turn/start', params: { threadId: message.result.thread.id, input } });
    } else if (message.method === 'mcpServer/elicitation/request') {
      const { message: text, requestedSchema: schema, _meta: meta } = message.params;
      // Codex asks the same way whether the tool may be used at all.
      const own = meta?.codex_approval_kind === 'mcp_tool_call';
      if (!own) questions.push({ message: text, schema });
      send({ id: message.id, result: own ? { action: 'accept', content: {} } : answer });
    } else if (message.method === 'turn/completed') {
      return message;
    }
    return undefined;
  });
  return questions;
}

/** Signs in to the server; `visit` is the person at the browser. */
export const signIn = (where, _model, visit) =>
  runSigningIn(where, [...COMMAND, 'mcp', 'login', '--no-browser', 'infini-mcp'], settings(where, {}), visit);
