import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Frames, frame } from './frames.js';
import { ADDRESS } from './loopback.js';

/** Takes DNS messages over TCP. */
export interface Relay {
  readonly port: number;
  close(): Promise<void>;
}

/** @param serve answers one message, or does not; if it rejects, the connection is reset */
export async function startRelay(
  serve: (message: Buffer, client: Socket) => Promise<unknown>,
): Promise<Relay> {
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    sockets.add(client);
    const frames = new Frames();
    client.on('close', () => sockets.delete(client));
    client.on('error', () => {}); // The client has gone: nothing is left to be told.
    client.on('data', (data) => {
      for (const message of frames.push(data)) serve(message, client).catch(() => client.resetAndDestroy());
    });
  });
  listener.listen(0, ADDRESS);
  await once(listener, 'listening');
  return {
    port: (listener.address() as { port: number }).port,
    async close() {
      const closed = once(listener, 'close');
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/**
 * The server's answer to one message, both as they are.
 *
 * @throws Error if the server closes the connection without one
 */
export async function forwarded(message: Buffer, serverPort: number): Promise<Buffer> {
  const socket = connect(serverPort, ADDRESS);
  const frames = new Frames();
  socket.write(frame(message));
  try {
    for await (const data of socket) {
      const [answer] = frames.push(data as Buffer);
      if (answer) return answer;
    }
    throw new Error('The name server closed the connection.');
  } finally {
    socket.destroy();
  }
}
