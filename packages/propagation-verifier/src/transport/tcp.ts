import { connect } from 'node:net';
import { matchResponse, type Query } from '../wire/query.js';
import type { Endpoint, Received, SendOptions } from './transport.js';
import { isNoRoute } from './udp.js';

const LENGTH_BYTES = 2;

/**
 * One question and its answer over a connection of their own (RFC 1035 section 4.2.2). The length prefix bounds the answer
 * to 64 KiB; bytes after it are not read. Rejects with the signal's reason on abort. Nothing stays open.
 */
export function askTcp(
  query: Query,
  server: Endpoint,
  { timeoutMs, signal }: SendOptions,
): Promise<Received> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.address, port: server.port, noDelay: true });
    const chunks: Buffer[] = [];
    let bytes = 0;
    const close = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.removeAllListeners();
      // Errors of a question that is over concern nobody.
      socket.on('error', () => {});
      socket.destroy();
    };
    const finish = (received: Received) => {
      close();
      resolve(received);
    };
    const onAbort = () => {
      close();
      reject(signal.reason);
    };
    const onEnd = () => finish({ kind: bytes > 0 ? 'malformed' : 'timeout' });
    const timer = setTimeout(onEnd, timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', (error) => finish({ kind: isNoRoute(error) ? 'no-route' : 'closed' }));
    socket.on('close', onEnd);
    socket.on('end', onEnd);
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes < LENGTH_BYTES) return;
      const received = Buffer.concat(chunks);
      const end = LENGTH_BYTES + received.readUInt16BE(0);
      chunks.splice(0, chunks.length, received);
      if (bytes < end) return;
      const packet = received.subarray(LENGTH_BYTES, end);
      finish(
        matchResponse(query, packet) === 'response' ? { kind: 'packet', packet } : { kind: 'malformed' },
      );
    });
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt16BE(query.bytes.length);
    socket.write(Buffer.concat([length, query.bytes]));
  });
}
