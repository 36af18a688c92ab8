import type { ExchangeOptions, Outcome } from '../asking/exchange.js';
import type { Clock } from '../clock.js';
import type { Transport } from '../transport/transport.js';
import { decodeMessage } from '../wire/message.js';
import { encodeQuery, type Question } from '../wire/query.js';

/** One question to a resolver over HTTPS (RFC 8484). Rejects on abort only, with the signal's reason. */
export async function exchangeHttps(
  transport: Pick<Transport, 'https'>,
  clock: Clock,
  question: Question,
  url: URL,
  { timeoutMs, signal, ...queryOptions }: Omit<ExchangeOptions, 'tcp'>,
): Promise<Outcome> {
  signal.throwIfAborted();
  const startedAt = clock.now();
  const received = await transport.https(encodeQuery(question, queryOptions), url.href, {
    timeoutMs,
    signal,
  });
  // A connection that was cut is a question without answer.
  if (received.kind === 'closed') return { kind: 'timeout' };
  if (received.kind !== 'packet') return received;
  try {
    const message = decodeMessage(received.packet);
    return { kind: 'answer', message, rttMs: clock.now() - startedAt, via: 'https' };
  } catch {
    return { kind: 'malformed' };
  }
}
