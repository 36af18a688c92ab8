import { type ApiCallEvent, type Call, DnsError, isDnsError } from '@domainproof/core';
import { type Answer, parseAnswer } from './answer.js';
import { Exchange } from './exchange.js';
import {
  DeadlinePassed,
  type FailedRequest,
  Interrupted,
  presentable,
  toDnsError,
  unexpectedAnswer,
} from './failure.js';
import { manifest } from './manifest.js';
import { callSdk, type Parameters, type Place, type SdkAnswer } from './sdk-client.js';
import type { Session, Transport } from './transport.js';

const WRITES: ReadonlySet<string> = new Set(['AddDomainRecord', 'DeleteDomainRecord', 'OperateBatchDomain']);
/** Longer than this the vendor never asks to wait; a larger number is not believed. */
const MAX_RETRY_AFTER_MS = 300_000;

/** One signed request for each call of `send`. */
export interface Api {
  /**
   * @param place where the parameters travel; `query` if not given
   * @throws DnsError of every code in the error table; `AUTH_INVALID` without credentials, before anything is sent
   */
  send(operation: string, parameters: Parameters, call: Call, place?: Place): Promise<Answer>;
}

/** @param timeoutMs milliseconds for one request, connecting included */
export function createApi(transport: Transport, timeoutMs: number): Api {
  return {
    async send(operation, parameters, call, place = 'query') {
      const session = await opened(transport, timeoutMs, operation, call);
      return request(transport, session, timeoutMs, operation, parameters, place, call);
    },
  };
}

/** Nothing has been sent to the service yet when this fails. */
async function opened(
  transport: Transport,
  timeoutMs: number,
  operation: string,
  { signal }: Call,
): Promise<Session> {
  const exchange = new Exchange(operation);
  try {
    return await raced(exchange, signal, timeoutMs, () => transport.open());
  } catch (failure) {
    if (isDnsError(failure)) throw failure;
    throw toDnsError(failure, {
      operation,
      write: false,
      neverSent: true,
      endpoint: 'the source of the credentials',
      secrets: [],
    });
  }
}

async function request(
  transport: Transport,
  session: Session,
  timeoutMs: number,
  operation: string,
  parameters: Parameters,
  place: Place,
  call: Call,
): Promise<Answer> {
  const exchange = new Exchange(operation);
  const startedAt = performance.now();
  const write = WRITES.has(operation);
  const { secrets, credentialSource } = session;
  const failed = (): FailedRequest => ({
    operation,
    write,
    neverSent: exchange.neverSent,
    httpStatus: exchange.httpStatus,
    retryAfterMs: retryAfter(exchange.header('x-acs-retry-after')),
    endpoint: session.endpoint ?? exchange.origin ?? 'the endpoint of the client',
    secrets,
    credentialSource,
  });
  let outcome: Answer | DnsError;
  try {
    const answer = await raced(exchange, call.signal, timeoutMs, () =>
      callSdk(session.client, operation, parameters, place, timeoutMs),
    );
    outcome = bodyOf(answer) ?? unexpectedAnswer('is not a JSON object with a success status', failed());
  } catch (failure) {
    outcome = toDnsError(failure, failed());
  }
  const facts = { provider: manifest.id, operation, write, elapsedMs: performance.now() - startedAt };
  call.onApiCall({ ...facts, ...outcomeFacts(outcome, exchange, secrets) });
  if (isDnsError(outcome)) {
    if (outcome.code === 'AUTH_EXPIRED' || outcome.code === 'AUTH_INVALID') transport.forget();
    throw outcome;
  }
  return outcome;
}

/** The client cannot be told to stop, so its request is ended under it; what it says then is not heard any more. */
function raced<T>(
  exchange: Exchange,
  signal: AbortSignal,
  timeoutMs: number,
  work: () => Promise<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) {
      reject(new Interrupted(signal));
      return;
    }
    const stop = (reason: Error) => {
      settle();
      reject(reason);
      exchange.cancel();
    };
    const onAbort = () => stop(new Interrupted(signal));
    const timer = setTimeout(() => stop(new DeadlinePassed(timeoutMs)), timeoutMs);
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    exchange.run(work).then(resolve, reject).finally(settle);
  });
}

function outcomeFacts(
  outcome: Answer | DnsError,
  exchange: Exchange,
  secrets: FailedRequest['secrets'],
): Pick<ApiCallEvent, 'outcome' | 'httpStatus' | 'requestId' | 'vendorCode'> {
  if (outcome instanceof DnsError) {
    const { code, httpStatus, requestId, vendorCode } = outcome;
    return { outcome: code, httpStatus, requestId, vendorCode };
  }
  const { RequestId } = outcome;
  const requestId = typeof RequestId === 'string' ? presentable(RequestId, secrets) : undefined;
  return { outcome: 'ok', httpStatus: exchange.httpStatus, requestId };
}

function retryAfter(header: string | undefined): number | undefined {
  const milliseconds = Number(header);
  return header && milliseconds >= 0 && milliseconds <= MAX_RETRY_AFTER_MS ? milliseconds : undefined;
}

/** The client takes a redirection for success. */
function bodyOf({ status, text }: SdkAnswer): Answer | undefined {
  const answer = parseAnswer(String(text));
  return status === 200 ? answer : undefined;
}
