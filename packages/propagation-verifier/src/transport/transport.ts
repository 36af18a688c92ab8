import type { Query } from '../wire/query.js';

export interface Endpoint {
  address: string;
  port: number;
}

/**
 * `packet`: a response to the query, `matchResponse` having said so; over TCP also a bare refusal. `malformed`: packets came from
 * the server, but none that answers the query. `closed`: the port is closed, or the connection was cut. `no-route`: this
 * machine's own network refused to send.
 */
export type Received =
  | { kind: 'packet'; packet: Buffer }
  | { kind: 'malformed' }
  | { kind: 'timeout' }
  | { kind: 'closed' }
  | { kind: 'no-route' };

/** A response in everything but the letter case of its name, and none that has it right. */
export interface CaseLost {
  kind: 'case-lost';
  packet: Buffer;
}

/** So many wrong packets came that somebody may be guessing; the socket has been closed before a guess can be right. */
export interface Flooded {
  kind: 'flooded';
}

export interface SendOptions {
  timeoutMs: number;
  signal: AbortSignal;
  /** Over UDP: called once, as soon as a response has come that has lost the letter case. Waiting goes on. */
  onCaseLost?: () => void;
}

/** Carries one query to one server and its response back. Each rejects on abort only, with the signal's reason, and leaves nothing open. */
export interface Transport {
  /** One datagram from a new random port. Packets that are no response to the query are passed over, and waiting goes on. */
  udp(query: Query, server: Endpoint, options: SendOptions): Promise<Received | CaseLost | Flooded>;
  tcp(query: Query, server: Endpoint, options: SendOptions): Promise<Received | CaseLost>;
  /** RFC 8484, POST. The letter case does not matter there. */
  https(query: Query, url: string, options: SendOptions): Promise<Received>;
}
