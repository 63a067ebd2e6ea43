// Whole agents, each with a scripted model: configured as `client-config` says, they read, write, fail, are asked and sign in.

import assert from 'node:assert/strict';

import * as claudeCode from './agents/claude_code.mjs';
import * as codex from './agents/codex.mjs';
import * as geminiCli from './agents/gemini_cli.mjs';
import { startModel } from './agents/model.mjs';
import { clientConfig, place } from './agents/place.mjs';
import { connect, KINDS } from './clients.mjs';
import { ANA, consent } from './person.mjs';
import { startHttp, startSandbox, startWithOAuth } from './start.mjs';
import { finish, step } from './steps.mjs';

const TOKEN = 'a-bearer-of-the-foreign-clients';
// Quotes of the simulator that are open on any day.
const [ALONE, ASKED, REFUSED] = ['AN2600444', 'AN2600456', 'AN2600472'];
const acceptance = (number) => ({ document_number: number, accepted_by: 'einkauf@nordlicht.example' });
const BOARD = { workspace_id: 'Nordlicht IT-Systemhaus GmbH', board_id: 'projects' };
const ITEM = { ...BOARD, folder_id: 'migration microsoft 365', name: 'Written by an agent', values: { Stunden: 3.5, Tags: ['Security'] } };
// A product of the simulator, and the end of its description, which only the whole answer has.
const PRODUCT = /"sku":"300042"/g;

/** What the scripted model calls when nobody is there, by what it is for. */
const SCRIPT = {
  read: () => ({ tool: 'infinigate_search_products', args: { query: 'firewall', take: 2 } }),
  // As the hint in the first answer says.
  whole: () => ({ tool: 'infinigate_search_products', args: { query: 'firewall', take: 2, detail: 'full' } }),
  write: () => ({ tool: 'infinity_create_item', args: ITEM }),
  fail: () => ({ tool: 'infinity_get_board', args: { ...BOARD, board_id: 'nowhere' } }),
  ask: () => ({ tool: 'infinigate_accept_quote', args: acceptance(ALONE) }),
  confirm: (results) => ({ tool: 'infinigate_accept_quote', args: { ...acceptance(ALONE), confirmation_token: tokenIn(results.at(-1)) } }),
};

/** The confirmation token in a result, whatever the client wrapped around it. */
const tokenIn = (text) => text.match(/"confirmation_token\\?":\\?"([^"\\]+)/)?.[1] ?? 'no token was shown';

/** The agent with a server over this transport and a model that follows the script, for as long as `work` takes. */
async function settled(agent, transport, script, settings, work) {
  const sandbox = await startSandbox();
  const all = { ...sandbox.settings, ...settings };
  const server = transport === 'http' ? await startHttp({ ...all, MCP_AUTH_TOKEN: TOKEN }) : undefined;
  const model = await startModel(agent, script);
  try {
    const where = place(model);
    agent.settle(where, server ? clientConfig(where, [agent.client, '--url', server.url]) : clientConfig(where, [agent.client], all), model);
    return await work({ sandbox, server, model, where, key: server && { INFINI_MCP_KEY: TOKEN } });
  } finally {
    await model.stop();
    await server?.stop();
    await sandbox.stop();
  }
}

/** Everything that the agent with nobody in front of it brings the model. */
const workAlone = (agent, transport, settings) =>
  settled(agent, transport, Object.values(SCRIPT), settings, async ({ sandbox, server, model, where, key }) => {
    const expected = await listed(server ?? { settings: sandbox.settings });
    const run = await agent.alone(where, model, key);
    const results = Object.fromEntries(Object.keys(SCRIPT).map((name, at) => [name, model.turns.at(-1)?.results[at] ?? { text: 'nothing' }]));
    return { model, run, results, expected, purchases: await sandbox.purchases() };
  });

/** The tools as the official client is told of them. */
async function listed(where) {
  const client = await connect(KINDS[0], where.url ? { ...where, token: TOKEN } : where);
  try {
    return (await client.tools()).map(({ name }) => name);
  } finally {
    await client.close();
  }
}

const times = (text, pattern) => [...text.matchAll(pattern)].length;

function announcesAll({ model, run, expected }) {
  assert.deepEqual(model.strays, [], 'nothing else was reached for');
  const { tools } = model.turns[0] ?? assert.fail(`the model was not asked: ${run.said} ${run.errors}`);
  assert.deepEqual(tools.map(({ bare }) => bare).sort(), expected, 'every tool, and no other');
  for (const tool of tools) {
    assert.ok(tool.description.length > 20, `${tool.bare} is described`);
    assert.equal(tool.schema.type, 'object', `${tool.bare} says what it takes`);
  }
  assert.deepEqual(model.faults, []);
  assert.equal(run.code, 0, run.errors);
}

function readsOnce({ results: { read, whole } }) {
  assert.ok(!read.failed && !whole.failed, `${read.text} ${whole.text}`);
  for (const { text } of [read, whole]) assert.equal(times(text, PRODUCT), 1, `the product once: ${text}`);
  assert.match(read.text, /detail=full/, 'how the whole is had');
  assert.ok(whole.text.length > read.text.length, 'the whole is longer');
}

