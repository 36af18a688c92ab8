import packet, { type DecodedPacket } from 'dns-packet';
import type { Clock } from '../../src/clock.js';
import type { CaseLost, Endpoint, Received, SendOptions, Transport } from '../../src/transport/transport.js';
import { matchResponse, type Query } from '../../src/wire/query.js';

export type Via = 'udp' | 'tcp' | 'https';

export interface Asked {
  query: DecodedPacket;
  /** In lower case, without final dot. */
  name: string;
  type: string;
  via: Via;
  /** The asked address, or URL. */
  to: string;
  /** Milliseconds of the virtual clock. */
  at: number;
}

/** Packets to be sent back; none for silence. A promise may take virtual time. */
export type Answerer = (asked: Asked) => readonly Buffer[] | Promise<readonly Buffer[]>;

export interface Host {
  answer: Answerer;
  /** Milliseconds there and back. Default 10. */
  rttMs?: number;
  /** Part of the datagrams that get lost, on each way. Default 0. */
  loss?: number;
  /** `closed`: refused at once. `silent`: dropped. Default `open`. */
  tcp?: 'open' | 'closed' | 'silent';
  /** Milliseconds that an answer over TCP takes besides. Default 0. */
  tcpDelayMs?: number;
  /** Up to so many milliseconds that a datagram may take besides, so that answers overtake each other. Default 0. */
  jitterMs?: number;
  udp?: 'open' | 'silent';
}

/** Carries packets between the verifier and hosts that answer in memory, on a virtual clock. */
export class Internet implements Transport {
  readonly log: Asked[] = [];
  readonly #clock: Clock;
  readonly #hosts = new Map<string, Host>();
  readonly #unreachable = new Set<string>();
  #random = randomFrom(1);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `address` is an IP address, or the URL of a service over HTTPS. */
  connect(address: string, host: Host): void {
    this.#hosts.set(address, host);
  }

  host(address: string): Host {
    const host = this.#hosts.get(address);
    if (!host) throw new Error(`There is no host at ${address}.`);
    return host;
  }

  /** Other losses and delays than those of the first seed. */
  seed(seed: number): void {
    this.#random = randomFrom(seed);
  }

  /** This machine has no route to these. */
  cutOff(...addresses: string[]): void {
    for (const address of addresses) this.#unreachable.add(address);
  }

  restore(...addresses: string[]): void {
    for (const address of addresses) this.#unreachable.delete(address);
  }

  udp(query: Query, server: Endpoint, options: SendOptions): Promise<Received | CaseLost> {
    return this.#send(query, server.address, 'udp', options);
  }

  tcp(query: Query, server: Endpoint, options: SendOptions): Promise<Received | CaseLost> {
    return this.#send(query, server.address, 'tcp', options);
  }

  https(query: Query, url: string, options: SendOptions): Promise<Received> {
    return this.#send(query, url, 'https', options) as Promise<Received>;
  }

  async #send(
    query: Query,
    to: string,
    via: Via,
    { timeoutMs, signal, onCaseLost }: SendOptions,
  ): Promise<Received | CaseLost> {
    signal.throwIfAborted();
    if (this.#unreachable.has(to)) return { kind: 'no-route' };
    const timeout = new AbortController();
    const answer = this.#arrival(query, to, via, timeout.signal, onCaseLost);
    // A call that nobody waits for any more must not be an unhandled rejection.
    answer.catch(() => {});
    const over = this.#clock.sleep(timeoutMs, AbortSignal.any([signal, timeout.signal]));
    const silence = over.then((): Received => ({ kind: 'timeout' }));
    try {
      return await Promise.race([answer, silence]);
    } finally {
      silence.catch(() => {});
      timeout.abort(new Error('over'));
    }
  }

  async #arrival(
    query: Query,
    to: string,
    via: Via,
    signal: AbortSignal,
    onCaseLost?: () => void,
  ): Promise<Received | CaseLost> {
    const never = new Promise<Received>(() => {});
    const host = this.#hosts.get(to);
    const decoded = packet.decode(query.bytes);
    const question = decoded.questions?.[0];
    const asked: Asked = {
      query: decoded,
      // The root's name is decoded as a dot.
      name: question?.name.toLowerCase().replace(/^\.$/, '') ?? '',
      type: question?.type ?? '',
      via,
      to,
      at: this.#clock.now(),
    };
    this.log.push(asked);
    if (!host) return never;
    const { rttMs = 10, loss = 0, tcp = 'open', udp = 'open', tcpDelayMs = 0, jitterMs = 0 } = host;
    const isLost = via === 'udp' && (this.#random() < loss || this.#random() < loss);
    if (isLost || (via === 'udp' && udp === 'silent') || (via !== 'udp' && tcp === 'silent')) return never;
    await this.#clock.sleep(rttMs / 2, signal);
    if (via !== 'udp' && tcp === 'closed') return { kind: 'closed' };
    const replies = await host.answer(asked);
    const extraMs = via === 'udp' ? this.#random() * jitterMs : tcpDelayMs;
    await this.#clock.sleep(rttMs / 2 + extraMs, signal);
    const response = replies.find((reply) => matchResponse(query, reply) === 'response');
    if (response) return { kind: 'packet', packet: response };
    const caseLost = via !== 'https' && replies.find((reply) => matchResponse(query, reply) === 'case');
    if (caseLost && via === 'tcp') return { kind: 'case-lost', packet: caseLost };
    if (caseLost) onCaseLost?.();
    // As a real socket does: what is no response is passed over.
    return via === 'udp' || replies.length === 0 ? never : { kind: 'malformed' };
  }
}

/** Numbers from 0 to 1 that are the same in every run. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
