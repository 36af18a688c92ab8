import { abortError, DnsError, type DnsErrorCode, type DnsErrorDetails, redact } from '@domainproof/core';
import { type ErrorRow, errorRow } from './error-table.js';
import { AnswerTooLarge } from './exchange.js';
import { manifest } from './manifest.js';

/** What is known about a request that failed. */
export interface FailedRequest {
  /** The vendor's name of the call. */
  operation: string;
  write: boolean;
  /** Certain that the server got nothing of it. */
  neverSent: boolean;
  httpStatus?: number;
  retryAfterMs?: number;
  /** URL of the endpoint, for messages. */
  endpoint: string;
  /** Never to be seen in an error. */
  secrets: readonly (string | undefined)[];
  /** Where the credentials came from, if nobody gave them as such. */
  credentialSource?: string;
}

/** Our own deadline passed. */
export class DeadlinePassed extends Error {
  constructor(readonly timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
  }
}

/** The caller's signal fired. */
export class Interrupted extends Error {
  constructor(readonly signal: AbortSignal) {
    super('interrupted');
  }
}

/** No connection came about, so nothing was sent. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);
/** The connection broke; what was sent before may have arrived. */
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT', 'HPE_INVALID_CONSTANT']);

const MAX_MESSAGE = 300;

/**
 * The `DnsError` for whatever the vendor's client threw. The client's own error is never its cause: it carries the whole
 * answer, which for a refused signature repeats the key id and what was signed.
 */
export function toDnsError(failure: unknown, request: FailedRequest): DnsError {
  if (failure instanceof Interrupted) return interrupted(failure.signal, request);
  if (failure instanceof DeadlinePassed) return timedOut(failure.message, request);
  const { code, name, message } = asFailure(failure);
  if (code === 'InvalidCredentials' && request.httpStatus === undefined) return unsigned(request);
  const answer = vendorAnswer(failure);
  if (answer) return refused(answer, request);
  if (code !== undefined && UNREACHABLE.has(code))
    return broken('TRANSIENT', `${request.endpoint} could not be reached (${code}).`, request, {
      outcomeUnknown: false,
      hint: 'Check the endpoint and the network. HTTP_PROXY and HTTPS_PROXY are not used.',
    });
  if (code !== undefined && BROKEN.has(code))
    return broken('TRANSIENT', `The connection to ${request.endpoint} broke (${code}).`, request);
  if (name === 'RequestTimeoutError') return timedOut('no answer in time', request);
  if (name === 'SyntaxError') return unreadable(request);
  if (failure instanceof AnswerTooLarge)
    return broken('PROTOCOL', `${request.endpoint} sends an answer without an end.`, request);
  if (code !== undefined && /CERT|SSL|TLS|EPROTO|SELF_SIGNED|UNABLE_TO/.test(code))
    return broken('PROTOCOL', `No trusted connection to ${request.endpoint} (${code}).`, request, {
      outcomeUnknown: false,
      hint: 'Check the scheme and the certificate of the endpoint; a private authority goes into NODE_EXTRA_CA_CERTS.',
    });
  // The clients stumble over an error's body that is JSON but no object.
  if ((request.httpStatus ?? 0) >= 400) return unreadable(request);
  return broken('PROTOCOL', `The call failed: ${clean(message, request)}`, request);
}

/** The client has no credential, and sent nothing. */
function unsigned(request: FailedRequest): DnsError {
  return new DnsError('AUTH_INVALID', 'The given client has no credentials.', {
    ...facts(request),
    hint: 'Make the client with accessKeyId and accessKeySecret, or with a credential.',
  });
}

/** The answer came, but it is not what this call answers with. */
export function unexpectedAnswer(what: string, request: FailedRequest): DnsError {
  return broken('PROTOCOL', `The answer of ${request.endpoint} ${what}.`, request);
}

interface VendorAnswer {
  vendorCode?: string;
  message: string;
  requestId?: string;
  httpStatus?: number;
}

