import { abortError, DnsError, type DnsErrorDetails } from '@domainproof/core';
import type { Operation } from './operations.js';

/** Failures that come before the first byte of a request is sent. */
const NOT_REACHED: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; check the endpoint and its port',
  ENOTFOUND: 'the host name does not resolve; check the endpoint and the DNS settings of this machine',
  EAI_AGAIN: 'the host name could not be resolved just now; check the DNS settings of this machine',
  EHOSTUNREACH: 'there is no route to it; check the network and the firewall',
  ENETUNREACH: 'there is no route to it; check the network and the firewall',
};

const TLS = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO$)/;

export interface Failure {
  operation: Operation;
  /** What messages call the other side. */
  peer: string;
  write: boolean;
  timeoutMs: number;
  /** The caller's signal, and the one of the request's own time limit. */
  signal: AbortSignal;
  deadline: AbortSignal;
  details: DnsErrorDetails;
}

/**
 * The error for a request that ended without a usable answer, for a `reason` such as `ECONNRESET`. The client library's own
 * error is not kept as the cause: it can quote headers. Writes whose request may have arrived have `outcomeUnknown`.
 */
export function networkError(reason: string, failure: Failure): DnsError {
  const { operation, peer, write, timeoutMs, signal, deadline } = failure;
  const details = { ...failure.details, outcomeUnknown: write };
  if (signal.aborted) return interrupted(signal, details);
  if (deadline.aborted)
    return new DnsError('TIMEOUT', `${peer} did not answer ${operation} within ${timeoutMs} ms.`, {
      ...details,
      hint: 'Check the network and proxies on the way; timeoutMs sets the limit.',
    });
  const why = NOT_REACHED[reason];
  if (why)
    return new DnsError('TRANSIENT', `${peer} could not be reached for ${operation} (${reason}): ${why}.`, {
      ...details,
      outcomeUnknown: false,
    });
  if (TLS.test(reason))
    return new DnsError(
      'PROTOCOL',
      `No secure connection to ${peer} could be made for ${operation} (${reason}).`,
      {
        ...details,
        outcomeUnknown: false,
        hint: 'Check that the endpoint speaks https, and that its certificate is trusted (NODE_EXTRA_CA_CERTS).',
      },
    );
  return new DnsError(
    'TRANSIENT',
    `The connection to ${peer} broke during ${operation} (${reason}).`,
    details,
  );
}

/** As `abortError`, but a reason that is a `DnsError` already also gets the facts of this call. */
function interrupted(signal: AbortSignal, details: DnsErrorDetails): DnsError {
  const error = abortError(signal, details);
  const { retryable, hint } = error;
  return new DnsError(error.code, error.message, { ...details, retryable, hint, cause: error.cause });
}

/** The code of the innermost failure, or a plain word for what has none. */
export function reasonOf(error: unknown): string {
  for (let current = error as { code?: unknown; cause?: unknown } | undefined; current; ) {
    if (typeof current.code === 'string' && /^[A-Z0-9_]{1,64}$/.test(current.code)) return current.code;
    current = current.cause as typeof current;
  }
  return 'no code';
}
