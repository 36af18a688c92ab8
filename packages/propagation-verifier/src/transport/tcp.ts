import type { Query } from '../wire/query.js';
import { TcpConnection } from './tcp-connection.js';
import type { CaseLost, Endpoint, Received, SendOptions } from './transport.js';

/** Shorter than servers keep idle connections, so that it is we who close. */
const IDLE_MS = 3_000;

/** Connections by server, kept for a while after the last answer, so that the next question needs no handshake (RFC 7766). */
export class TcpConnections {
  readonly #idleMs: number;
  readonly #open = new Map<string, TcpConnection>();

  constructor(idleMs = IDLE_MS) {
    this.#idleMs = idleMs;
  }

  /**
   * One question over a connection that others may share. If the server closes the connection, as it may at any time, the
   * question is asked once more over a connection of its own. Rejects with the signal's reason on abort.
   */
  async ask(query: Query, server: Endpoint, options: SendOptions): Promise<Received | CaseLost> {
    options.signal.throwIfAborted();
    const startedAt = performance.now();
    const received = await this.#connectionTo(server).ask(query, options);
    if (received.kind !== 'cut') return received;
    const timeoutMs = Math.max(1, options.timeoutMs - (performance.now() - startedAt));
    const again = await new TcpConnection(server, 0, () => {}).ask(query, { ...options, timeoutMs });
    return again.kind === 'cut' ? { kind: again.withinAnswer ? 'malformed' : 'closed' } : again;
  }

  #connectionTo(server: Endpoint): TcpConnection {
    const key = `${server.address} ${server.port}`;
    const open = this.#open.get(key);
    if (open) return open;
    const connection: TcpConnection = new TcpConnection(server, this.#idleMs, () => {
      if (this.#open.get(key) === connection) this.#open.delete(key);
    });
    this.#open.set(key, connection);
    return connection;
  }
}

const connections = new TcpConnections();

/** One question over TCP (RFC 1035 section 4.2.2), by a connection that all questions of this process to the server share. */
export function askTcp(query: Query, server: Endpoint, options: SendOptions): Promise<Received | CaseLost> {
  return connections.ask(query, server, options);
}
