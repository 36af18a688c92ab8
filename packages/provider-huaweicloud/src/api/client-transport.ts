import { DnsError, type DnsErrorDetails, redact } from '@domainproof/core';
import { manifest } from '../manifest.js';
import { isObject, type JsonObject } from './body.js';
import type { DnsClient } from './dns-client.js';
import { type Failure, networkError, reasonOf } from './network-error.js';
import { isWrite, OPERATIONS } from './operations.js';
import { type Answer, type ApiRequest, requestIdOf, type Transport } from './request.js';

/** What a message calls the other side: which host the client talks to is its own business. */
const PEER = 'Huawei Cloud';

/** Words that are as long as keys and tokens are. */
const LONG_WORDS = /[A-Za-z0-9+/=]{20,}/g;

/** `ECONNRESET` and its like, as the operating system and Node write them. */
const SYSTEM_CODE = /\bE[A-Z_]{4,32}\b/;

/**
 * Calls of a ready client of the vendor. It can neither be interrupted nor given a time limit, so its answer is raced
 * against both, and goes unheard if it comes too late.
 */
export function clientTransport(client: DnsClient, timeoutMs: number): Transport {
  const clean = (text: string) => redact(text, secretsOf(client));
  return {
    peer: PEER,
    clean,
    async prepare(request) {
      const { operation } = request;
      const write = isWrite(operation);
      const invoke = methodOf(client, request);
      return async ({ signal }, details) => {
        const deadline = AbortSignal.timeout(timeoutMs);
        try {
          const value = await unlessAborted(invoke(), AbortSignal.any([signal, deadline]));
          details.httpStatus = statusOf(value) ?? 200;
          if (isObject(value)) return { httpStatus: details.httpStatus, body: value };
        } catch (error) {
          const httpStatus = statusOf(error);
          if (httpStatus === undefined)
            throw unanswered(error, { operation, peer: PEER, write, timeoutMs, signal, deadline, details });
          details.httpStatus = httpStatus;
          details.requestId = requestIdOf((error as JsonObject).requestId, clean);
          if (httpStatus > 299) return refusal(error as JsonObject, httpStatus);
        }
        throw unreadable(operation, write, details);
      };
    },
  };
}

/** The call as a function, so that nothing is sent before it is time. */
function methodOf(client: DnsClient, { operation, zoneId, recordSetId, query, body }: ApiRequest) {
  const name = OPERATIONS[operation].clientMethod;
  const given: [string, unknown][] = [
    ['zone_id', zoneId],
    ['recordset_id', recordSetId],
    ['body', body],
  ];
  const parameters = { ...query, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
  const method = client[name];
  if (typeof method !== 'function')
    throw new DnsError('UNSUPPORTED', `The DNS client that was given has no method ${name}.`, {
      provider: manifest.id,
      operation,
      hint: 'Use a newer release of the vendor SDK.',
    });
  return async () => method.call(client, parameters);
}

/** The exception of an answer with an error status, in the form that the gateway sends: the client reads nothing else. */
function refusal({ errorCode, errorMsg }: JsonObject, httpStatus: number): Answer {
  if (typeof errorCode !== 'string') return { httpStatus, body: undefined, codeDropped: true };
  const text = typeof errorMsg === 'string' ? errorMsg.replace(LONG_WORDS, '[redacted]') : '';
  return { httpStatus, body: { error_code: errorCode, error_msg: text } };
}

/** An answer that breaks off: the client throws it with its good status, or gives what came of it as a text. */
function unreadable(operation: string, outcomeUnknown: boolean, details: DnsErrorDetails): DnsError {
  return new DnsError('TRANSIENT', `The answer of ${PEER} to ${operation} is not a JSON object.`, {
    ...details,
    outcomeUnknown,
    hint: "If it stays so, check that the client's endpoint is the host of the DNS service, and what stands between.",
  });
}

/** The client keeps no more of a failed connection than a text. */
function unanswered(error: unknown, failure: Failure): DnsError {
  const { operation, write, signal, deadline, details } = failure;
  const text = isObject(error) && typeof error.message === 'string' ? error.message : '';
  if (!signal.aborted && !deadline.aborted) {
    if (/^timeout of \d+ ?ms/.test(text))
      return new DnsError('TIMEOUT', `${PEER} did not answer ${operation} in the client's own time limit.`, {
        ...details,
        outcomeUnknown: write,
      });
    if (!SYSTEM_CODE.test(text) && !/certificate|hang up|abort|network/i.test(text))
      return new DnsError('PROTOCOL', `The DNS client that was given failed during ${operation}.`, {
        ...details,
        outcomeUnknown: write,
        hint: 'It got an answer that it could not read, or was not built as its documentation says.',
      });
  }
  const [code = /certificate/i.test(text) ? 'CERT_REFUSED' : reasonOf(error)] = SYSTEM_CODE.exec(text) ?? [];
  return networkError(code, failure);
}

function statusOf(value: unknown): number | undefined {
  const status = isObject(value) ? value.httpStatusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

/** What the client signs with, looked up only to keep it out of messages. Anew each time: temporary keys are replaced. */
function secretsOf(client: object): string[] {
  const { hcClient } = client as { hcClient?: { credential?: Record<string, unknown> } };
  const { ak, sk, securityToken } = hcClient?.credential ?? {};
  return [sk, securityToken, ak].filter((value) => typeof value === 'string');
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
