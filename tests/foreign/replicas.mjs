// Three servers on one PostgreSQL behind a balancer that picks at random: ten thousand calls, one server killed and
// replaced in the middle. Nothing is answered wrongly, no yes is lost, and none counts twice.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startBalancer } from './balancer.mjs';
import { connect, KINDS } from './clients.mjs';
import { startPostgres } from './postgres.mjs';
import { callOf, headersOf, send } from './raw.mjs';
import { startHttp, startSandbox } from './start.mjs';
import { finish, step } from './steps.mjs';

const TOKEN = 'a-bearer-of-the-foreign-clients';
const CALLS = Number(process.env.CALLS ?? 10_000);
const AT_ONCE = 24;
// Orders by form and by token through the official client; and by hand, each yes said to two servers at once.
const [BY_FORM, BY_TOKEN, TWICE] = [CALLS * 0.01, CALLS * 0.01, CALLS * 0.005].map(Math.ceil);
const CREATE = 'infinigate_create_order';
const FORMS = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
const SAYS_YES = () => ({ action: 'accept', content: { confirm: true } });
const READS = [
  ['infinigate_search_products', { query: 'firewall', take: 3 }],
  ['infinigate_get_quote', { document_number: 'AN2600456' }],
  ['infinigate_list_quotes', { take: 5 }],
  ['infinigate_list_invoices', { take: 2 }],
];
const [MODERN, , OLD] = KINDS;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const order = (po_number) => ({ po_number, lines: [{ sku: '200417', quantity: 1 }] });
const facts = (result) => (result.isError ? JSON.parse(result.content[0].text) : result.structuredContent);

const sandbox = await startSandbox();
const postgres = await startPostgres();
const settings = {
  ...sandbox.settings,
  MCP_AUTH_TOKEN: TOKEN,
  STATE_URL: postgres.url,
  MCP_RATE_LIMIT_PER_MINUTE: '0',
  MCP_MAX_CONCURRENT_CALLS: '100',
  LOG_LEVEL: 'error',
};
const servers = await Promise.all([1, 2, 3].map(() => startHttp(settings)));
const balancer = await startBalancer(servers);
const where = { url: balancer.url, token: TOKEN };

/** What each call came to: counted, and whatever was odd about it. */
const told = { reads: 0, retried: 0, broken: [], bought: new Set(), odd: [] };
const refused = (error) => /did_not_arrive/.test(String(error?.message ?? error));

/** Repeats what surely did not arrive; a read also when it may have. */
async function persistently(isRead, call) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (attempt > 200 || !(isRead || refused(error))) throw error;
      told.retried += 1;
      await pause(20);
    }
  }
}

const expected = await (async () => {
  const client = await connect(MODERN, { url: servers[0].url, token: TOKEN });
  const answers = [];
  for (const [tool, args] of READS) answers.push(JSON.stringify(facts(await client.call(tool, args))));
  await client.close();
  return answers;
})();

async function read(clients, n) {
  const which = n % READS.length;
  const answer = facts(await persistently(true, () => clients.silent.call(...READS[which])));
  told.reads += 1;
  if (JSON.stringify(answer) !== expected[which]) told.odd.push({ read: READS[which], answer });
}

/** An order that a person confirms in a form; the question and the yes reach servers picked at random. */
async function orderByForm(clients, n) {
  const number = `FORM-${n}`;
  await settle(number, () => clients.asked.call(CREATE, order(number)));
}

/** An order that is confirmed by repeating the call with the token it was answered with. */
async function orderByToken(clients, n) {
  const number = `TOKEN-${n}`;
  const asked = facts(await persistently(true, () => clients.silent.call(CREATE, order(number))));
  if (asked.code !== 'confirmation_required') return told.odd.push({ number, asked });
  await settle(number, () => clients.silent.call(CREATE, { ...order(number), confirmation_token: asked.confirmation_token }));
}

async function settle(number, call) {
  try {
    const answer = facts(await persistently(false, call));
    if (answer.po_number === number) told.bought.add(number);
    else told.odd.push({ number, answer });
  } catch (error) {
    told.broken.push({ number, error: String(error.message) });
  }
}

const byHand = (server, message) => send(server.url, { headers: headersOf(message, TOKEN), body: JSON.stringify(message) });

/** One yes, said to two servers at the same moment: one of them buys, the other one tells of that or that it is under way. */
async function sayTwice(_, n) {
  const number = `TWICE-${n}`;
  const byForm = n % 2 === 0;
  const ask = callOf(CREATE, order(number));
  if (byForm) Object.assign(ask.params._meta, FORMS);
  const shaken = () => balancer.servers.filter((server) => !server.dead).sort(() => Math.random() - 0.5);
  // A question may be asked again elsewhere when the server that asked it is killed.
  const answer = (await persistently(true, () => byHand(shaken()[0], ask))).json.result;
  const yes = structuredClone(ask);
  if (byForm) Object.assign(yes.params, { requestState: answer.requestState, inputResponses: { confirm: SAYS_YES() } });
  else yes.params.arguments.confirmation_token = facts(answer).confirmation_token;
  // Neither needs to be the server that asked.
  const alive = shaken();
  const answers = await Promise.allSettled([alive.at(-1), alive.at(-2)].map((server) => byHand(server, yes)));
  const results = answers.map(({ value, reason }) => (value ? facts(value.json.result) : { broken: String(reason) }));
  if (results.some((result) => result.broken)) return told.broken.push({ number, results });
  const isRecorded = (result) => /recorded then/.test(result.notes?.[0] ?? '');
  const bought = results.filter((result) => result.po_number === number && !isRecorded(result)).length;
  const again = results.filter((result) => isRecorded(result) || result.code === 'conflict').length;
  if (bought === 1 && again === 1) told.bought.add(number);
  else told.odd.push({ number, results });
}

