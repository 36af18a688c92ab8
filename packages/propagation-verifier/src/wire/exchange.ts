import { decodeMessage, encodeQuery, isTruncated, type Message, type Question } from './message.js';
import { askTcp } from './tcp.js';
import { askUdp, type Endpoint } from './udp.js';

export interface ExchangeOptions {
  recursionDesired: boolean;
  /** Milliseconds for the question, TCP included. */
  timeoutMs: number;
  signal: AbortSignal;
}

export type Outcome =
  | { kind: 'answer'; message: Message; rttMs: number }
  | { kind: 'malformed' }
  | { kind: 'timeout' }
  | { kind: 'no-route' };

/** Asks one server one question. Rejects on abort only, with the signal's reason. */
export type Exchange = (question: Question, server: Endpoint, options: ExchangeOptions) => Promise<Outcome>;

/** Over UDP, and over TCP where the answer did not fit. */
export const exchange: Exchange = async (question, server, { recursionDesired, timeoutMs, signal }) => {
  signal.throwIfAborted();
  const query = encodeQuery(question, recursionDesired);
  const startedAt = performance.now();
  let received = await askUdp(query, server, timeoutMs, signal);
  if (received.kind === 'packet' && isTruncated(received.packet)) {
    const leftMs = Math.max(1, timeoutMs - (performance.now() - startedAt));
    received = await askTcp(query, server, leftMs, signal);
  }
  if (received.kind !== 'packet') return received;
  const rttMs = performance.now() - startedAt;
  try {
    return { kind: 'answer', message: decodeMessage(received.packet), rttMs };
  } catch {
    return { kind: 'malformed' };
  }
};
