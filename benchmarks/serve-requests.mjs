// What clients of `domainproof serve` do in its benchmark, the good and the bad ones. All resolve with what came of it.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

export const TOKEN = 'the-token-of-the-benchmark';

/** A record of a challenge; names differ, so that each is a write of its own. */
export function challenge(number) {
  return {
    fqdn: `_acme-challenge.host-${number}.example.${number % 2 === 0 ? 'com' : 'net'}.`,
    value: randomBytes(32).toString('base64url'),
  };
}

/** As lego sends it. Resolves with the status, 0 if there was no answer, and the milliseconds. */
export async function good(url, path, body) {
  const startedAt = performance.now();
  const status = await fetch(`${url}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  }).then(
    (response) => response.text().then(() => response.status),
    () => 0,
  );
  return { status, ms: performance.now() - startedAt };
}

const HEAD = 'POST /present HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
const AUTHORIZED = `${HEAD}Authorization: Bearer ${TOKEN}\r\n`;

/** What bad clients begin with, by kind; `drips` go on with a byte now and then. */
export const BAD = {
  slowHeaders: { text: `${HEAD}X-Slow: `, drips: true },
  slowBody: { text: `${AUTHORIZED}Content-Length: 4000\r\n\r\n{`, drips: true },
  oversized: { text: `${AUTHORIZED}Content-Length: 1000000\r\n\r\n${'x'.repeat(100_000)}` },
  malformed: { text: `${AUTHORIZED}Content-Length: 9\r\nConnection: close\r\n\r\n{"fqdn":7` },
  garbage: { text: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n' },
  unauthenticated: { text: `${HEAD}Connection: close\r\nContent-Length: 2\r\n\r\n{}` },
};

/** Resolved when the server has closed the connection, or when `leave` was called. */
export function bad(url, { text, drips }) {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => {}).on('connect', () => socket.write(text, 'latin1'));
  socket.resume();
  const dripping = drips && setInterval(() => socket.write('x'), 200);
  const closed = new Promise((resolve) => socket.on('close', resolve)).then(() => clearInterval(dripping));
  return { closed, leave: () => socket.destroy() };
}
