// A model on loopback that follows a script: it calls the tools it is told to, one after the other, and keeps what reaches it.

import { createServer } from 'node:http';

/**
 * Starts it for an agent, which brings its provider's API (`dialect`) and how it names a tool of the server (`bare`).
 * `script` is a list of functions; each gets the results so far and gives the next call, `{ tool, args }`.
 *
 * `turns` are the requests of the conversation, each with the `tools` of the server that were announced and the `results`
 * that came back; `faults` are calls that could not be made; `strays` are requests that have nothing to do with a model.
 */
export async function startModel({ dialect, bare }, script) {
  const model = { turns: [], strays: [], faults: [] };
  const server = createServer(async (request, answer) => {
    try {
      const body = await read(request);
      await dialect.serve(request, body, answer, (turn) => next(model, script, { ...turn, tools: ours(turn.tools, bare) }));
    } catch (fault) {
      model.faults.push(fault);
      answer.writeHead(400).end();
    }
    if (answer.statusCode === 404) model.strays.push(`${request.method} ${request.url}`);
  });
  // Programs that want to reach the world are told to go through here.
  server.on('connect', (request, socket) => {
    model.strays.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  model.url = `http://127.0.0.1:${server.address().port}`;
  model.stop = () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
  return model;
}

const ours = (tools, bare) => tools.map((tool) => ({ ...tool, bare: bare(tool) })).filter((tool) => tool.bare);

/** The next move of the script. A request without tools is for something beside the conversation, such as its title. */
function next(model, script, turn) {
  if (turn.announced === 0) return { say: 'A conversation' };
  model.turns.push(turn);
  try {
    const at = turn.results.length;
    const move = script[at]?.(turn.results.map(({ text }) => text));
    if (!move) return { say: 'That is all.' };
    const tool = turn.tools.find(({ bare }) => bare === move.tool);
    if (!tool) throw new Error(`${move.tool} is not announced`);
    return { call: { id: `call_${at}`, name: tool.name, namespace: tool.namespace, args: move.args } };
  } catch (fault) {
    // An answer that is no error: clients would send the same again and again.
    model.faults.push(fault);
    return { say: 'The script cannot go on.' };
  }
}

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? undefined : JSON.parse(text);
}

/** Answers as JSON. */
export function sendJson(answer, document) {
  answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
}

/** Answers with these events; one with a `type` is named after it. */
export function sendEvents(answer, events) {
  answer.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const event of events) answer.write(`${event.type ? `event: ${event.type}\n` : ''}data: ${JSON.stringify(event)}\n\n`);
  answer.end();
}

/** Answers that there is nothing here. */
export const sendNothing = (answer) => void answer.writeHead(404, { 'content-type': 'application/json' }).end('{}');
