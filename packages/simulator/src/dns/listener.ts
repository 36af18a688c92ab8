import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import { type Query, RCODE, type Reply, readQuery, type Transport, writeReply } from './wire.js';

export type Answerer = (query: Query) => Reply | Promise<Reply>;

/** A query is a header, a name of 255 bytes at most, and EDNS options. */
const MAX_QUERY_BYTES = 4_096;
const MAX_CONNECTIONS = 256;
/** Questions of one TCP connection that may wait for their answers; reading pauses above it. */
const MAX_PIPELINED = 64;
const IDLE_MS = 10_000;

/** One DNS server on one address: UDP and TCP on the same port. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Binds both sockets.
 *
 * @param port 0 lets the system choose a port that is free for both protocols.
 * @throws the system's error (`EADDRINUSE`, `EADDRNOTAVAIL`), with nothing left bound.
 */
export async function listen(address: string, port: number, answerer: Answerer): Promise<Listener> {
  const udp = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4' });
  try {
    udp.bind({ address, port, exclusive: true });
    await once(udp, 'listening');
  } catch (error) {
    udp.close();
    throw error;
  }
  const bound = udp.address().port;
  const tcp = createServer();
  try {
    tcp.listen({ host: address, port: bound, exclusive: true });
    await once(tcp, 'listening');
  } catch (error) {
    udp.close();
    throw error;
  }
  serveUdp(udp, answerer);
  const connections = serveTcp(tcp, answerer);
  return {
    address,
    port: bound,
    async close() {
      const closed = [once(udp, 'close'), once(tcp, 'close')];
      udp.close();
      tcp.close();
      for (const connection of connections) connection.destroy();
      await Promise.all(closed);
    },
  };
}

function serveUdp(socket: UdpSocket, answerer: Answerer): void {
  let open = true;
  socket.on('close', () => {
    open = false;
  });
  // A datagram that cannot be delivered is lost, as on any network.
  socket.on('error', () => {});
  socket.on('message', async (message, peer) => {
    const reply = await replyTo(message, 'udp', answerer);
    if (reply && open) socket.send(reply, peer.port, peer.address, () => {});
  });
}

function serveTcp(server: Server, answerer: Answerer): Set<Socket> {
  const connections = new Set<Socket>();
  server.maxConnections = MAX_CONNECTIONS;
  server.on('error', () => {});
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.setNoDelay(true);
    serveConnection(socket, answerer);
  });
  return connections;
}

/** Messages with a length before each (RFC 1035 section 4.2.2), many under way at once, answered in the order of their completion (RFC 7766). */
function serveConnection(socket: Socket, answerer: Answerer): void {
  let received: Buffer = Buffer.alloc(0);
  let waiting = 0;
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    readMessages();
  });
  socket.on('drain', readMessages);

  function readMessages(): void {
    while (received.length >= 2 && waiting < MAX_PIPELINED && !socket.writableNeedDrain) {
      const length = received.readUInt16BE(0);
      if (length > MAX_QUERY_BYTES) {
        socket.destroy();
        return;
      }
      if (received.length < 2 + length) break;
      const message = received.subarray(2, 2 + length);
      received = received.subarray(2 + length);
      void answer(message);
    }
    if (waiting >= MAX_PIPELINED || socket.writableNeedDrain) socket.pause();
    else socket.resume();
  }

  async function answer(message: Buffer): Promise<void> {
    waiting += 1;
    const reply = await replyTo(message, 'tcp', answerer);
    waiting -= 1;
    if (socket.destroyed) return;
    if (reply && socket.writable) {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(reply.length);
      socket.write(Buffer.concat([length, reply]));
    }
    readMessages();
  }
}

async function replyTo(
  message: Buffer,
  transport: Transport,
  answerer: Answerer,
): Promise<Buffer | undefined> {
  const query = readQuery(message);
  if (query === undefined || Buffer.isBuffer(query)) return query;
  try {
    return writeReply(query, await answerer(query), transport);
  } catch {
    return writeReply(query, { rcode: RCODE.SERVFAIL }, transport);
  }
}
