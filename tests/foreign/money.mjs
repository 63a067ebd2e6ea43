// Whatever goes wrong while money is spent: the simulator counts exactly what a person confirmed, and the look afterwards
// tells the truth. Both spellings of the order address, all three write answers, two kinds of state.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect, KINDS } from './clients.mjs';
import { startPostgres } from './postgres.mjs';
import { startHttp, startSandbox } from './start.mjs';
import { finish, step } from './steps.mjs';

const TOKEN = 'a-bearer-of-the-foreign-clients';
const ACCEPT = 'infinigate_accept_quote';
const QUOTE = 'AN2600456';
const SAYS_YES = () => ({ action: 'accept', content: { confirm: true } });
const acceptance = { document_number: QUOTE, accepted_by: 'einkauf@nordlicht.example' };
const sandbox = await startSandbox();
const folder = mkdtempSync(join(tmpdir(), 'infini-mcp-money-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
let states = 0;

/** The simulator as it was at first, with these switches, and an empty state in a file. */
async function afresh(switches = {}) {
  await sandbox.reset();
  await sandbox.fault(switches);
  states += 1;
  return { ...sandbox.settings, MCP_AUTH_TOKEN: TOKEN, INFINIGATE_REQUEST_TIMEOUT_MS: '800', STATE_URL: `sqlite:${join(folder, `${states}.db`)}` };
}

/** Runs `live` with a server and a client whose person answers like this; ends both. */
async function meeting(settings, answer, live) {
  const server = await startHttp(settings);
  const client = await connect(KINDS[0], server, answer);
  try {
    return await live(client, server);
  } finally {
    await client.close().catch(() => {});
    await server.stop().catch(() => {});
  }
}

const accept = async (client) => {
  const result = await client.call(ACCEPT, acceptance);
  return result.isError ? JSON.parse(result.content[0].text) : result.structuredContent;
};

const struck = (fault, more) => ({ [`infinigate.${fault}`]: { operation: 'acceptPurchaseQuote', ...more } });
// What goes wrong, and how many purchases it leaves.
const MISHAPS = [
  ['latency beyond the deadline, before the effect', struck('slow_next', { ms: 3_000 }), 0],
  ['latency beyond the deadline, after the effect', struck('slow_next', { ms: 3_000, after_effect: true }), 1],
  ['reset before the effect', struck('reset_next', {}), 0],
  ['reset after the effect', struck('reset_next', { after_effect: true }), 1],
  ['500 after the effect', struck('fail_next', { status: 500, after_effect: true }), 1],
];
const SPELLINGS = ['management', 'managment'];
const SHAPES = ['sync', 'ack', 'empty'];

for (const spelling of SPELLINGS) {
  for (const shape of SHAPES) {
    const switches = { 'infinigate.orders_segment': spelling, 'infinigate.write_response': shape };
    for (const [mishap, fault, bought] of MISHAPS) {
      await step(`${spelling}, ${shape}: ${mishap}`, async () => {
        const settings = await afresh(switches);
        const sayYesThenBreak = async () => (await sandbox.fault(fault), SAYS_YES());
        await meeting(settings, sayYesThenBreak, async (client) => {
          const error = await accept(client);
          assert.equal(error.code, 'outcome_unknown', JSON.stringify(error));
          assert.match(error.found, bought ? /has the status Accepted/ : /is still open/);
        });
        assert.equal(await sandbox.purchases(), bought);
        // Another process, the same state: it knows, and sends nothing.
        await meeting(settings, SAYS_YES, async (client) => {
          const again = await accept(client);
          assert.equal(again.code, bought ? 'conflict' : 'outcome_unknown', JSON.stringify(again));
          assert.equal(client.asked.length, 0, 'nobody is asked about what may have happened');
        });
        assert.equal(await sandbox.purchases(), bought);
      });
    }
    await step(`${spelling}, ${shape}: 429 with Retry-After is waited for, and the same accept again is answered from the ledger`, async () => {
      const settings = await afresh(switches);
      const sayYesThenBreak = async () => (await sandbox.fault(struck('fail_next', { status: 429, retry_after: 1 })), SAYS_YES());
      await meeting(settings, sayYesThenBreak, async (client) => {
        const bought = await accept(client);
        assert.equal(bought.document_number, QUOTE, JSON.stringify(bought));
        const again = await accept(client);
        assert.match(again.notes[0], /Nothing was sent again/);
        assert.equal(client.asked.length, 1);
      });
      assert.equal(await sandbox.purchases(), 1);
    });
  }
}

await step('a quote that changes between the question and the yes is asked about again', async () => {
  const settings = await afresh();
  const revised = { operation: 'getPurchaseQuoteByNumber', pointer: '/header/total', set: 1 };
  let asked = 0;
  const answer = async () => {
    asked += 1;
    if (asked > 1) return { action: 'decline' };
    await sandbox.fault({ 'infinigate.drift': [revised] });
    return SAYS_YES();
  };
  await meeting(settings, answer, async (client) => {
    const error = await accept(client);
    assert.equal(error.code, 'confirmation_declined', JSON.stringify(error));
    assert.match(client.asked[1].message, /has changed since/);
  });
  assert.equal(await sandbox.purchases(), 0);
});

await step('a token that expires in the middle of 50 parallel calls is fetched once', async () => {
  const settings = { ...(await afresh()), INFINIGATE_REQUEST_TIMEOUT_MS: '15000' };
  const fetched = async () => (await sandbox.ledger()).operations.find((row) => row.operation === 'createToken')?.calls ?? 0;
  await meeting(settings, undefined, async (client) => {
    const read = () => client.call('infinigate_get_quote', { document_number: QUOTE });
    await read();
    const before = await fetched();
    // Setting the lifetime forgets every token issued so far.
    await sandbox.fault({ 'infinigate.token_ttl': 300 });
    const answers = await Promise.all(Array.from({ length: 50 }, read));
    assert.ok(answers.every((answer) => !answer.isError), JSON.stringify(answers.find((answer) => answer.isError)));
    assert.equal((await fetched()) - before, 1);
  });
});

for (const [moment, after_effect] of [['before', false], ['after', true]]) {
  await step(`kill -9 between the ledger and the answer, ${moment} the effect, then a restart`, async () => {
    const settings = { ...(await afresh()), INFINIGATE_REQUEST_TIMEOUT_MS: '15000' };
    await sandbox.fault(struck('slow_next', { ms: 8_000, after_effect }));
    const calls = async () => (await sandbox.ledger()).operations.find((row) => row.operation === 'acceptPurchaseQuote')?.calls ?? 0;
    const server = await startHttp(settings);
    const client = await connect(KINDS[0], server, SAYS_YES);
    const lost = accept(client).catch((error) => error);
    while ((await calls()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await server.kill();
    await lost;
    await client.close().catch(() => {});
    await meeting(settings, SAYS_YES, async (again) => {
      const error = await accept(again);
      assert.equal(error.code, after_effect ? 'conflict' : 'outcome_unknown', JSON.stringify(error));
      assert.match(error.found, after_effect ? /has the status Accepted/ : /is still open/);
      assert.equal(again.asked.length, 0);
    });
    assert.equal(await sandbox.purchases(), after_effect ? 1 : 0);
  });
}

await step('two servers on one PostgreSQL accept the same quote at the same moment and buy once', async () => {
  const postgres = await startPostgres();
  const settings = { ...(await afresh()), INFINIGATE_REQUEST_TIMEOUT_MS: '15000', STATE_URL: postgres.url };
  // Both start at once, on an empty database: the schema is made once.
  const servers = await Promise.all([startHttp(settings), startHttp(settings)]);
  const clients = await Promise.all(servers.map((server) => connect(KINDS[0], server, SAYS_YES)));
  await sandbox.fault(struck('slow_next', { ms: 500 }));
  const outcomes = await Promise.all(clients.map(accept));
  assert.equal(await sandbox.purchases(), 1, JSON.stringify(outcomes));
  assert.equal(outcomes.filter((outcome) => outcome.document_number === QUOTE).length >= 1, true, JSON.stringify(outcomes));
  const calls = (await sandbox.ledger()).operations.find((row) => row.operation === 'acceptPurchaseQuote').calls;
  assert.equal(calls, 1, 'one of them sent nothing');
  const later = await accept(clients[1]);
  assert.match(later.notes?.[0] ?? '', /Nothing was sent again/, JSON.stringify(later));
  await Promise.all([...clients.map((client) => client.close()), ...servers.map((server) => server.stop())]);
});

await step('two servers on one PostgreSQL keep the limit of requests a minute together', async () => {
  const postgres = await startPostgres();
  const settings = { ...(await afresh({ 'infinity.requests_per_minute': 0 })), STATE_URL: postgres.url, INFINITY_REQUESTS_PER_MINUTE: '12', MCP_CALL_TIMEOUT_MS: '3000' };
  const servers = await Promise.all([startHttp(settings), startHttp(settings)]);
  const clients = await Promise.all(servers.map((server) => connect(KINDS[0], server)));
  const asked = Array.from({ length: 20 }, (_, n) => clients[n % 2].call('infinity_get_profile', {}));
  const answers = await Promise.all(asked);
  assert.equal(answers.filter((answer) => !answer.isError).length, 12);
  const refused = answers.filter((answer) => answer.isError).map((answer) => JSON.parse(answer.content[0].text));
  assert.ok(refused.every((error) => error.code === 'rate_limited' && error.retry_after_seconds > 30), JSON.stringify(refused));
  const calls = (await sandbox.ledger()).operations.filter((row) => row.service === 'infinity').reduce((sum, row) => sum + row.calls, 0);
  assert.equal(calls, 12, 'no request more reached the service');
  await Promise.all([...clients.map((client) => client.close()), ...servers.map((server) => server.stop())]);
});

await sandbox.stop();
finish();
