import { redact } from '@domainproof/core';
import { parseObject, readBody } from './body.js';
import type { Credentials } from './credentials.js';
import { networkError, reasonOf } from './network-error.js';
import { isWrite, OPERATIONS } from './operations.js';
import { type Answer, requestIdOf, type Transport } from './request.js';
import { sign } from './signature.js';

/** Longest pause that is taken from a Retry-After header, in milliseconds. */
const MAX_RETRY_AFTER_MS = 600_000;

export interface SignedSettings {
  /** `http://host:port` or `https://host`. */
  origin: string;
  credentials: Credentials;
  /** Milliseconds for one request, its answer included. */
  timeoutMs: number;
}

/** Requests signed with the vendor's own signer and sent with Node's fetch. */
export function signedTransport({ origin, credentials, timeoutMs }: SignedSettings): Transport {
  const { host } = new URL(origin);
  const secrets = [credentials.secretAccessKey, credentials.securityToken, credentials.accessKeyId];
  const clean = (text: string) => redact(text, secrets);
  return {
    peer: host,
    clean,
    async prepare({ operation, zoneId = '', recordSetId = '', query = {}, body }) {
      const { method, path: template } = OPERATIONS[operation];
      const path = template.replace('{zone_id}', zoneId).replace('{recordset_id}', recordSetId);
      const { url, ...init } = await sign({ method, origin, path, query, body }, credentials);
      return async ({ signal }, details) => {
        const deadline = AbortSignal.timeout(timeoutMs);
        let response: Response | undefined;
        let text: string | undefined;
        try {
          const either = AbortSignal.any([signal, deadline]);
          response = await fetch(url, { ...init, signal: either, redirect: 'manual' });
          details.httpStatus = response.status;
          details.requestId = requestIdOf(response.headers.get('x-request-id'), clean);
          text = await readBody(response);
        } catch (error) {
          // A refusal is told by its status even if its text was cut off: a wrong key must not be tried again.
          if (!response || response.ok || signal.aborted) {
            const write = isWrite(operation);
            throw networkError(reasonOf(error), {
              operation,
              peer: host,
              write,
              timeoutMs,
              signal,
              deadline,
              details,
            });
          }
        }
        return answerOf(response, text);
      };
    },
  };
}

function answerOf({ status, headers }: Response, text: string | undefined): Answer {
  return {
    httpStatus: status,
    body: status === 204 ? {} : parseObject(text),
    flaw: text === undefined ? 'it is longer than 8 MiB' : undefined,
    retryAfterMs: retryAfter(headers.get('retry-after')),
  };
}

/** Milliseconds of a Retry-After header, which is a number of seconds or a date. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return ms > 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : undefined;
}
