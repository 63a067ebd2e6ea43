// The official TypeScript clients, old and new, behind one small face: list the tools, call one, answer what is asked.

import * as current from '@modelcontextprotocol/client';
import { StdioClientTransport as CurrentStdio } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { Client as OldestClient } from 'sdk-of-1.10/client/index.js';
import { StdioClientTransport as OldestStdio } from 'sdk-of-1.10/client/stdio.js';
import { StreamableHTTPClientTransport as OldestHttp } from 'sdk-of-1.10/client/streamableHttp.js';

import { stdioCommand } from './start.mjs';

const INFO = { name: 'foreign-client', version: '1.0.0' };

/** Every kind of client; `era` is what it must have agreed on. */
export const KINDS = [
  { name: 'client 2.4, stateless era', era: 'modern', make: makeCurrent({ mode: 'auto' }) },
  { name: 'client 2.4, initialize era', era: 'legacy', make: makeCurrent(undefined) },
  { name: 'sdk 1.32', era: 'legacy', make: makeOld },
];

/** The first release that speaks Streamable HTTP. It knows no questions. */
export const OLDEST = { name: 'sdk 1.10', era: 'legacy', make: makeOldest, cannotBeAsked: true };

function makeCurrent(versionNegotiation) {
  return (capabilities, answer) => {
    const client = new current.Client(INFO, { capabilities, versionNegotiation });
    if (answer) client.setRequestHandler('elicitation/create', answer);
    return {
      client,
      http: current.StreamableHTTPClientTransport,
      stdio: CurrentStdio,
      era: () => client.getProtocolEra(),
    };
  };
}

function makeOld(capabilities, answer) {
  const client = new OldClient(INFO, { capabilities });
  if (answer) client.setRequestHandler(ElicitRequestSchema, answer);
  return { client, http: OldHttp, stdio: OldStdio, era: () => 'legacy' };
}

function makeOldest() {
  return { client: new OldestClient(INFO, { capabilities: {} }), http: OldestHttp, stdio: OldestStdio, era: () => 'legacy' };
}

/**
 * Connects a client. `where` is either `{ url, token }` or `{ settings }` for stdio; `answer` is how the person answers
 * a question, and a client without one declares that it cannot be asked.
 */
export async function connect(kind, where, answer) {
  const asked = [];
  const listen = answer && (async (request) => (asked.push(request.params), answer(request.params)));
  const made = kind.make(answer ? { elicitation: {} } : {}, listen);
  const transport = where.url
    ? new made.http(new URL(where.url), { requestInit: { headers: { authorization: `Bearer ${where.token}` } } })
    : new made.stdio(stdioCommand(where.settings));
  const complaints = [];
  made.client.onerror = (error) => complaints.push(String(error));
  await made.client.connect(transport);
  return {
    asked,
    /** What the client itself found wrong with what it was sent. */
    complaints,
    era: made.era(),
    tools: async () => (await made.client.listTools()).tools,
    call: (name, args) => made.client.callTool({ name, arguments: args }),
    instructions: () => made.client.getInstructions(),
    capabilities: () => made.client.getServerCapabilities(),
    introduction: () => made.client.getServerVersion(),
    resources: async () => (await made.client.listResources()).resources,
    templates: async () => (await made.client.listResourceTemplates()).resourceTemplates,
    read: async (uri) => (await made.client.readResource({ uri })).contents,
    prompts: async () => (await made.client.listPrompts()).prompts,
    prompt: (name, args) => made.client.getPrompt({ name, arguments: args }),
    complete: async (ref, name, value, chosen) =>
      (await made.client.complete({ ref, argument: { name, value }, ...(chosen && { context: { arguments: chosen } }) })).completion,
    listen: (filter) => made.client.listen(filter),
    close: () => made.client.close(),
  };
}
