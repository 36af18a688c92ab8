import type { Clock } from '../clock.js';
import type { Endpoint, Received, SendOptions, Transport } from '../transport/transport.js';
import { decodeMessage, isTruncated, type Message } from '../wire/message.js';
import { encodeQuery, type QueryOptions, type Question } from '../wire/query.js';

export interface ExchangeOptions extends QueryOptions, SendOptions {
  /** Straight over TCP. */
  tcp?: boolean;
}

export type Via = 'udp' | 'tcp' | 'https';

export type Outcome =
  | { kind: 'answer'; message: Message; rttMs: number; via: Via }
  /** The answer over UDP was cut off, and none came over TCP; `message` is what there was. */
  | { kind: 'truncated'; message: Message; rttMs: number }
  /** Only answers came that had lost the letter case of the question; over UDP and TCP. */
  | { kind: 'case-lost'; message: Message; rttMs: number }
  | { kind: 'malformed' }
  | { kind: 'timeout' }
  | { kind: 'no-route' };

/** Asks one server one question. Rejects on abort only, with the signal's reason. */
export type Exchange = (question: Question, server: Endpoint, options: ExchangeOptions) => Promise<Outcome>;

/** Over UDP, and over TCP where the answer did not fit. */
export function exchangeBy(transport: Transport, clock: Clock): Exchange {
  return async (question, server, { timeoutMs, signal, tcp, ...queryOptions }) => {
    signal.throwIfAborted();
    const query = encodeQuery(question, queryOptions);
    const startedAt = clock.now();
    let via: Via = tcp ? 'tcp' : 'udp';
    let received: Received = await transport[via](query, server, { timeoutMs, signal });
    if (via === 'udp' && received.kind === 'packet' && isTruncated(received.packet)) {
      const leftMs = Math.max(1, timeoutMs - (clock.now() - startedAt));
      const cut = received.packet;
      via = 'tcp';
      received = await transport.tcp(query, server, { timeoutMs: leftMs, signal });
      if (received.kind === 'closed' || received.kind === 'timeout')
        return read(cut, (message) => ({ kind: 'truncated', message, rttMs: clock.now() - startedAt }));
    }
    if (received.kind === 'closed') return { kind: 'timeout' };
    if (received.kind !== 'packet') return received;
    const rttMs = clock.now() - startedAt;
    return read(received.packet, (message) => ({ kind: 'answer', message, rttMs, via }));
  };
}

function read(packet: Buffer, outcome: (message: Message) => Outcome): Outcome {
  try {
    return outcome(decodeMessage(packet));
  } catch {
    return { kind: 'malformed' };
  }
}
