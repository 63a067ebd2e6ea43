// Every operation of both services, called by the server's own tools through a proxy that holds what is sent and what
// comes back against the documents. CODEGEN names the program that writes the documents with their fixes.

import assert from 'node:assert/strict';

import { unheard } from './awake.mjs';
import { connect, KINDS } from './clients.mjs';
import { documentOf, startPrism } from './prism.mjs';
import { startHttp, startSandbox } from './start.mjs';
import { finish, step } from './steps.mjs';

const TOKEN = 'a-bearer-of-the-foreign-clients';
const place = { workspace_id: 'Nordlicht IT-Systemhaus GmbH' };
const here = { ...place, board_id: 'Projects' };
const buyer = 'einkauf@nordlicht.example';
const customer = { name: 'Alpenblick Hotel AG', street: 'Seestrasse 12', postal_code: '8002', city: 'Zürich', country: 'CH' };

const sandbox = await startSandbox();
await sandbox.fault({ 'infinity.requests_per_minute': 0 });
const documents = { infinigate: documentOf('infinigate'), infinity: documentOf('startinfinity') };
const proxies = {
  infinigate: await startPrism(documents.infinigate, sandbox.settings.INFINIGATE_BASE_URL),
  infinity: await startPrism(documents.infinity, sandbox.settings.INFINITY_API_BASE_URL),
};
const server = await startHttp({
  ...sandbox.settings,
  INFINIGATE_BASE_URL: proxies.infinigate.url,
  INFINITY_API_BASE_URL: proxies.infinity.url,
  INFINITY_REQUESTS_PER_MINUTE: '10000',
  MCP_AUTH_TOKEN: TOKEN,
  MCP_TOOLSETS: 'all',
});
// It cannot be asked, so whatever needs a yes goes the two-step way.
const client = await connect(KINDS[0], server);

/** Calls a tool, with the token where one is wanted; a refusal ends the step. */
async function call(tool, args = {}) {
  let result = await client.call(tool, args);
  const token = result.isError && JSON.parse(result.content[0].text).confirmation_token;
  if (token) result = await client.call(tool, { ...args, confirmation_token: token });
  assert.notEqual(result.isError, true, `${tool}: ${result.content[0].text}`);
  return result.structuredContent;
}

/** One step: these calls, and nothing that the proxies complain about. */
async function fits(name, work) {
  await step(name, async () => {
    const before = Object.values(proxies).map((proxy) => proxy.violations().length);
    await work();
    const found = Object.values(proxies).flatMap((proxy, at) => proxy.violations().slice(before[at]));
    assert.deepEqual(found, []);
  });
}

/** The rows of a table as objects. */
const rows = (table) => table.rows.map((cells) => Object.fromEntries(table.columns.map((column, at) => [column, cells[at]])));

await fits('Infinigate: articles and prices are read', async () => {
  const manufacturers = await call('infinigate_list_manufacturers');
  assert.ok(manufacturers.count > 0, JSON.stringify(manufacturers));
  await call('infinigate_search_products', { query: 'firewall', vendors: ['Sophos', 'WatchGuard'], take: 2, skip: 1 });
  // Only a list that does not tell its length has to be counted.
  await sandbox.fault({ 'infinigate.list_shape_pricelist': 'array' });
  await call('infinigate_search_products', { query: 'firewall', take: 1 });
  await sandbox.fault({ 'infinigate.list_shape_pricelist': 'paged' });
  await call('infinigate_get_price_list', { manufacturer: 'Sophos', take: 3 });
  await call('infinigate_get_products_by_sku', { skus: ['200417', 'nothing-has-this-number'] });
  await call('infinigate_get_products_by_sku', { skus: ['WGT20033', 'A/B C&D'], sku_type: 'vendor' });
});

