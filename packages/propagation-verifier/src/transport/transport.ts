import type { Query } from '../wire/query.js';

export interface Endpoint {
  address: string;
  port: number;
}

/**
 * `packet`: a response to the query, `isResponseTo` having said so. `malformed`: packets came from the server, but none that
 * answers the query. `closed`: the connection was refused or cut. `no-route`: this machine's own network refused to send.
 */
export type Received =
  | { kind: 'packet'; packet: Buffer }
  | { kind: 'malformed' }
  | { kind: 'timeout' }
  | { kind: 'closed' }
  | { kind: 'no-route' };

export interface SendOptions {
  timeoutMs: number;
  signal: AbortSignal;
}

/** Carries one query to one server and its response back. Each rejects on abort only, with the signal's reason, and leaves nothing open. */
export interface Transport {
  /** One datagram from a new random port. Packets that are no response to the query are passed over, and waiting goes on. */
  udp(query: Query, server: Endpoint, options: SendOptions): Promise<Received>;
  tcp(query: Query, server: Endpoint, options: SendOptions): Promise<Received>;
  /** RFC 8484, POST. */
  https(query: Query, url: string, options: SendOptions): Promise<Received>;
}