/** All the work, well shaken, done by so many clients at once; `halfway` happens in the middle. */
async function work(halfway) {
  const jobs = [
    ...Array.from({ length: BY_FORM }, (_, n) => [orderByForm, n]),
    ...Array.from({ length: BY_TOKEN }, (_, n) => [orderByToken, n]),
    ...Array.from({ length: TWICE }, (_, n) => [sayTwice, n]),
  ];
  const requests = 2 * (BY_FORM + BY_TOKEN) + 3 * TWICE;
  jobs.push(...Array.from({ length: Math.max(0, CALLS - requests) }, (_, n) => [read, n]));
  for (let at = jobs.length - 1; at > 0; at -= 1) {
    const other = Math.floor(Math.random() * (at + 1));
    [jobs[at], jobs[other]] = [jobs[other], jobs[at]];
  }
  const middle = Math.floor(jobs.length * 0.4);
  let event;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      const clients = { silent: await connect(MODERN, where), asked: await connect(MODERN, where, SAYS_YES) };
      for (let job = jobs.pop(); job; job = jobs.pop()) {
        if (!event && jobs.length <= middle) event = halfway();
        await job[0](clients, job[1]);
      }
      await Promise.all([clients.silent.close(), clients.asked.close()]);
    }),
  );
  await event;
}

await step(`${CALLS} calls, ${AT_ONCE} at a time, with one of three servers killed and replaced in the middle`, async () => {
  const began = Date.now();
  await work(async () => {
    const killed = balancer.servers[1];
    killed.dead = true;
    await killed.kill();
    await pause(1_000);
    const replacement = await startHttp(settings);
    balancer.servers = balancer.servers.map((server) => (server === killed ? replacement : server));
  });
  const passed = [...balancer.passed.values()];
  console.log(`        ${((Date.now() - began) / 1_000).toFixed(1)} s; ${passed.join(' + ')} requests; ${told.retried} repeated, ${told.broken.length} broken off`);
  assert.equal(passed.length, 4, 'every server, the new one too, has answered');
  assert.ok(told.broken.length <= AT_ONCE, 'only what was under way at the killed server may break off');
});
await step('every read was answered, and with the same facts', () => {
  assert.equal(told.reads, CALLS - 2 * (BY_FORM + BY_TOKEN) - 3 * TWICE);
  assert.deepEqual(told.odd.filter((odd) => odd.read), []);
});
await step('no token and no form was lost, and of one yes said to two servers exactly one counted', () => {
  const odd = told.odd.filter((each) => !each.read);
  assert.equal(odd.length, 0, `${odd.length} odd ones, the first: ${JSON.stringify(odd[0])}`);
  assert.ok(told.bought.size >= BY_FORM + BY_TOKEN + TWICE - told.broken.length, `${told.bought.size} bought`);
});
await step('the simulator sold every order that was confirmed, once; what was broken off can be looked up', async () => {
  const sold = await sandbox.purchases();
  assert.ok(sold >= told.bought.size && sold <= told.bought.size + told.broken.length, `${sold} sold, ${told.bought.size} told, ${told.broken.length} broken off`);
  const client = await connect(MODERN, where, SAYS_YES);
  for (const { number } of told.broken) {
    const now = facts(await client.call(CREATE, order(number)));
    // It is told from the ledger, or unknown and never repeated, or it never happened and was ordered now.
    assert.ok(now.po_number === number || now.code === 'outcome_unknown', JSON.stringify(now));
  }
  await client.close();
  assert.ok((await sandbox.purchases()) <= BY_FORM + BY_TOKEN + TWICE, 'nothing was bought twice');
});

/** A client of the initialize era that asks `times` times, each time of some other server or process. */
async function goesOn(client, times) {
  for (let n = 0; n < times; n += 1) assert.ok((await client.tools()).length > 10);
}

await step('a session of the initialize era goes on at any of the servers', async () => {
  const client = await connect(OLD, where);
  await goesOn(client, 30);
  const asked = facts(await client.call(CREATE, order('SESSION-1')));
  assert.equal(asked.code, 'confirmation_required', JSON.stringify(asked));
  const bought = facts(await client.call(CREATE, { ...order('SESSION-1'), confirmation_token: asked.confirmation_token }));
  assert.equal(bought.po_number, 'SESSION-1', JSON.stringify(bought));
  await client.close();
});
await step('a client of the initialize era that shows forms gets a token, since its answer could reach another server', async () => {
  const client = await connect(OLD, where, SAYS_YES);
  const asked = facts(await client.call(CREATE, order('SESSION-2')));
  assert.ok(asked.confirmation_token, JSON.stringify(asked));
  assert.equal(client.asked.length, 0);
  await client.close();
});
await Promise.all(balancer.servers.map((server) => server.stop()));

await step('a session of the initialize era outlives the process, with the state in a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'infini-mcp-replicas-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const alone = { ...settings, STATE_URL: `sqlite:${join(folder, 'state.db')}` };
  balancer.servers = [await startHttp(alone)];
  const client = await connect(OLD, where);
  await goesOn(client, 2);
  await balancer.servers[0].kill();
  balancer.servers = [await startHttp(alone)];
  await goesOn(client, 2);
  await client.close();
  await balancer.servers[0].stop();
});
balancer.stop();
await sandbox.stop();
finish();
