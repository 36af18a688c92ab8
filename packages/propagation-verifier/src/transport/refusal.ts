import type { Received } from './transport.js';

/** What the system says when it has no way to the address, as against a server that does not answer. */
const NO_ROUTE: ReadonlySet<string | undefined> = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'EINVAL',
  'EACCES',
  'EPERM',
]);

const CLOSED: ReadonlySet<string | undefined> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
]);

/** What a socket's error says about the question. One that is about neither way nor port, such as too many open files, leaves it unanswered. */
export function receivedFrom(error: unknown): Received {
  const { code } = error as NodeJS.ErrnoException;
  if (NO_ROUTE.has(code)) return { kind: 'no-route' };
  return { kind: CLOSED.has(code) ? 'closed' : 'timeout' };
}

/** The same for an error of `fetch`, which says why in its cause. */
export function receivedFromFetch(error: unknown): Received {
  const cause = (error as Error).cause ?? error;
  const { code = '' } = cause as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return { kind: 'no-route' };
  if (code === 'UND_ERR_SOCKET') return { kind: 'closed' };
  // No HTTP, or not the service that the URL names.
  if (/^HPE_|CERT|TLS|SSL|SIGNATURE/.test(code)) return { kind: 'malformed' };
  return receivedFrom(cause);
}
