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

/** Several records failed, each for a reason of its own. */
export class FailuresError extends Error {
  override readonly name = 'FailuresError';
  readonly failures: readonly [Error, ...Error[]];

  constructor(failures: readonly [Error, ...Error[]]) {
    super('Records failed.', { cause: failures[0] });
    this.failures = failures;
  }
}

/** What `--json` prints under `error`, and for each of several failures under `errors`. */
export interface ErrorJson extends Omit<DnsErrorJson, 'code'> {
  /** A code of `DnsError`, `USAGE`, or `INTERNAL` for a fault of this program or of a third-party provider. */
  code: DnsErrorCode | 'USAGE' | 'INTERNAL';
  /** Leases of the command's records that are still in the journal. */
  leases?: readonly Leftover[];
}

/** What an error means outside: a JSON object for each failure, of which the first decides the exit code. */
export interface Described {
  errors: readonly [ErrorJson, ...ErrorJson[]];
  exitCode: ExitCode;
}

export function describeError(error: unknown): Described {
  if (error instanceof FailuresError) {
    const [first, ...others] = error.failures;
    const { errors, exitCode } = describeError(first);
    return { errors: [errors[0], ...others.flatMap((other) => describeError(other).errors)], exitCode };
  }
  if (error instanceof LeftoverError) {
    const { errors, exitCode } = describeError(error.cause);
    const [first, ...others] = errors;
    const remove = `domainproof remove ${error.leases.map((lease) => lease.id).join(' ')}`;
    const hint = `${first.hint ? `${first.hint} ` : ''}What was or may have been written is in the journal; take it away with: ${remove}`;
    return { errors: [{ ...first, hint, leases: error.leases }, ...others], exitCode };
  }
  const { json, exitCode } = describeOne(error);
  return { errors: [json], exitCode };
}

function describeOne(error: unknown): { json: ErrorJson; exitCode: ExitCode } {
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
