import type { Clock } from '../clock.js';
import type { Endpoint, SendOptions, Transport } from '../transport/transport.js';
import type { Message } from '../wire/message.js';
import type { QueryOptions, Question } from '../wire/query.js';
import { Attempts } from './attempts.js';

export interface ExchangeOptions extends QueryOptions, Omit<SendOptions, 'onCaseLost'> {
  /** Straight over TCP. */
  tcp?: boolean;
  /**
   * Milliseconds without an answer after which the datagram is sent again, with a new id and from a new port; doubled each time.
   * Default 400, or a quarter of the time where that is less.
   */
  resendAfterMs?: number;
  /** Called for every query that is sent, repeated ones included. */
  onPacket?: (via: Via) => void;
}

export type Via = 'udp' | 'tcp' | 'https';

export type Outcome =
  | {
      kind: 'answer';
      message: Message;
      /** Of the packet that was answered, not of those lost before. */
      rttMs: number;
      via: Via;
      /** The answers over UDP had lost the letter case of the question, so that this one was asked for over TCP. */
      caseLost?: true;
      /** The server could not read or does not support EDNS, and answered without it. */
      withoutEdns?: true;
    }
  /** The answer over UDP was cut off, and none came over TCP; `message` is what there was. */
  | { kind: 'truncated'; message: Message; rttMs: number }
  /** Only answers came that had lost the letter case of the question; over TCP none or such ones too. */
  | { kind: 'case-lost'; message: Message; rttMs: number }
  | { kind: 'malformed' }
  /** `refused`: not silence, but a closed port; over UDP or TCP. */
  | { kind: 'timeout'; refused?: true }
  | { kind: 'no-route' };

/** Asks one server one question. Rejects on abort only, with the signal's reason. */
export type Exchange = (question: Question, server: Endpoint, options: ExchangeOptions) => Promise<Outcome>;

/**
 * Over UDP, again where packets get lost, and over TCP where the answer does not fit, cannot be trusted or does not come.
 * Once more without EDNS, in the time that is left, if the server cannot do it.
 */
export function exchangeBy(transport: Transport, clock: Clock): Exchange {
  return async (question, server, options) => {
    options.signal.throwIfAborted();
    const deadline = clock.now() + options.timeoutMs;
    const outcome = await new Attempts(transport, clock, question, server, options).run();
    const timeoutMs = deadline - clock.now();
    if (options.edns === false || !refusesEdns(outcome) || timeoutMs <= 0) return outcome;
    const plain = { ...options, edns: false, timeoutMs };
    const second = await new Attempts(transport, clock, question, server, plain).run();
    return second.kind === 'answer' ? { ...second, withoutEdns: true } : outcome;
  };
}

/** RFC 6891 section 7: a server without EDNS answers FORMERR or NOTIMP, and without an OPT record. */
function refusesEdns(outcome: Outcome): boolean {
  if (outcome.kind !== 'answer') return false;
  const { rcode, edns } = outcome.message;
  return rcode === BADVERS || (!edns && (rcode === 'FORMERR' || rcode === 'NOTIMP'));
}

const BADVERS = 'RCODE_16';