function writesOnce({ results: { write } }) {
  assert.ok(!write.failed, write.text);
  assert.equal(times(write.text, /"title":"Written by an agent"/g), 1, write.text);
}

function failsWithHint({ results: { fail } }) {
  assert.notEqual(fail.failed, false, 'the client knows that it failed');
  assert.match(fail.text, /not_found/);
  assert.match(fail.text, /No board is called “nowhere”/);
  assert.match(fail.text, /It can be: “Kunden\/CRM”, “Projects”/, 'the hint');
}

function buysByToken({ results: { ask, confirm }, purchases }) {
  assert.match(ask.text, /Nothing was done yet/, ask.text);
  assert.doesNotMatch(ask.text, /said no/, 'nobody said no');
  assert.match(ask.text, /confirmation_token/);
  assert.ok(!confirm.failed, confirm.text);
  assert.equal(times(confirm.text, new RegExp(`"document_number":"${ALONE}"`, 'g')), 1, confirm.text);
  assert.equal(purchases, 1, 'one purchase');
}

function hearsTheNo({ results: { ask }, purchases }) {
  assert.match(ask.text, /confirmation_declined/);
  assert.doesNotMatch(ask.text, /confirmation_token/, 'a no is a no');
  assert.match(ask.text, /CONFIRM_FORMS=off/, 'what the operator can do about it');
  assert.equal(purchases, 0, 'nothing was bought');
}

/** A person in front of the agent is shown the question and answers it. */
const isAsked = (agent, transport, number, answer, bought) =>
  settled(agent, transport, [() => ({ tool: 'infinigate_accept_quote', args: acceptance(number) })], {}, async ({ sandbox, model, where, key }) => {
    const questions = await agent.accompanied(where, model, key, answer);
    assert.deepEqual(model.strays, []);
    assert.equal(questions.length, 1, JSON.stringify(questions));
    assert.match(questions[0].message, new RegExp(`Buy quote ${number} \\(revision \\d+\\)`));
    assert.deepEqual(Object.keys(questions[0].schema.properties), ['confirm']);
    const [{ text }] = model.turns.at(-1).results;
    assert.match(text, bought ? /"document_status":"Accepted"/ : /confirmation_declined/, text);
    assert.equal(await sandbox.purchases(), bought ? 1 : 0);
  });

/** The agent signs in with a browser that a person sits at, and its model reads. */
async function signsIn(agent) {
  const sandbox = await startSandbox();
  const { STATE_URL: _, ...upstream } = sandbox.settings;
  const server = await startWithOAuth([ANA], { ...upstream, OAUTH_DYNAMIC_REGISTRATION: 'true' });
  const model = await startModel(agent, [() => ({ tool: 'infinity_list_boards', args: { workspace_id: BOARD.workspace_id } })]);
  try {
    const where = place(model);
    agent.settle(where, clientConfig(where, [agent.client, '--url', server.url, '--oauth']), model);
    await agent.signIn(where, model, (address) => consent(address, {}));
    const run = await agent.alone(where, model, {});
    const [result] = model.turns.at(-1)?.results ?? [];
    assert.ok(result && !result.failed, `${result?.text} ${run.said} ${run.errors}`);
    assert.match(result.text, /"name":"Projects"/);
  } finally {
    await model.stop();
    await server.stop();
    await sandbox.stop();
  }
}

async function tell(agent, transport) {
  const title = `${agent.name}, ${transport}`;
  let alone;
  await step(`${title}: works with nobody there`, async () => void (alone = await workAlone(agent, transport, agent.refusesAlone && { CONFIRM_FORMS: 'off' })));
  if (!alone) return;
  await step(`${title}: the model is told of every tool, and nothing goes elsewhere`, async () => announcesAll(alone));
  await step(`${title}: a read brings the facts once, cut and whole`, async () => readsOnce(alone));
  await step(`${title}: a write brings what was written`, async () => writesOnce(alone));
  await step(`${title}: an error arrives with its hint`, async () => failsWithHint(alone));
  await step(`${title}: a purchase goes on with the token, once`, async () => buysByToken(alone));
  if (agent.refusesAlone) await step(`${title}: its own no counts as one`, async () => hearsTheNo(await workAlone(agent, transport, {})));
  if (!agent.accompanied) return;
  await step(`${title}: a person says yes to the question`, () => isAsked(agent, transport, ASKED, { action: 'accept', content: { confirm: true } }, true));
  await step(`${title}: a person says no to the question`, () => isAsked(agent, transport, REFUSED, { action: 'decline' }, false));
}

for (const agent of [claudeCode, codex, geminiCli]) {
  for (const transport of ['stdio', 'http']) await tell(agent, transport);
  if (agent.signIn) await step(`${agent.name}: signs in`, () => signsIn(agent));
}
finish();
