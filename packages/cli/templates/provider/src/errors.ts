import { abortError, DnsError, type DnsErrorCode, type DnsErrorDetails } from '@domainproof/core';

interface ErrorRow {
  code: DnsErrorCode;
  /** What the operator can do. */
  hint?: string;
}

/** What the vendor's error codes mean. VENDOR: one row for each code of its documentation. */
export const ERROR_TABLE: Readonly<Record<string, ErrorRow>> = {
  invalid_token: { code: 'AUTH_INVALID', hint: 'Check the token: EXAMPLE_CLOUD_TOKEN.' },
  expired_token: { code: 'AUTH_EXPIRED', hint: 'Make a new token in the console.' },
  missing_scope: {
    code: 'FORBIDDEN',
    hint: 'Give the token the scopes zones:read, records:read, records:write.',
  },
  zone_not_found: { code: 'ZONE_NOT_FOUND', hint: 'Use a token of the account that holds the zone.' },
  zone_suspended: { code: 'ZONE_INACTIVE', hint: 'Look at the zone in the console.' },
  record_exists: { code: 'RECORD_CONFLICT', hint: 'The same record is there already.' },
  record_not_found: { code: 'RECORD_CONFLICT', hint: 'The record is gone.' },
  record_excluded: { code: 'RECORD_CONFLICT', hint: 'A CNAME must be alone at its name.' },
  invalid_name: { code: 'INVALID_NAME' },
  invalid_value: { code: 'INVALID_VALUE' },
  invalid_ttl: { code: 'TTL_OUT_OF_RANGE' },
  too_many_records: { code: 'QUOTA_EXCEEDED', hint: 'Remove records that are no longer needed.' },
  too_many_requests: { code: 'THROTTLED' },
  zone_busy: { code: 'BUSY' },
  internal: { code: 'TRANSIENT' },
};

/** For an answer without a code that is known. */
function codeOfStatus(status: number): DnsErrorCode {
  if (status === 401) return 'AUTH_INVALID';
  if (status === 403) return 'FORBIDDEN';
  if (status === 429) return 'THROTTLED';
  return status >= 500 ? 'TRANSIENT' : 'PROTOCOL';
}

/** The vendor answered that it did not do it. */
export function refusal(
  status: number,
  vendorCode: string | undefined,
  message: string,
  details: DnsErrorDetails,
): DnsError {
  const row =
    vendorCode !== undefined && Object.hasOwn(ERROR_TABLE, vendorCode) ? ERROR_TABLE[vendorCode] : undefined;
  return new DnsError(row?.code ?? codeOfStatus(status), `${details.operation} was refused: ${message}`, {
    ...details,
    vendorCode,
    hint: row?.hint,
    // A server that failed may have carried a write out all the same; one that refused has not.
    outcomeUnknown: details.outcomeUnknown === true && status >= 500,
  });
}

/** Failures that come before the first byte of a request is sent: nothing can have been carried out. */
const NOT_REACHED = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;

/** No answer came, or it broke off. The library's own error is not kept as the cause, since it can quote headers. */
export function networkError(
  error: unknown,
  signal: AbortSignal,
  deadline: AbortSignal,
  details: DnsErrorDetails,
): DnsError {
  if (signal.aborted) {
    const { code, message, retryable } = abortError(signal);
    return new DnsError(code, message, { ...details, retryable });
  }
  if (deadline.aborted)
    return new DnsError('TIMEOUT', `${details.operation} got no answer in time.`, {
      ...details,
      hint: 'Check the network; timeoutMs sets the limit.',
    });
  const reason = reasonOf(error);
  const notReached = NOT_REACHED.test(reason);
  return new DnsError('TRANSIENT', `${details.operation} failed on the network (${reason}).`, {
    ...details,
    outcomeUnknown: details.outcomeUnknown === true && !notReached,
    hint: notReached ? 'Check the endpoint and the network.' : undefined,
  });
}

/** The code of the innermost failure: `ECONNRESET`. */
function reasonOf(error: unknown): string {
  for (let inner = error as NodeJS.ErrnoException | undefined; inner; inner = inner.cause as typeof inner)
    if (typeof inner.code === 'string') return inner.code;
  return 'no code';
}