function refused(answer: VendorAnswer, request: FailedRequest): DnsError {
  const { vendorCode, httpStatus = request.httpStatus } = answer;
  const row = vendorCode === undefined ? undefined : errorRow(vendorCode);
  const code = row?.code ?? codeOfStatus(httpStatus);
  const wasRefused = code === 'THROTTLED' || code === 'BUSY';
  return new DnsError(
    code,
    `${request.operation} was refused: ${clean(withoutSignedText(answer.message), request)}`,
    {
      ...facts(request),
      httpStatus,
      vendorCode: vendorCode && clean(vendorCode, request),
      requestId: answer.requestId && clean(answer.requestId, request),
      retryAfterMs: request.retryAfterMs,
      hint: hintFor(row, request),
      outcomeUnknown: request.write && !wasRefused && (code === 'TRANSIENT' || (httpStatus ?? 0) >= 500),
    },
  );
}

function hintFor(
  row: ErrorRow | undefined,
  { operation, credentialSource }: FailedRequest,
): string | undefined {
  const hint = row?.hint?.replaceAll('{action}', operation);
  const isAboutCredentials = row?.code === 'AUTH_INVALID' || row?.code === 'AUTH_EXPIRED';
  if (!hint || !credentialSource || !isAboutCredentials) return hint;
  return `${hint} The credentials came from ${credentialSource}.`;
}

function codeOfStatus(status = 0): DnsErrorCode {
  if (status === 429) return 'THROTTLED';
  return status >= 500 ? 'TRANSIENT' : 'PROTOCOL';
}

function unreadable(request: FailedRequest): DnsError {
  const status = request.httpStatus === undefined ? '' : ` (HTTP ${request.httpStatus})`;
  return broken(
    'TRANSIENT',
    `${request.endpoint} answered with something that is not JSON${status}.`,
    request,
    {
      hint: 'If it stays so, check that the endpoint is one of Alibaba Cloud DNS, and what stands between.',
    },
  );
}

function timedOut(what: string, request: FailedRequest): DnsError {
  return broken('TIMEOUT', `${request.operation} at ${request.endpoint}: ${what}.`, request, {
    hint: 'Check the network, or raise timeoutMs.',
  });
}

function broken(
  code: DnsErrorCode,
  message: string,
  request: FailedRequest,
  details: Pick<DnsErrorDetails, 'hint' | 'outcomeUnknown'> = {},
): DnsError {
  return new DnsError(code, message, {
    ...facts(request),
    retryAfterMs: request.retryAfterMs,
    outcomeUnknown: request.write && !request.neverSent,
    ...details,
  });
}

function interrupted(signal: AbortSignal, request: FailedRequest): DnsError {
  const outcomeUnknown = request.write && !request.neverSent;
  const error = abortError(signal, { ...facts(request), outcomeUnknown });
  if (error.outcomeUnknown === outcomeUnknown) return error;
  // The signal's reason was a DnsError already, which knows nothing of this write.
  return new DnsError(error.code, error.message, {
    ...error,
    ...facts(request),
    outcomeUnknown,
    cause: error,
  });
}

function facts({ operation, httpStatus }: FailedRequest): DnsErrorDetails {
  return { provider: manifest.id, operation, httpStatus };
}

function asFailure(failure: unknown): { code?: string; name: string; message: string } {
  if (!(failure instanceof Error)) return { name: typeof failure, message: String(failure) };
  const { code } = failure as NodeJS.ErrnoException;
  return { code: typeof code === 'string' ? code : undefined, name: failure.name, message: failure.message };
}

/** The vendor's error body, as its client leaves it in `data`. */
function vendorAnswer(failure: unknown): VendorAnswer | undefined {
  const data: unknown = (failure as { data?: unknown } | null)?.data;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
  const { Code, Message, RequestId, statusCode } = data as Record<string, unknown>;
  return {
    vendorCode: text(Code),
    message: text(Message) ?? 'no reason was given',
    requestId: text(RequestId),
    httpStatus: typeof statusCode === 'number' ? statusCode : undefined,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A refused signature is answered with all that the server signed, the key id in it. */
function withoutSignedText(message: string): string {
  const [before = ''] = message.split(
    /(?:the\s+)?server(?:'s)?\s*string|string\s*to\s*sign|canonical\s*request/i,
  );
  return before.trim() || 'the signature does not match';
}

function clean(message: string, { secrets }: FailedRequest): string {
  return presentable(message, secrets);
}

/** One line of bounded length, without secrets and without characters that could steer a terminal. */
export function presentable(message: string, secrets: FailedRequest['secrets']): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
  const line = redact(message, secrets).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE)}…` : line;
}
