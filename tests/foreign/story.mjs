// The user's story, told by every official TypeScript client over every transport: look, buy once, decline, write.

import assert from 'node:assert/strict';

import { connect, KINDS, OLDEST } from './clients.mjs';
import { startHttp, startSandbox } from './start.mjs';
import { finish, step } from './steps.mjs';

const TOKEN = 'a-bearer-of-the-foreign-clients';
// Quotes of the simulator that are open on any day.
const [BOUGHT, DECLINED, BY_TOKEN] = ['AN2600444', 'AN2600456', 'AN2600472'];
const HINTS = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'];
const acceptance = (number) => ({ document_number: number, accepted_by: 'einkauf@nordlicht.example' });

/** The data of an answer, which must be the same in both channels. */
function facts(result) {
  assert.notEqual(result.isError, true, JSON.stringify(result.content));
  assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent, 'both channels say the same');
  return result.structuredContent;
}

/** The error of a refused call. */
function refusal(result) {
  assert.equal(result.isError, true, JSON.stringify(result));
  const error = JSON.parse(result.content[0].text);
  assert.equal(error.error, true);
  for (const field of ['code', 'message', 'retryable', 'request_id']) assert.ok(field in error, `${field} is missing`);
  return error;
}

async function looksAround(client) {
  const tools = await client.tools();
  const names = tools.map((tool) => tool.name);
  for (const name of ['infinigate_accept_quote', 'infinigate_search_products', 'infinity_create_item']) assert.ok(names.includes(name), `${name} is not listed`);
  assert.deepEqual(names, [...names].sort(), 'the list is sorted');
  for (const tool of tools) {
    assert.ok(tool.outputSchema, `${tool.name} has no output schema`);
    for (const hint of HINTS) assert.equal(typeof tool.annotations?.[hint], 'boolean', `${tool.name}: ${hint}`);
  }
  const found = facts(await client.call('infinigate_search_products', { query: 'firewall', take: 3 }));
  assert.ok(found.count > 0, 'something was found');
  const quote = facts(await client.call('infinigate_get_quote', { document_number: BOUGHT }));
  assert.equal(quote.document_revision ?? quote.revision, 3, JSON.stringify(quote).slice(0, 400));
  facts(await client.call('infinigate_list_invoices', { take: 2 }));
}

async function buysOnce(client, sandbox) {
  const before = await sandbox.purchases();
  const bought = facts(await client.call('infinigate_accept_quote', acceptance(BOUGHT)));
  assert.equal(bought.document_number, BOUGHT);
  assert.equal(await sandbox.purchases(), before + 1, 'exactly one purchase');
  assert.equal(client.asked.length, 1, 'one question');
  assert.match(client.asked[0].message, new RegExp(`Buy quote ${BOUGHT} \\(revision 3\\)`));
  assert.deepEqual(Object.keys(client.asked[0].requestedSchema.properties), ['confirm']);
}

async function declines(client, sandbox) {
  const before = await sandbox.purchases();
  assert.equal(refusal(await client.call('infinigate_accept_quote', acceptance(DECLINED))).code, 'confirmation_declined');
  assert.equal(await sandbox.purchases(), before, 'nothing was bought');
}

async function confirmsByToken(client, sandbox) {
  const before = await sandbox.purchases();
  const asked = refusal(await client.call('infinigate_accept_quote', acceptance(BY_TOKEN)));
  assert.equal(asked.code, 'confirmation_required');
  assert.equal(asked.shown.document_number, BY_TOKEN);
  assert.equal(await sandbox.purchases(), before, 'asking buys nothing');

  const confirmed = { ...acceptance(BY_TOKEN), confirmation_token: asked.confirmation_token };
  const elsewhere = { ...confirmed, document_number: DECLINED };
  assert.equal(refusal(await client.call('infinigate_accept_quote', elsewhere)).code, 'confirmation_required', 'a token is for its own call');
  facts(await client.call('infinigate_accept_quote', confirmed));
  assert.equal(await sandbox.purchases(), before + 1, 'one purchase');
  const again = facts(await client.call('infinigate_accept_quote', confirmed));
  assert.match(again.notes[0], /recorded then/, 'a token that was used is answered with what came of it');
  assert.equal(await sandbox.purchases(), before + 1, 'a token is used once');
}

