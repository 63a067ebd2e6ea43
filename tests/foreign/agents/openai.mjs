// OpenAI's Responses API as far as Codex asks for it.

import { sendEvents, sendJson, sendNothing } from './model.mjs';

/** Serves one request; `next` tells what the model does. */
export async function serve(request, body, answer, next) {
  const { pathname } = new URL(request.url, 'http://127.0.0.1');
  if (pathname === '/v1/models') return sendJson(answer, { object: 'list', data: [], models: [] });
  if (pathname !== '/v1/responses') return sendNothing(answer);
  return sendEvents(answer, streamed(next(heard(body))));
}

/** What a request brings the model. */
function heard(body) {
  const tools = announced(body);
  return { tools, announced: tools.length, results: results(body) };
}

/** Every tool, those inside a namespace with its name. */
function announced(body) {
  const flat = (tool, namespace) => ({ name: tool.name ?? tool.type, namespace, description: tool.description, schema: tool.parameters });
  return (body.tools ?? []).flatMap((tool) => (tool.type === 'namespace' ? tool.tools.map((each) => flat(each, tool.name)) : [flat(tool)]));
}

/** What came back from calls, in order. */
function results(body) {
  return body.input.filter(({ type }) => type === 'function_call_output').map(({ output }) => ({ text: plain(output) }));
}

function plain(output) {
  if (typeof output === 'string') return output;
  return output.map((part) => part.text ?? `[${part.type}]`).join('\n');
}

function streamed({ say, call }) {
  const item = call
    ? { type: 'function_call', id: `fc_${call.id}`, call_id: call.id, name: call.name, namespace: call.namespace, arguments: JSON.stringify(call.args) }
    : { type: 'message', id: 'msg_scripted', role: 'assistant', content: [{ type: 'output_text', text: say, annotations: [] }] };
  const usage = { input_tokens: 1000, input_tokens_details: null, output_tokens: 10, output_tokens_details: null, total_tokens: 1010 };
  return [
    { type: 'response.created', response: { id: 'resp_scripted' } },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: { id: 'resp_scripted', usage } },
  ];
}
