// A bare connection to the server, for what no HTTP library would send or take.

import net from 'node:net';

import { within } from './start.mjs';

/** Opens a connection, from another address of this machine if one is named; what comes back is kept as text. */
export async function open(url, localAddress) {
  const { hostname, port } = new URL(url);
  const socket = net.connect({ host: hostname, port: Number(port), allowHalfOpen: true, localAddress });
  const connection = { socket, text: '', closed: false };
  socket.on('data', (bytes) => (connection.text += bytes.toString('latin1')));
  // A reset is one way of closing.
  socket.on('error', () => {});
  connection.end = new Promise((resolve) => {
    for (const event of ['end', 'close']) socket.once(event, () => ((connection.closed = true), socket.destroy(), resolve()));
  });
  const connected = new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  await within(10_000, 'connecting', connected);
  return connection;
}

/** Says `bytes` on a new connection and waits until the server closes it. */
export async function exchange(url, bytes, patience = 5_000) {
  const connection = await open(url);
  connection.socket.write(bytes);
  await within(patience, 'closing', connection.end).catch(() => {});
  connection.socket.destroy();
  return { ...connection, answers: answersIn(connection.text) };
}

/** Every answer in what was received, each with a status, its headers and what JSON it brought. */
export function answersIn(text) {
  const answers = [];
  let rest = text;
  while (rest.startsWith('HTTP/1.')) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) break;
    const [line, ...lines] = rest.slice(0, end).split('\r\n');
    const headers = Object.fromEntries(lines.map((each) => [each.slice(0, each.indexOf(':')).toLowerCase(), each.slice(each.indexOf(':') + 1).trim()]));
    const length = Number(headers['content-length'] ?? 0);
    const body = rest.slice(end + 4, end + 4 + length);
    answers.push({ status: Number(line.split(' ')[1]), headers, body, json: parsed(body) });
    rest = rest.slice(end + 4 + length);
  }
  return answers;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