await fits('Infinigate: invoices, credit memos and quotes are listed and read both ways', async () => {
  for (const document_type of ['invoice', 'credit_memo']) {
    const list = await call('infinigate_list_invoices', { document_type, take: 3 });
    const [first] = list.rows ? rows(list) : list.documents ?? list.invoices;
    await call('infinigate_get_invoice', { document_type, document_number: first.document_number ?? first.number });
    await call('infinigate_get_invoice', { document_type, document_guid: first.document_guid ?? first.guid });
  }
  await call('infinigate_list_invoices', { from: '2026-01-01', to: '2026-06-30', vendor: 'Sophos' });
  await call('infinigate_list_quotes', { take: 2 });
  await call('infinigate_get_quote', { document_number: 'AN2600456', include_addresses: true });
  await call('infinigate_spend_report', { group_by: 'vendor' });
  await call('infinigate_msp_usage');
  await call('infinigate_list_renewals');
});

await fits('Infinigate: a quote is bought, one turned down, one asked for, an order placed', async () => {
  const bought = await call('infinigate_accept_quote', { document_number: 'AN2600444', accepted_by: buyer });
  await call('infinigate_get_quote', { document_guid: bought.document_guid });
  await call('infinigate_reject_quote', { document_number: 'AN2600456', rejected_by: buyer, comment: 'Zu spät & zu teuer' });
  await call('infinigate_request_quote', { reference: 'Anfrage 7', lines: [{ sku: '200417', quantity: 3 }], end_customer: customer });
  await call('infinigate_create_order', { po_number: 'PO-2026-77', lines: [{ sku: '200417', quantity: 2 }], end_customer: customer });
});

await fits('StartInfinity: profile, workspaces and members', async () => {
  await call('infinity_get_profile');
  await call('infinity_list_workspaces', { limit: 1 });
  const invited = await call('infinity_invite_workspace_member', { ...place, email: 'neu@nordlicht.example' });
  const members = await call('infinity_list_workspace_members', place);
  const user_id = String(invited.id ?? members.members.at(-1).id);
  await call('infinity_add_workspace_member', { ...place, user_id });
  await call('infinity_remove_workspace_member', { ...place, user_id });
});

const board = { ...place, board_id: 'Vertragsprüfung' };
const kept = {};

await fits('StartInfinity: a board, its folders and its attributes', async () => {
  await call('infinity_create_board', { ...place, name: board.board_id, color: '#2B7DE9', description: 'Alles & mehr' });
  await call('infinity_get_board', board);
  await call('infinity_create_folder', { ...board, name: 'Offen' });
  await call('infinity_create_folder', { ...board, name: 'Später', parent_id: 'Offen' });
  await call('infinity_update_folder', { ...board, folder_id: 'Später', name: 'Irgendwann', color: '#F2A33A' });
  await call('infinity_get_folder', { ...board, folder_id: 'Irgendwann' });
  await call('infinity_create_attribute', { ...board, name: 'Name', type: 'text', folder_ids: ['Offen', 'Irgendwann'] });
  await call('infinity_create_attribute', { ...board, name: 'Stand', type: 'label', labels: ['Neu', 'Fertig'], folder_ids: ['Offen'] });
  await call('infinity_create_attribute', { ...board, name: 'Dateien', type: 'attachments', folder_ids: ['Offen'] });
  await call('infinity_update_attribute', { ...board, attribute_id: 'Stand', name: 'Status', add_labels: ['Wartet'] });
  await call('infinity_get_attribute', { ...board, attribute_id: 'Status' });
  await call('infinity_describe_board', board);
});

