import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Limits } from './limits.js';

/**
 * The connections of a server. Those that have not shown the token are few: a new one takes the place of the oldest, so that connections that
 * are only held open keep nobody out.
 */
export class Connections {
  /** In the order of their arrival. */
  readonly #strangers = new Set<Socket>();
  readonly #openResponses = new WeakMap<Socket, number>();

  constructor(server: Server, { strangers }: Pick<Limits, 'strangers'>) {
    // Half for those that have shown the token.
    server.maxConnections = 2 * strangers;
    server.on('connection', (socket) => {
      this.#strangers.add(socket);
      socket.on('close', () => this.#strangers.delete(socket));
      const [oldest] = this.#strangers;
      if (this.#strangers.size > strangers) oldest?.destroy();
    });
  }

  /** The connection has shown the token. */
  admit(socket: Socket): void {
    this.#strangers.delete(socket);
  }

  /** A request arrived on the connection; the answer to it is sent when the returned function is called. */
  open(socket: Socket): () => void {
    this.#openResponses.set(socket, this.#open(socket) + 1);
    return () => this.#openResponses.set(socket, this.#open(socket) - 1);
  }

  /** Whether a request of the connection waits for its answer: whatever is written now would be taken for that. */
  awaitsAnswer(socket: Socket): boolean {
    return this.#open(socket) > 0;
  }

  #open(socket: Socket): number {
    return this.#openResponses.get(socket) ?? 0;
  }
}
