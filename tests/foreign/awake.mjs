// Whether a proxy that never complains is awake: behind it, a service that answers everything with nonsense.

import { createServer } from 'node:http';

import { startPrism } from './prism.mjs';

const SECRETS = { authorization: 'Bearer of-nobody', 'api-key': 'of-nobody' };
const VALUES = { workspace: '1', user: '1', documentGuid: '5a9ba48c-3649-4762-a3f7-a275a0fd6685' };

/** The operations of the document whose nonsensical answers, or bodies, nobody complained about. */
export async function unheard(document) {
  const nonsense = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' }).end('"nonsense"');
  });
  await new Promise((resolve) => nonsense.listen(0, '127.0.0.1', resolve));
  const proxy = await startPrism(document, `http://127.0.0.1:${nonsense.address().port}`);
  try {
    const quiet = [];
    for (const { id, method, template, takesJson } of document.operations) {
      const path = template.replace(/\{(\w+)\}/g, (_, name) => VALUES[name] ?? 'x');
      const sent = takesJson ? { body: '"nonsense"', headers: { ...SECRETS, 'content-type': 'application/json' } } : { headers: SECRETS };
      const answer = await fetch(proxy.url + path, { method, ...sent });
      const told = JSON.parse(answer.headers.get('sl-violations') ?? '[]');
      const about = (place) => told.some(({ location }) => location[0] === place && location[1] === 'body');
      if (!about('response')) quiet.push(`${id}: its answer`);
      if (takesJson && !about('request')) quiet.push(`${id}: its body`);
    }
    return quiet;
  } finally {
    await proxy.stop();
    nonsense.closeAllConnections();
    nonsense.close();
  }
}