await fits('StartInfinity: items, subitems, comments and files', async () => {
  const item = await call('infinity_create_item', { ...board, folder_id: 'Offen', name: 'Erstes', values: { Status: 'Neu' } });
  kept.item = { ...board, item_id: item.id };
  await call('infinity_create_items', { ...board, folder_id: 'Offen', items: [{ name: 'Zweites' }, { name: 'Drittes' }] });
  await call('infinity_create_subitem', { ...board, folder_id: 'Offen', parent_item_id: item.id, name: 'Darunter' });
  await call('infinity_update_item', { ...kept.item, values: { Status: ['Fertig'] } });
  await call('infinity_get_item', kept.item);
  await call('infinity_list_items', { ...board, folder_id: 'Offen', limit: 2, sort_by: 'created_at', sort_direction: 'desc' });
  await call('infinity_search_items', { ...board, filters: [{ field: 'Status', is: 'equals', value: 'Fertig' }] });
  const comment = await call('infinity_create_comment', { ...kept.item, text: 'Bitte <anrufen> & klären' });
  const said = { ...kept.item, comment_id: comment.id };
  await call('infinity_update_comment', { ...said, text: 'Erledigt' });
  await call('infinity_get_comment', said);
  await call('infinity_list_comments', kept.item);
  await call('infinity_delete_comment', said);
  await call('infinity_upload_attachment_from_base64', { ...kept.item, attribute_id: 'Dateien', file_name: 'Angebot ü.txt', content_base64: Buffer.from('Guten Tag').toString('base64'), content_type: 'text/plain' });
  await call('infinity_upload_attachment_from_url', { ...place, url: 'https://files.example.com/offer.pdf' });
});

await fits('StartInfinity: views, hooks, references and time', async () => {
  await call('infinity_create_view', { ...board, folder_id: 'Offen', name: 'Nach Status', type: 'column' });
  await call('infinity_list_views', board);
  await call('infinity_update_view', { ...board, view_id: 'Nach Status', name: 'Tafel' });
  await call('infinity_get_view', { ...board, view_id: 'Tafel' });
  const hook = await call('infinity_create_hook', { ...board, url: 'https://hooks.example.com/infinity', events: ['item.created'] });
  await call('infinity_list_hooks', board);
  await call('infinity_update_hook', { ...board, hook_id: hook.id, events: ['comment.created', 'item.created'] });
  await call('infinity_delete_hook', { ...board, hook_id: hook.id });
  const [from, to] = rows(await call('infinity_list_items', { ...here, limit: 100 })).filter((row) => !row.parent_id);
  const reference = await call('infinity_create_reference', { ...here, from_item_id: from.id, to_item_id: to.id });
  await call('infinity_delete_reference', { ...here, reference_id: reference.id });
  const entry = await call('infinity_create_time_entry', { ...here, item_id: from.id, started_at: '2026-11-20T08:00:00Z', ended_at: '2026-11-20T09:30:00Z' });
  await call('infinity_update_time_entry', { ...here, time_entry_id: entry.id, ended_at: '2026-11-20T10:00:00Z' });
  await call('infinity_delete_time_entry', { ...here, time_entry_id: entry.id });
});

await fits('StartInfinity: what was made is taken away again', async () => {
  await call('infinity_delete_view', { ...board, view_id: 'Tafel' });
  await call('infinity_delete_attribute', { ...board, attribute_id: 'Status' });
  await call('infinity_archive_item', kept.item);
  await call('infinity_archive_folder', { ...board, folder_id: 'Offen' });
});

await client.close();
await server.stop();
for (const [service, document] of Object.entries(documents)) {
  await step(`${service}: all ${document.operations.length} operations of the document passed the proxy with a success`, async () => {
    await proxies[service].stop();
    assert.deepEqual(proxies[service].violations(), []);
    const { operations, refused } = await sandbox.ledger();
    const done = operations.filter((one) => one.service === service && one.effects > 0).map((one) => one.operation);
    assert.deepEqual(document.operations.map(({ id }) => id).filter((id) => !done.includes(id)), []);
    assert.deepEqual(refused.filter((one) => one.service === service), []);
    const called = operations.filter((one) => one.service === service).reduce((sum, one) => sum + one.calls, 0);
    assert.equal(proxies[service].forwarded(), called, 'nothing reached the simulator beside the proxy');
  });
}

for (const [service, document] of Object.entries(documents)) {
  await step(`${service}: nonsense is told, whichever operation answers it`, async () => assert.deepEqual(await unheard(document), []));
}

await sandbox.stop();
finish();
