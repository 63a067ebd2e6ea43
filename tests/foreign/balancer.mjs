// A balancer as simple as can be: each request goes to a server picked at random, nothing is tried twice.

import http from 'node:http';

/**
 * Starts it on loopback before these servers; `servers` may change while it runs. A request that surely did not arrive is
 * answered with 503, one that may have arrived with 502.
 */
export async function startBalancer(servers) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  const balancer = { servers, passed: new Map() };
  const listener = http.createServer((request, response) => {
    const server = balancer.servers[Math.floor(Math.random() * balancer.servers.length)];
    const target = new URL(request.url, server.url);
    const passed = http.request(target, { method: request.method, headers: request.headers, agent }, (answer) => {
      balancer.passed.set(server, (balancer.passed.get(server) ?? 0) + 1);
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    passed.on('error', (error) => {
      if (response.headersSent) return response.destroy();
      const arrived = error.code !== 'ECONNREFUSED';
      response.writeHead(arrived ? 502 : 503, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: true, code: arrived ? 'may_have_arrived' : 'did_not_arrive' }));
    });
    // A client that goes takes its request with it.
    response.on('close', () => response.writableFinished || passed.destroy());
    request.pipe(passed);
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  balancer.url = `http://127.0.0.1:${listener.address().port}/mcp`;
  balancer.stop = () => {
    listener.close();
    listener.closeAllConnections();
    agent.destroy();
  };
  return balancer;
}
