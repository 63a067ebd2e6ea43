// Gemini CLI, whole: `gemini -p`. It shows no forms, so nobody is ever asked there.

import { fileURLToPath } from 'node:url';

import * as gemini from './gemini.mjs';
import { inTerminal, runSigningIn, runToEnd } from './place.mjs';

const PROGRAM = fileURLToPath(new URL('../node_modules/@google/gemini-cli/bundle/gemini.js', import.meta.url));

export const name = 'Gemini CLI';
export const client = 'gemini';
export const dialect = gemini;
/** The server's own name of a tool, from the one the model sees. */
export const bare = ({ name }) => name.match(/^mcp_infini-mcp_(.+)$/)?.[1];

/** Puts the printed configuration where its advice says, beside what keeps Gemini CLI to itself. */
export function settle(where, printed) {
  const own = {
    security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
    general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
  };
  where.atHome('.gemini/settings.json', { ...own, ...JSON.parse(printed) });
}

const settings = (model, key) => ({
  GEMINI_API_KEY: 'a-key-of-nobody',
  GOOGLE_GEMINI_BASE_URL: model.url,
  GEMINI_CLI_TRUST_WORKSPACE: 'true',
  // It starts itself anew for more memory otherwise.
  GEMINI_CLI_NO_RELAUNCH: 'true',
  ...key,
});
const COMMAND = [process.execPath, PROGRAM, '--model', 'gemini-2.5-flash'];

/** One prompt with nobody there. */
export const alone = (where, model, key) =>
  runToEnd(where, [...COMMAND, '--approval-mode', 'yolo', '--output-format', 'json', '-p', 'Do what the script says.'], settings(model, key));

/** Signs in to the server, for which it has a command in its own terminal only; `visit` is the person at the browser. */
export const signIn = (where, model, visit) => {
  const typing = [/1 MCP server/, '/mcp auth infini-mcp'];
  const done = /Successfully authenticated and reloaded/;
  return runSigningIn(where, inTerminal([...COMMAND, '--screen-reader']), { ...settings(model, {}), TERM: 'xterm' }, visit, { typing, done });
};
