/** What went wrong, in words that a program can switch on. Adapters map vendor codes to these; callers never see a vendor's class. */
export type DnsErrorCode =
  | 'AUTH_INVALID'
  | 'AUTH_EXPIRED'
  | 'FORBIDDEN'
  | 'ZONE_NOT_FOUND'
  | 'ZONE_AMBIGUOUS'
  | 'ZONE_INACTIVE'
  | 'RECORD_CONFLICT'
  | 'INVALID_NAME'
  | 'INVALID_VALUE'
  | 'TTL_OUT_OF_RANGE'
  | 'QUOTA_EXCEEDED'
  | 'THROTTLED'
  | 'BUSY'
  | 'TRANSIENT'
  | 'TIMEOUT'
  | 'ABORTED'
  | 'UNSUPPORTED'
  | 'PROTOCOL';

/** Trying the same thing again may help with these and with no others. */
const RETRYABLE: ReadonlySet<DnsErrorCode> = new Set(['THROTTLED', 'BUSY', 'TRANSIENT', 'TIMEOUT']);

export interface DnsErrorDetails {
  /** Provider id, when the error came out of a provider's call. */
  provider?: string;
  /** The vendor's name of the call, for example `AddDomainRecord`. */
  operation?: string;
  /** The vendor's own error code, for example `DNS.0312`. */
  vendorCode?: string;
  /** The vendor's request id, which its support asks for. */
  requestId?: string;
  httpStatus?: number;
  /** Overrides what the code alone says about retrying. */
  retryable?: boolean;
  /** Milliseconds that the vendor asked to wait. */
  retryAfterMs?: number;
  /**
   * The call was a write and no answer told what became of it: the vendor may have carried it out.
   * Such a write is read back before it is repeated.
   */
  outcomeUnknown?: boolean;
  /** With `outcomeUnknown`: values of the change that were there before it, made by someone else, as far as it was told. */
  present?: readonly string[];
  /** What the operator can do about it, as one sentence. */
  hint?: string;
  cause?: unknown;
}

/** The JSON form of a `DnsError`; `domainproof --json` prints it under `error`. */
export interface DnsErrorJson {
  code: DnsErrorCode;
  message: string;
  hint?: string;
  provider?: string;
  operation?: string;
  vendorCode?: string;
  requestId?: string;
  httpStatus?: number;
  retryable: boolean;
  retryAfterMs?: number;
}

/**
 * The one error class of the framework. Messages hold no secret: adapters pass vendor texts through `redact` first.
 */
export class DnsError extends Error {
  override readonly name = 'DnsError';
  readonly code: DnsErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly provider?: string;
  readonly operation?: string;
  readonly vendorCode?: string;
  readonly requestId?: string;
  readonly httpStatus?: number;
  readonly outcomeUnknown: boolean;
  readonly present?: readonly string[];
  readonly hint?: string;

  constructor(code: DnsErrorCode, message: string, details: DnsErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable ?? RETRYABLE.has(code);
    this.retryAfterMs = details.retryAfterMs;
    this.provider = details.provider;
    this.operation = details.operation;
    this.vendorCode = details.vendorCode;
    this.requestId = details.requestId;
    this.httpStatus = details.httpStatus;
    this.outcomeUnknown = details.outcomeUnknown ?? false;
    this.present = details.present;
    this.hint = details.hint;
  }

  /** Fields that are not set are left out; the cause and the stack are never part of it. */
  toJSON(): DnsErrorJson {
    const { code, message, hint, provider, operation, vendorCode, requestId, httpStatus } = this;
    const { retryable, retryAfterMs } = this;
    const all = {
      code,
      message,
      hint,
      provider,
      operation,
      vendorCode,
      requestId,
      httpStatus,
      retryable,
      retryAfterMs,
    };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as never;
  }
}

/**
 * True for a `DnsError`, also one made by another copy of this package (ESM beside CommonJS), with the given code if any.
 */
export function isDnsError(error: unknown, code?: DnsErrorCode): error is DnsError {
  return error instanceof Error && error.name === 'DnsError' && (!code || (error as DnsError).code === code);
}

/** The signal's reason as an `ABORTED` (or, for `AbortSignal.timeout`, a `TIMEOUT`) error. */
export function abortError(signal: AbortSignal, details: DnsErrorDetails = {}): DnsError {
  const reason: unknown = signal.reason;
  if (isDnsError(reason)) return reason;
  if (reason instanceof Error && reason.name === 'TimeoutError')
    return new DnsError('TIMEOUT', 'The deadline passed before the work was done.', {
      retryable: false,
      ...details,
      cause: reason,
    });
  return new DnsError('ABORTED', 'The work was interrupted.', { ...details, cause: reason });
}
