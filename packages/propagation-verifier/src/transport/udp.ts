import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { matchResponse, type Query } from '../wire/query.js';
import type { Endpoint, Received, SendOptions } from './transport.js';

/** What the system says when it has no way to the address, as against a server that does not answer. */
const NO_ROUTE: ReadonlySet<string | undefined> = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'EINVAL',
  'EACCES',
  'EPERM',
]);

export function isNoRoute(error: Error): boolean {
  return NO_ROUTE.has((error as NodeJS.ErrnoException).code);
}

/**
 * One datagram out, the first right answer back. The socket is new, so its source port is random, and it is connected,
 * so the system drops what others send. Packets with another id or question are ignored.
 * Rejects with the signal's reason on abort. Nothing stays open.
 */
export function askUdp(
  query: Query,
  server: Endpoint,
  { timeoutMs, signal }: SendOptions,
): Promise<Received> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
    let sawOther = false;
    const close = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.removeAllListeners();
      // Errors of a question that is over concern nobody.
      socket.on('error', () => {});
      socket.close();
    };
    const finish = (received: Received) => {
      close();
      resolve(received);
    };
    const onAbort = () => {
      close();
      reject(signal.reason);
    };
    const timer = setTimeout(() => finish({ kind: sawOther ? 'malformed' : 'timeout' }), timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', (error) => finish({ kind: isNoRoute(error) ? 'no-route' : 'timeout' }));
    socket.on('message', (packet) => {
      if (matchResponse(query, packet) === 'response') finish({ kind: 'packet', packet });
      else sawOther = true;
    });
    socket.on('connect', () => socket.send(query.bytes));
    socket.connect(server.port, server.address);
  });
}
