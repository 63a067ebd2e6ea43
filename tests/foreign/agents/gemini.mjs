// Google's generateContent and streamGenerateContent as far as Gemini CLI asks for them.

import { sendEvents, sendJson, sendNothing } from './model.mjs';

/** Serves one request; `next` tells what the model does. */
export async function serve(request, body, answer, next) {
  const method = new URL(request.url, 'http://127.0.0.1').pathname.split(':').at(-1);
  if (method === 'countTokens') return sendJson(answer, { totalTokens: 1000 });
  if (method !== 'streamGenerateContent' && method !== 'generateContent') return sendNothing(answer);
  const said = written(next(heard(body)));
  return method === 'generateContent' ? sendJson(answer, said) : sendEvents(answer, [said]);
}

/** What a request brings the model. */
function heard(body) {
  const tools = announced(body);
  return { tools, announced: tools.length, results: results(body) };
}

function announced(body) {
  const declared = (body.tools ?? []).flatMap((tool) => tool.functionDeclarations ?? []);
  return declared.map(({ name, description, parametersJsonSchema, parameters }) => ({ name, description, schema: parametersJsonSchema ?? parameters }));
}

/** What came back from calls, in order. */
function results(body) {
  const parts = (body.contents ?? []).flatMap((content) => content.parts ?? []);
  return parts.filter((part) => part.functionResponse).map(({ functionResponse: { response } }) => ({
    text: response.output ?? response.error ?? JSON.stringify(response),
    failed: response.error !== undefined,
  }));
}

function written({ say, call }) {
  const part = call ? { functionCall: { id: call.id, name: call.name, args: call.args } } : { text: say };
  return {
    candidates: [{ index: 0, content: { role: 'model', parts: [part] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 1000, candidatesTokenCount: 10, totalTokenCount: 1010 },
  };
}
