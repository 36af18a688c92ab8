import { abortError, type Call, DnsError, type DnsErrorDetails, isDnsError, redact } from '@domainproof/core';
import { manifest } from '../manifest.js';
import { type JsonObject, parseObject, readBody } from './body.js';
import type { Credentials } from './credentials.js';
import { MalformedAnswer } from './fields.js';
import { networkError } from './network-error.js';
import { isWrite, OPERATIONS, type Operation } from './operations.js';
import { type Signed, sign } from './signature.js';
import { vendorError } from './vendor-error.js';

/** Longest pause that is taken from a Retry-After header, in milliseconds. */
const MAX_RETRY_AFTER_MS = 600_000;

export interface ApiRequest {
  operation: Operation;
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: object;
}

/** Takes what is needed out of an answer; throws `MalformedAnswer` for one that lacks it. */
type Read<T> = (body: JsonObject) => T;

/**
 * One signed HTTP request, reported to `call.onApiCall` when it ended.
 *
 * @throws DnsError
 */
export type Api = <T>(request: ApiRequest, call: Call, read: Read<T>) => Promise<T>;

export interface ApiSettings {
  /** `http://host:port` or `https://host`. */
  origin: string;
  credentials: Credentials;
  /** Milliseconds for one request, its answer included. */
  timeoutMs: number;
}

export function createApi({ origin, credentials, timeoutMs }: ApiSettings): Api {
  const { host } = new URL(origin);
  const secrets = [credentials.secretAccessKey, credentials.securityToken, credentials.accessKeyId];
  const clean = (text: string) => redact(text, secrets);

  return async (request, call, read) => {
    const { operation, path, query = {}, body } = request;
    const write = isWrite(operation);
    const details: DnsErrorDetails = { provider: manifest.id, operation };
    const { method } = OPERATIONS[operation];
    const signed = await sign({ method, origin, path, query, body }, credentials);
    if (call.signal.aborted) throw abortError(call.signal, details);
    const started = performance.now();
    let failure: DnsError | undefined;
    try {
      return await exchange(signed, operation, call, details, read);
    } catch (error) {
      if (isDnsError(error)) failure = error;
      throw error;
    } finally {
      call.onApiCall({
        provider: manifest.id,
        operation,
        write,
        elapsedMs: Math.round(performance.now() - started),
        outcome: failure?.code ?? 'ok',
        httpStatus: details.httpStatus,
        requestId: details.requestId,
        vendorCode: failure?.vendorCode,
      });
    }
  };

  /** Sends, and adds to `details` what the answer tells of itself. */
  async function exchange<T>(
    { url, ...init }: Signed,
    operation: Operation,
    call: Call,
    details: DnsErrorDetails,
    read: Read<T>,
  ): Promise<T> {
    const write = isWrite(operation);
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([call.signal, deadline]);
    let response: Response | undefined;
    let text: string | undefined;
    try {
      response = await fetch(url, { ...init, signal, redirect: 'manual' });
      details.httpStatus = response.status;
      details.requestId = requestIdOf(response.headers.get('x-request-id'));
      text = await readBody(response);
    } catch (error) {
      // A refusal is told by its status even if its text was cut off: a wrong key must not be tried again.
      if (!response || response.ok || call.signal.aborted)
        throw networkError(error, {
          operation,
          host,
          write,
          timeoutMs,
          signal: call.signal,
          deadline,
          details,
        });
    }
    const answer = response.status === 204 ? {} : parseObject(text);
    details.requestId ??= requestIdOf(answer?.request_id);
    if (!response.ok)
      throw vendorError({
        operation,
        httpStatus: response.status,
        body: answer,
        clean,
        details: {
          ...details,
          retryAfterMs: retryAfter(response.headers.get('retry-after')),
          outcomeUnknown: write && response.status >= 500,
        },
      });
    try {
      if (answer) return read(answer);
      throw new MalformedAnswer(text === undefined ? 'it is longer than 8 MiB' : 'it is not a JSON object');
    } catch (error) {
      if (!(error instanceof MalformedAnswer)) throw error;
      throw new DnsError(
        'PROTOCOL',
        `The answer of ${host} to ${operation} is not usable: ${error.message}.`,
        {
          ...details,
          outcomeUnknown: write,
          hint: 'Check that the endpoint is the host of the DNS service, and that no proxy answers in its place.',
        },
      );
    }
  }

  function requestIdOf(value: unknown): string | undefined {
    return typeof value === 'string' && /^[\w.:-]{1,128}$/.test(value) ? clean(value) : undefined;
  }
}

/** Milliseconds of a Retry-After header, which is a number of seconds or a date. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return ms > 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : undefined;
}
