// A board from nothing, by names only, through an official client: built, read back equal, searched, changed, archived;
// and items in bulk over a connection that breaks, without a duplicate.

import assert from 'node:assert/strict';

import { connect, KINDS } from './clients.mjs';
import { startHttp, startSandbox } from './start.mjs';
import { finish, step } from './steps.mjs';

const TOKEN = 'a-bearer-of-the-foreign-clients';
const HOME = 'Nordlicht IT-Systemhaus GmbH';
const here = { workspace_id: HOME, board_id: 'Einführung 2027' };
const SAYS_YES = () => ({ action: 'accept', content: { confirm: true } });
const sandbox = await startSandbox();
await sandbox.fault({ 'infinity.requests_per_minute': 0 });
const server = await startHttp({ ...sandbox.settings, MCP_AUTH_TOKEN: TOKEN, MCP_TOOLSETS: 'all', INFINITY_REQUESTS_PER_MINUTE: '10000' });
const client = await connect(KINDS[0], server, SAYS_YES);

async function call(tool, args) {
  const result = await client.call(tool, { ...here, ...args });
  assert.notEqual(result.isError, true, `${tool}: ${result.content[0].text}`);
  return result.structuredContent;
}

/** The rows of a table as objects. */
const rows = (table) => table.rows.map((cells) => Object.fromEntries(table.columns.map((column, at) => [column, cells[at]]).filter(([, cell]) => cell !== null)));

/** Every item of a folder, over all pages. */
async function everything(folder_id, fields) {
  const all = [];
  let after;
  do {
    const page = await call('infinity_list_items', { folder_id, limit: 100, fields, ...(after ? { after } : {}) });
    all.push(...rows(page));
    after = page.has_more ? page.after : undefined;
  } while (after);
  return all;
}

const ATTRIBUTES = [
  ['Notiz', 'longtext'],
  ['Stunden', 'number'],
  ['Fertig', 'checkbox'],
  ['Termin', 'date'],
  ['Stand', 'label', { labels: ['Offen', 'Läuft', 'Erledigt'] }],
  ['Wer', 'members'],
  ['Fortschritt', 'progress'],
  ['Wichtigkeit', 'rating'],
  ['Kontakt', 'email'],
  ['Telefon', 'phone'],
  ['Links', 'links'],
  ['Dateien', 'attachments'],
  ['Stimmen', 'vote'],
  ['Erstellt', 'created_at'],
  ['Erstellt von', 'created_by'],
  ['Geändert', 'updated_at'],
  ['Ordner', 'source_folder'],
];
const values = (n) => ({ Stunden: n / 2, Fertig: n % 2 === 0, Termin: `2027-01-${String((n % 28) + 1).padStart(2, '0')}`, Stand: ['Offen', 'Läuft', 'Erledigt'][n % 3], Kontakt: `kunde${n}@example.com` });
const items = Array.from({ length: 120 }, (_, n) => ({ name: `Kunde ${n}`, values: values(n) }));

await step('a board with folders and attributes of every type is built by names', async () => {
  await call('infinity_create_board', { board_id: undefined, name: here.board_id, description: 'Alle Kunden umstellen' });
  await call('infinity_create_folder', { name: 'Deutschland' });
  await call('infinity_create_folder', { name: 'Bayern', parent_id: 'Deutschland' });
  await call('infinity_create_attribute', { name: 'Name', type: 'text', folder_ids: ['deutschland', 'Bayern'] });
  for (const [name, type, more] of ATTRIBUTES) {
    const made = await call('infinity_create_attribute', { name, type, folder_ids: ['Deutschland'], ...more });
    assert.equal(made.type, type);
  }
  const board = await call('infinity_describe_board', {});
  for (const [name] of ATTRIBUTES) assert.ok(JSON.stringify(board).includes(`"${name}"`) || JSON.stringify(board).includes(name), `${name} is described`);
});

await step('120 items in bulk, and the same call again makes none', async () => {
  const batch = { folder_id: 'Deutschland', items, idempotency_key: 'erste-runde' };
  const made = await call('infinity_create_items', batch);
  assert.deepEqual([made.done, made.failed, made.unknown], [120, 0, 0], JSON.stringify(made).slice(0, 500));
  const again = await call('infinity_create_items', batch);
  assert.deepEqual(again.results, made.results);
});

await step('what is read back is what was written', async () => {
  const fields = ['Name', 'Stunden', 'Fertig', 'Termin', 'Stand', 'Kontakt'];
  const all = await everything('Deutschland', fields);
  assert.equal(all.length, 120);
  for (const [n, item] of items.entries()) {
    const row = all.find((row) => (row.title ?? row.Name) === item.name);
    assert.ok(row, `${item.name} is listed`);
    for (const name of ['Stunden', 'Termin', 'Stand', 'Kontakt']) assert.deepEqual(row[name], values(n)[name], `${item.name}: ${name}`);
  }
});

