// Claude Code, whole: `claude -p` without anybody to ask, and with a person as the Agent SDK puts one there.

import { fileURLToPath } from 'node:url';

import * as anthropic from './anthropic.mjs';
import { converse, inTerminal, runSigningIn, runToEnd } from './place.mjs';

const PROGRAM = fileURLToPath(new URL('../node_modules/@anthropic-ai/claude-code-linux-x64/claude', import.meta.url));
const SERVER = 'infini-mcp';

export const name = 'Claude Code';
export const client = 'claude-code';
export const dialect = anthropic;
/** The server's own name of a tool, from the one the model sees. */
export const bare = ({ name }) => name.match(/^mcp__infini-mcp__(.+)$/)?.[1];

/** Puts the printed configuration where its advice says, and lets the server be used without a question of Claude Code's own. */
export function settle(where, printed) {
  where.inProject('.mcp.json', printed);
  where.atHome('claude/settings.json', { enabledMcpjsonServers: [SERVER], permissions: { allow: [`mcp__${SERVER}`] } });
}

function settings(where, model, key) {
  return {
    CLAUDE_CONFIG_DIR: `${where.home}/claude`,
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: 'a-key-of-nobody',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_AUTOUPDATER: '1',
    // All tools are announced at once, so that the model's list can be looked at.
    ENABLE_TOOL_SEARCH: 'false',
    ...key,
  };
}

/** One prompt with nobody there. */
export function alone(where, model, key) {
  return runToEnd(where, [PROGRAM, '-p', 'Do what the script says.', '--output-format', 'json'], settings(where, model, key));
}

/** One prompt with a person who answers every question as `answer` says; gives the questions. */
export async function accompanied(where, model, key, answer) {
  const questions = [];
  const words = ['-p', '--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose'];
  const prompt = { type: 'user', message: { role: 'user', content: 'Do what the script says.' }, parent_tool_use_id: null, session_id: '' };
  const opening = [{ type: 'control_request', request_id: 'first', request: { subtype: 'initialize', hooks: null } }, prompt];
  await converse(where, [PROGRAM, ...words], settings(where, model, key), opening, (message, send) => {
    if (message.type === 'result') return message;
    if (message.type === 'control_request') {
      const { request } = message;
      if (request.subtype !== 'elicitation') throw new Error(`asked for ${request.subtype}`);
      questions.push({ message: request.message, schema: request.requested_schema });
      send({ type: 'control_response', response: { subtype: 'success', request_id: message.request_id, response: answer } });
    }
    return undefined;
  });
  return questions;
}

/** Signs in to the server; `visit` is the person at the browser. */
export const signIn = (where, model, visit) =>
  runSigningIn(where, inTerminal([PROGRAM, 'mcp', 'login', '--no-browser', SERVER]), settings(where, model, {}), visit);