/** Nobody has decided: the answer says so, and holds what is needed to go on. */
async function goesOnByToken(client, sandbox, code) {
  const before = await sandbox.purchases();
  const order = { po_number: `${code.slice(-12)}-${before}`, lines: [{ sku: '200417', quantity: 1 }] };
  const told = refusal(await client.call('infinigate_create_order', order));
  assert.equal(told.code, code, JSON.stringify(told));
  assert.match(told.message, /nobody has decided/);
  assert.equal(client.asked.length, 1, 'one question');
  assert.ok(told.shown.totals, JSON.stringify(told));
  assert.equal(await sandbox.purchases(), before, 'nothing is bought by that');
  const bought = facts(await client.call('infinigate_create_order', { ...order, confirmation_token: told.confirmation_token }));
  assert.equal(bought.po_number, order.po_number);
  assert.equal(client.asked.length, 1, 'and no other question');
  assert.equal(await sandbox.purchases(), before + 1, 'one purchase');
}

/** A client that cannot show what it said it shows. One of the stateless era keeps that to itself: its own call fails. */
async function cannotShow(client, sandbox, kind) {
  if (kind.era === 'legacy') return goesOnByToken(client, sandbox, 'confirmation_not_shown');
  const before = await sandbox.purchases();
  await assert.rejects(client.call('infinigate_accept_quote', acceptance(DECLINED)), /no window/);
  assert.equal(await sandbox.purchases(), before, 'nothing was bought');
}

async function writesAnItem(client, title) {
  const place = { workspace_id: 'Nordlicht IT-Systemhaus GmbH', board_id: 'projects' };
  facts(await client.call('infinity_get_profile', {}));
  const boards = facts(await client.call('infinity_list_boards', { workspace_id: place.workspace_id }));
  assert.ok(boards.boards.some((board) => board.name === 'Projects'), JSON.stringify(boards));

  const values = { status: 'in arbeit', Stunden: 3.5, Tags: ['Security', 'netzwerk'], 'Zuständig': ['Zoe Bachli'] };
  const folder_id = 'migration microsoft 365';
  const created = facts(await client.call('infinity_create_item', { ...place, folder_id, name: title, values }));
  assert.equal(created.title, title);
  assert.equal(created.values.Status, 'In Arbeit', JSON.stringify(created));

  const listed = facts(await client.call('infinity_list_items', { ...place, folder_id, limit: 100 }));
  const rows = listed.rows.map((cells) => Object.fromEntries(listed.columns.map((column, at) => [column, cells[at]])));
  const back = rows.find((row) => row.id === created.id);
  assert.equal(back?.title, title, 'the item is listed');
  assert.equal(back.Stunden, 3.5);
}

/** The whole story of one client over one transport, against a simulator of its own. */
async function tell(kind, transport) {
  const title = `${kind.name}, ${transport}`;
  const sandbox = await startSandbox();
  const server = transport === 'http' ? await startHttp({ ...sandbox.settings, MCP_AUTH_TOKEN: TOKEN }) : undefined;
  const where = server ?? { settings: sandbox.settings };
  const meet = (answer) => connect(kind, where, answer);
  const chapters = [
    ['looks around', undefined, (client) => looksAround(client)],
    ['is asked, says yes and buys once', () => ({ action: 'accept', content: { confirm: true } }), (client) => buysOnce(client, sandbox)],
    ['says no and buys nothing', () => ({ action: 'decline' }), (client) => declines(client, sandbox)],
    ['dismisses the question and goes on by token', () => ({ action: 'cancel' }), (client) => goesOnByToken(client, sandbox, 'confirmation_dismissed')],
    ['accepts without ticking and goes on by token', () => ({ action: 'accept', content: { confirm: false } }), (client) => goesOnByToken(client, sandbox, 'confirmation_unticked')],
    ['accepts without content and goes on by token', () => ({ action: 'accept', content: {} }), (client) => goesOnByToken(client, sandbox, 'confirmation_unticked')],
    ['cannot show the question', () => Promise.reject(new Error('no window')), (client) => cannotShow(client, sandbox, kind)],
    ['cannot be asked, repeats with the token and buys once', undefined, (client) => confirmsByToken(client, sandbox)],
    ['creates an item by names and lists it back', undefined, (client) => writesAnItem(client, title)],
  ];
  try {
    for (const [chapter, answer, live] of chapters.filter(([, asked]) => !(asked && kind.cannotBeAsked))) {
      await step(`${title}: ${chapter}`, async () => {
        const client = await meet(answer);
        try {
          assert.equal(client.era, kind.era);
          await client.tools();
          await live(client);
          assert.deepEqual(client.complaints, []);
        } finally {
          await client.close();
        }
      });
    }
  } finally {
    await server?.stop();
    await sandbox.stop();
  }
}

for (const kind of [...KINDS, OLDEST]) {
  for (const transport of ['stdio', 'http']) await tell(kind, transport);
}
finish();