const one = async () => rows(await call('infinity_search_items', { filters: [{ field: 'Name', is: 'equals', value: 'Kunde 7' }] }))[0];

await step('subitems, comments, a view and a hook hang where they belong', async () => {
  const { id } = await one();
  for (const name of ['Angebot', 'Abnahme']) await call('infinity_create_subitem', { folder_id: 'Deutschland', parent_item_id: id, name });
  const below = rows(await call('infinity_list_subitems', { parent_item_id: id }));
  assert.deepEqual(below.map((row) => row.title).sort(), ['Abnahme', 'Angebot']);

  const comment = await call('infinity_create_comment', { item_id: id, text: 'Bitte <anrufen> & klären' });
  await call('infinity_create_comment', { item_id: id, text: 'Erledigt', parent_id: comment.id });
  const said = JSON.stringify(await call('infinity_list_comments', { item_id: id }));
  assert.match(said, /Bitte <anrufen> & klären/);

  await call('infinity_create_view', { folder_id: 'Deutschland', name: 'Nach Stand', type: 'column' });
  assert.match(JSON.stringify(await call('infinity_list_views', {})), /Nach Stand/);
  await call('infinity_create_hook', { url: 'https://hooks.example.com/infinity', events: ['item.created'] });
  assert.match(JSON.stringify(await call('infinity_list_hooks', {})), /hooks\.example\.com/);
});

await step('a reference and a time entry are kept, listed and removed again', async () => {
  const projects = { board_id: 'Projects' };
  const [from, to] = rows(await call('infinity_list_items', { ...projects, limit: 100 })).filter((row) => !row.parent_id);
  const reference = await call('infinity_create_reference', { ...projects, from_item_id: from.id, to_item_id: to.id });
  assert.match(JSON.stringify(await call('infinity_list_references', projects)), new RegExp(reference.id));
  const entry = await call('infinity_create_time_entry', { ...projects, item_id: from.id, started_at: '2026-11-20T08:00:00Z', ended_at: '2026-11-20T09:30:00Z', description: 'Aufbau' });
  const kept = await call('infinity_list_time_entries', projects);
  assert.equal(kept.time_entries.find((row) => row.id === entry.id)?.seconds, 5_400, JSON.stringify(kept));
  await call('infinity_delete_time_entry', { ...projects, time_entry_id: entry.id });
  assert.equal((await call('infinity_list_time_entries', projects)).count, 0);
});

await step('it is searched, changed and archived', async () => {
  const late = await call('infinity_search_items', { filters: [{ field: 'Stand', is: 'equals', value: 'erledigt' }, { field: 'Termin', is: 'before', value: '2027-01-10' }], limit: 100 });
  const expected = items.filter((_, n) => n % 3 === 2 && (n % 28) + 1 < 10).length;
  assert.deepEqual([late.count, late.complete], [expected, true], JSON.stringify(late).slice(0, 400));
  const { id } = await one();
  await call('infinity_update_item', { item_id: id, values: { Stand: 'Erledigt', Stunden: 12.5 } });
  const changed = await call('infinity_get_item', { item_id: id });
  assert.deepEqual([changed.values.Stand, changed.values.Stunden].flat(), ['Erledigt', 12.5]);
  await call('infinity_archive_item', { item_id: id });
  assert.match(client.asked.at(-1).message, /Kunde 7/);
  assert.equal(await one(), undefined);
});

for (const [place, spare] of [3, 11, 17, 29].entries()) {
  await step(`a connection that breaks after ${spare} requests leaves no duplicate`, async () => {
    const many = Array.from({ length: 20 }, (_, n) => ({ name: `Runde ${place}, ${n}` }));
    const batch = { folder_id: 'Bayern', items: many, idempotency_key: `runde-${place}` };
    await sandbox.fault({ 'infinity.reset_next': { spare, after_effect: place % 2 === 0 } });
    let report;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const result = await client.call('infinity_create_items', { ...here, ...batch });
      report = result.structuredContent;
      if (report?.done === 20) break;
    }
    assert.equal(report?.done, 20, JSON.stringify(report).slice(0, 600));
    await sandbox.fault({ 'infinity.reset_next': null });
    const names = (await everything('Bayern', ['Name'])).map((row) => row.title ?? row.Name).filter((name) => name.startsWith(`Runde ${place},`));
    assert.deepEqual(names.sort(), many.map((item) => item.name).sort());
  });
}

await client.close();
await server.stop();
await sandbox.stop();
finish();
