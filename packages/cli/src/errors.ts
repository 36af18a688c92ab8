import type { DnsErrorCode, DnsErrorJson } from '@domainproof/core';
import { EXIT, EXIT_OF, type ExitCode } from './exit-codes.js';

/** The command line, the environment or the config file is wrong; nothing was done. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint?: string;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** A lease as an error names it: enough to find the record and to remove it. */
export interface Leftover {
  id: string;
  name: string;
  type: string;
  value: string;
}

/** A command failed or was interrupted after values may have been written. */
export class LeftoverError extends Error {
  override readonly name = 'LeftoverError';
  readonly leases: readonly Leftover[];

  constructor(cause: unknown, leases: readonly Leftover[]) {
    super('Values were left behind.', { cause });
    this.leases = leases;
  }
}

/** What `--json` prints under `error`. */
export interface ErrorJson extends Omit<DnsErrorJson, 'code'> {
  /** A code of `DnsError`, `USAGE`, or `INTERNAL` for a fault of this program or of a third-party provider. */
  code: DnsErrorCode | 'USAGE' | 'INTERNAL';
  /** Leases of the command's records that are still in the journal. */
  leases?: readonly Leftover[];
}

/** What an error means outside: one JSON object and one exit code. */
export function describeError(error: unknown): { json: ErrorJson; exitCode: ExitCode } {
  if (error instanceof LeftoverError) {
    const { json, exitCode } = describeError(error.cause);
    const remove = `domainproof remove ${error.leases.map((lease) => lease.id).join(' ')}`;
    const hint = `${json.hint ? `${json.hint} ` : ''}What was or may have been written is in the journal; take it away with: ${remove}`;
    return { json: { ...json, hint, leases: error.leases }, exitCode };
  }
  if (error instanceof UsageError)
    return { json: plainError('USAGE', error.message, error.hint), exitCode: EXIT.usage };
  if (isDnsErrorLike(error)) {
    const json: ErrorJson = error.toJSON();
    if (json.code === 'ABORTED') json.message = 'Interrupted.';
    return { json, exitCode: EXIT_OF[json.code as DnsErrorCode] ?? EXIT.provider };
  }
  const [message] = (error instanceof Error ? error.message : String(error)).split('\n');
  return { json: plainError('INTERNAL', `Unexpected failure: ${message}`), exitCode: EXIT.provider };
}

/** By name and not by class, so that this module loads without core, and for a provider that brings its own copy of core. */
function isDnsErrorLike(error: unknown): error is Error & { toJSON(): DnsErrorJson } {
  return error instanceof Error && error.name === 'DnsError' && 'toJSON' in error;
}

function plainError(code: 'USAGE' | 'INTERNAL', message: string, hint?: string): ErrorJson {
  return { code, message, ...(hint !== undefined && { hint }), retryable: false };
}
