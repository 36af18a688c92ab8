import { createSocket } from 'node:dgram';
import { matchResponse, type Query } from '../wire/query.js';
import { isV6 } from './family.js';
import { receivedFrom } from './refusal.js';
import type { CaseLost, Endpoint, Flooded, Received, SendOptions } from './transport.js';
import { Waiting } from './waiting.js';

/** A socket that nobody attacks gets none: its port is new, and the system drops what does not come from the server. */
const MAX_WRONG_PACKETS = 10;

/**
 * One datagram out, the first right answer back. The socket is new, so that its source port is drawn by the system, and it is
 * connected, so that the system drops what others send. Wrong packets are passed over; but somebody who knows the port could
 * try every id in a second, so that after ten of them the socket is closed, and the answer is `flooded`.
 * Rejects with the signal's reason on abort. Nothing stays open.
 */
export async function askUdp(
  query: Query,
  server: Endpoint,
  { timeoutMs, signal, onCaseLost }: SendOptions,
): Promise<Received | CaseLost | Flooded> {
  signal.throwIfAborted();
  const socket = createSocket(isV6(server.address) ? 'udp6' : 'udp4');
  let wrong = 0;
  let caseLost: CaseLost | undefined;
  const late = () => caseLost ?? { kind: wrong > 0 ? ('malformed' as const) : ('timeout' as const) };
  const waiting = new Waiting<Received | CaseLost | Flooded>(timeoutMs, signal, late, () => {
    socket.removeAllListeners();
    // Errors of a question that is over concern nobody.
    socket.on('error', () => {});
    socket.close();
  });
  socket.on('error', (error) => waiting.settle(receivedFrom(error)));
  socket.on('message', (packet) => {
    const match = matchResponse(query, packet);
    if (match === 'response') {
      waiting.settle({ kind: 'packet', packet });
      return;
    }
    wrong += 1;
    if (wrong === MAX_WRONG_PACKETS) waiting.settle({ kind: 'flooded' });
    else if (match === 'case' && !caseLost) {
      caseLost = { kind: 'case-lost', packet };
      onCaseLost?.();
    }
  });
  socket.on('connect', () => socket.send(query.bytes));
  socket.connect(server.port, server.address);
  return waiting.promise;
}
