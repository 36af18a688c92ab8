import { redact } from '@domainproof/core';
import { parseObject } from './body.js';
import type { Credentials } from './credentials.js';
import { createExchange, type Head } from './exchange.js';
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

/** Requests signed with the vendor's own signer and sent over connections that are kept. */
export function signedTransport({ origin, credentials, timeoutMs }: SignedSettings): Transport {
  const { host } = new URL(origin);
  const secrets = [credentials.secretAccessKey, credentials.securityToken, credentials.accessKeyId];
  const clean = (text: string) => redact(text, secrets);
  const exchange = createExchange(origin);
  return {
    peer: host,
    clean,
    async prepare({ operation, zoneId = '', recordSetId = '', query = {}, body }) {
      const { method, path: template } = OPERATIONS[operation];
      const path = template.replace('{zone_id}', zoneId).replace('{recordset_id}', recordSetId);
      const signed = await sign({ method, origin, path, query, body }, credentials);
      return async ({ signal }, details) => {
        const deadline = AbortSignal.timeout(timeoutMs);
        let head: Head | undefined;
        let text: string | undefined;
        try {
          text = await exchange(signed, AbortSignal.any([signal, deadline]), (received) => {
            head = received;
            details.httpStatus = received.status;
            details.requestId = requestIdOf(received.headers['x-request-id'], clean);
          });
        } catch (error) {
          // A refusal is told by its status even if its text was cut off: a wrong key must not be tried again.
          if (!head || isGood(head) || signal.aborted) {
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
        return answerOf(head as Head, text);
      };
    },
  };
}

function answerOf({ status, headers }: Head, text: string | undefined): Answer {
  return {
    httpStatus: status,
    body: status === 204 ? {} : parseObject(text),
    flaw: text === undefined ? 'it is longer than 8 MiB' : undefined,
    retryAfterMs: retryAfter(headers['retry-after']),
  };
}

function isGood({ status }: Head): boolean {
  return status >= 200 && status < 300;
}

/** Milliseconds of a Retry-After header, which is a number of seconds or a date. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return ms > 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : undefined;
}
