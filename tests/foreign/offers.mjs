// What the server offers beside its tools, through every official TypeScript client over every transport: resources are
// listed and read, names are completed, prompts are given, news of changed lists are subscribed to.

import assert from 'node:assert/strict';

import { connect, KINDS } from './clients.mjs';
import { startHttp, startSandbox } from './start.mjs';
import { finish, step } from './steps.mjs';

const TOKEN = 'a-bearer-of-the-foreign-clients';
const QUOTE = 'infinigate://quotes/AN2600456';
const BOARD = 'infinity://boards/LA1dW8i1TTK';
const ofPrompt = (name) => ({ type: 'ref/prompt', name });
const ofTemplate = (uri) => ({ type: 'ref/resource', uri });

async function declaresWhatItOffers(client) {
  const { tools, prompts, resources, completions, logging } = client.capabilities();
  for (const [list, declared] of Object.entries({ tools, prompts, resources })) assert.equal(declared?.listChanged, true, list);
  assert.ok(completions, 'completion is declared');
  assert.equal(logging, undefined, 'nothing is declared that is not offered');
  const [icon] = client.introduction().icons;
  assert.match(icon.src, /^data:image\/svg\+xml;base64,/);
  assert.match(Buffer.from(icon.src.split(',')[1], 'base64').toString(), /^<svg .*<\/svg>$/);
}

async function readsResources(client) {
  const uris = (await client.resources()).map((resource) => resource.uri);
  for (const uri of [QUOTE, BOARD]) assert.ok(uris.includes(uri), `${uri} is not in ${uris}`);
  const templates = (await client.templates()).map((template) => template.uriTemplate);
  assert.deepEqual(templates, ['infinigate://quotes/{number}', 'infinity://boards/{id}']);
  for (const uri of uris) {
    const [content] = await client.read(uri);
    assert.equal(content.mimeType, 'application/json');
    assert.equal(typeof JSON.parse(content.text), 'object');
  }
  const [quote] = await client.read(QUOTE);
  assert.equal(JSON.parse(quote.text).document_number, 'AN2600456');
  const [byName] = await client.read('infinity://boards/Kunden%2FCRM');
  assert.equal(JSON.parse(byName.text).board, 'Kunden/CRM');
}

/** The newer client turns the older era's code for a missing resource into the newer one. */
const NO_RESOURCE = [-32602, -32002];

async function refusesWhatIsNotThere(client) {
  for (const uri of ['infinigate://quotes/AN9999999', 'infinity://boards/..', 'file:///etc/passwd']) {
    await assert.rejects(client.read(uri), (error) => {
      assert.ok(NO_RESOURCE.includes(error.code), String(error));
      return true;
    });
  }
  await assert.rejects(client.prompt('no_such_prompt', {}), (error) => error.code === -32602);
  await assert.rejects(client.prompt('plan_board', {}), /goal/);
}

async function completesNames(client) {
  const values = async (...asked) => (await client.complete(...asked)).values;
  assert.deepEqual(await values(ofPrompt('plan_board'), 'board', 'PROJ'), ['Projects']);
  assert.deepEqual(await values(ofPrompt('plan_board'), 'workspace', 'zurich'), ['Partnerbetrieb Zürich']);
  assert.deepEqual(await values(ofPrompt('review_open_quotes'), 'vendor', 'sonicw'), ['SonicWall']);
  assert.deepEqual(await values(ofTemplate('infinity://boards/{id}'), 'id', 'crm'), ['Kunden/CRM']);
  const numbers = await client.complete(ofTemplate('infinigate://quotes/{number}'), 'number', '');
  assert.ok(numbers.values.includes('AN2600456') && numbers.values.length <= 100 && numbers.hasMore === false, JSON.stringify(numbers));
  const chosen = { workspace: 'Partnerbetrieb Zürich' };
  assert.deepEqual(await values(ofPrompt('plan_board'), 'board', '', chosen), ['Lizenzen & Verträge']);
}

async function givesPrompts(client) {
  const tools = (await client.tools()).map((tool) => tool.name);
  const prompts = await client.prompts();
  assert.deepEqual(prompts.map((prompt) => prompt.name), ['monthly_rebilling', 'plan_board', 'review_open_quotes']);
  for (const prompt of prompts) {
    const given = Object.fromEntries(prompt.arguments.filter((argument) => argument.required).map(({ name }) => [name, 'Onboarding']));
    const { messages } = await client.prompt(prompt.name, given);
    const { text } = messages[0].content;
    const named = text.match(/\b(infinigate|infinity)_\w+/g);
    for (const tool of named) assert.ok(tools.includes(tool), `${prompt.name} names ${tool}, which is not offered`);
    assert.match(text, /\?$/, 'it ends with a question to the person');
  }
}

async function subscribesToNews(client) {
  const subscription = await client.listen({ toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true });
  await subscription.close();
  assert.ok((await client.tools()).length > 0, 'the connection goes on');
}

const CHAPTERS = [
  ['sees declared what is offered, and the picture', declaresWhatItOffers],
  ['lists and reads resources', readsResources],
  ['is refused what is not there', refusesWhatIsNotThere],
  ['completes names', completesNames],
  ['gets prompts that name only offered tools', givesPrompts],
];

const sandbox = await startSandbox();
const settings = { ...sandbox.settings, MCP_TOOLSETS: 'all' };
const server = await startHttp({ ...settings, MCP_AUTH_TOKEN: TOKEN });
for (const kind of KINDS) {
  for (const [transport, where] of [['stdio', { settings }], ['http', server]]) {
    const chapters = kind.era === 'modern' ? [...CHAPTERS, ['subscribes to news of changed lists', subscribesToNews]] : CHAPTERS;
    const client = await connect(kind, where);
    for (const [chapter, live] of chapters) await step(`${kind.name}, ${transport}: ${chapter}`, () => live(client));
    await client.close();
  }
}
await server.stop();
await sandbox.stop();
finish();
