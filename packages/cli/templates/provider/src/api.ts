import {
  type Call,
  DnsError,
  type DnsErrorDetails,
  isDnsError,
  readSettings,
  redact,
} from '@domainproof/core';
import { type Answer, parseAnswer, readBody } from './answer.js';
import { networkError, refusal } from './errors.js';
import type { ExampleCloudOptions } from './index.js';
import { manifest } from './manifest.js';
import { isWrite, OPERATIONS, type Operation } from './operations.js';

/** VENDOR: where the API is. */
const ENDPOINT = 'https://api.dnshost.invalid/v1';
/** Longest pause that is taken from a Retry-After header, in milliseconds. */
const MAX_RETRY_AFTER_MS = 600_000;

export interface ApiRequest {
  operation: Operation;
  /** Ids that the path names. */
  zone?: string;
  record?: string;
  query?: Readonly<Record<string, string>>;
  body?: object;
}

/**
 * One request, reported when it ended.
 *
 * @throws DnsError
 */
export type Api = (request: ApiRequest, call: Call) => Promise<Answer>;

export function createApi({
  environment = process.env,
  timeoutMs = 10_000,
  ...options
}: ExampleCloudOptions): Api {
  return async (request, call) => {
    const { operation } = request;
    const write = isWrite(operation);
    // Until an answer says otherwise, a write may have been carried out. The engine reads before it repeats one.
    const details: DnsErrorDetails = { provider: manifest.id, operation, outcomeUnknown: write };
    const { token, endpoint = ENDPOINT } = readSettings(manifest, options, environment);
    if (token === undefined) throw noToken(operation);
    if (call.signal.aborted)
      throw networkError(undefined, call.signal, call.signal, { ...details, outcomeUnknown: false });
    const startedAt = performance.now();
    let failure: DnsError | undefined;
    try {
      return await exchange(request, endpoint, token, timeoutMs, call.signal, details);
    } catch (error) {
      if (isDnsError(error)) failure = error;
      throw error;
    } finally {
      call.onApiCall({
        provider: manifest.id,
        operation,
        write,
        elapsedMs: performance.now() - startedAt,
        outcome: failure?.code ?? 'ok',
        httpStatus: details.httpStatus,
        requestId: details.requestId,
        vendorCode: failure?.vendorCode,
      });
    }
  };
}

async function exchange(
  { operation, zone = '', record = '', query = {}, body }: ApiRequest,
  endpoint: string,
  token: string,
  timeoutMs: number,
  signal: AbortSignal,
  details: DnsErrorDetails,
): Promise<Answer> {
  const { method, path } = OPERATIONS[operation];
  const ids = path
    .replace('{zone}', encodeURIComponent(zone))
    .replace('{record}', encodeURIComponent(record));
  const deadline = AbortSignal.timeout(timeoutMs);
  let response: Response;
  let text: string | undefined;
  try {
    response = await fetch(`${endpoint}${ids}?${new URLSearchParams(query)}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
      // A redirection could carry the token to another host.
      redirect: 'error',
      signal: AbortSignal.any([signal, deadline]),
    });
    details.httpStatus = response.status;
    details.requestId = identifier(response.headers.get('x-request-id'), token);
    text = await readBody(response);
  } catch (error) {
    throw networkError(error, signal, deadline, details);
  }
  const answer = parseAnswer(text);
  if (!response.ok) {
    const message = typeof answer?.message === 'string' ? answer.message : `HTTP ${response.status}`;
    throw refusal(response.status, identifier(answer?.code, token), presentable(message, token), {
      ...details,
      retryAfterMs: retryAfter(response.headers.get('retry-after')),
    });
  }
  if (answer) return answer;
  // Something between us and the vendor answered, or the answer was cut off: asked again, the vendor may answer itself.
  throw new DnsError('TRANSIENT', `The answer to ${operation} is no JSON object.`, details);
}

/** One line of bounded length, without the token and without characters that could steer a terminal. */
function presentable(message: string, token: string): string {
  return redact(message, [token])
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .slice(0, 300);
}

/** A code or an id of the vendor's making; undefined for anything that is not fit to be shown. */
function identifier(value: unknown, token: string): string | undefined {
  return typeof value === 'string' && /^[\w.:-]{1,128}$/.test(value) ? redact(value, [token]) : undefined;
}

function noToken(operation: Operation): DnsError {
  return new DnsError('AUTH_INVALID', `There is no token for ${manifest.title}.`, {
    provider: manifest.id,
    operation,
    hint: 'Set EXAMPLE_CLOUD_TOKEN, or give the option token.',
  });
}

/** VENDOR: here a number of seconds. */
function retryAfter(header: string | null): number | undefined {
  const seconds = Number(header);
  return header !== null && seconds >= 0 ? Math.min(seconds * 1_000, MAX_RETRY_AFTER_MS) : undefined;
}
