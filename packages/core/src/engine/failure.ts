import { DnsError, isDnsError } from '../errors.js';
import type { RecordKey } from '../provider.js';

/** The same error with the record that it is about in its message. */
export function withRecord(error: unknown, { name, type }: RecordKey): unknown {
  if (!isDnsError(error) || error.message.includes(name)) return error;
  return new DnsError(error.code, `${name} ${type}: ${error.message}`, { ...error, cause: error.cause });
}

/** Failures are results of their record; anything else is a defect, and thrown. */
export function expected(error: unknown): DnsError {
  if (isDnsError(error)) return error;
  throw error;
}
