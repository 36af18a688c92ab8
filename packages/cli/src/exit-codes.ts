import type { DnsErrorCode } from '@domainproof/core';

/** What the program's exit code says. */
export const EXIT = {
  done: 0,
  notVisible: 1,
  usage: 2,
  credentials: 3,
  zone: 4,
  record: 5,
  provider: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Exit code of an error that ends a command, by its code. */
export const EXIT_OF: Readonly<Record<DnsErrorCode, ExitCode>> = {
  AUTH_INVALID: EXIT.credentials,
  AUTH_EXPIRED: EXIT.credentials,
  FORBIDDEN: EXIT.credentials,
  ZONE_NOT_FOUND: EXIT.zone,
  ZONE_AMBIGUOUS: EXIT.zone,
  ZONE_INACTIVE: EXIT.zone,
  RECORD_CONFLICT: EXIT.record,
  INVALID_NAME: EXIT.record,
  INVALID_VALUE: EXIT.record,
  TTL_OUT_OF_RANGE: EXIT.record,
  QUOTA_EXCEEDED: EXIT.provider,
  THROTTLED: EXIT.provider,
  BUSY: EXIT.provider,
  TRANSIENT: EXIT.provider,
  TIMEOUT: EXIT.provider,
  PROTOCOL: EXIT.provider,
  ABORTED: EXIT.interrupted,
  UNSUPPORTED: EXIT.usage,
};
