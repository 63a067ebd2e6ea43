// Anthropic's Messages API as far as Claude Code asks for it.

import { sendEvents, sendJson, sendNothing } from './model.mjs';

/** Serves one request; `next` tells what the model does. */
export async function serve(request, body, answer, next) {
  const { pathname } = new URL(request.url, 'http://127.0.0.1');
  if (pathname === '/v1/messages/count_tokens') return sendJson(answer, { input_tokens: 1000 });
  if (pathname !== '/v1/messages') return sendNothing(answer);
  const message = written(body, next(heard(body)));
  return body.stream ? sendEvents(answer, streamed(message)) : sendJson(answer, message);
}

/** What a request brings the model. */
function heard(body) {
  const tools = announced(body);
  return { tools, announced: tools.length, results: results(body) };
}

function announced(body) {
  return (body.tools ?? []).map(({ name, description, input_schema: schema }) => ({ name, description, schema }));
}

/** What came back from calls, in order: as text, and whether it was an error. */
function results(body) {
  const blocks = body.messages.flatMap(({ content }) => (Array.isArray(content) ? content : []));
  return blocks.filter(({ type }) => type === 'tool_result').map(({ content, is_error: failed }) => ({ text: plain(content), failed: failed === true }));
}

function plain(content) {
  if (typeof content === 'string') return content;
  return (content ?? []).map((block) => block.text ?? `[${block.type}]`).join('\n');
}

function written(body, { say, call }) {
  const content = call ? { type: 'tool_use', id: `toolu_${call.id}`, name: call.name, input: call.args } : { type: 'text', text: say };
  return {
    id: 'msg_scripted',
    type: 'message',
    role: 'assistant',
    model: body.model,
    content: [content],
    stop_reason: call ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 1000, output_tokens: 10 },
  };
}

function streamed({ content: [content], stop_reason, stop_sequence, ...message }) {
  const called = content.type === 'tool_use';
  const opened = called ? { ...content, input: {} } : { ...content, text: '' };
  const delta = called ? { type: 'input_json_delta', partial_json: JSON.stringify(content.input) } : { type: 'text_delta', text: content.text };
  return [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null, stop_sequence: null } },
    { type: 'content_block_start', index: 0, content_block: opened },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason, stop_sequence }, usage: message.usage },
    { type: 'message_stop' },
  ];
}
