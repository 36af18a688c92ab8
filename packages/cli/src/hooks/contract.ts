import type { DesiredRecord, Environment } from '@domainproof/core';

/** What one call of a client's hook asks for. */
export type HookTask = Present | Cleanup | CleanupOfRun | Nothing;

/** To write records, and to wait for them. */
export interface Present {
  task: 'present';
  records: readonly DesiredRecord[];
  /** Absent: this call has nothing to do with others. */
  run?: Run;
  /** Where further calls come before the authority looks, only the last of them waits, for the records of all. */
  waitsFor: 'its records' | 'the run' | 'nothing';
  /** What the client gets on standard output, as one line of JSON. */
  told?: object;
}

/** To take records away. */
export interface Cleanup {
  task: 'cleanup';
  records: readonly DesiredRecord[];
  run?: Run;
}

/** To take away what the run wrote and nobody took away: the client ends before its time. */
export interface CleanupOfRun {
  task: 'cleanup of run';
  run: Run;
}

/** To do nothing: a call that is about something else, or a challenge of another kind. */
export interface Nothing {
  task: 'nothing';
  /** The client takes a failure for a refusal of the challenge, and tries another one. */
  declined?: boolean;
}

/** The calls that one process of a client makes. */
export interface Run {
  /** What tells them from all other calls. */
  key: readonly string[];
  /** This call is the first one, so that whatever is remembered under the key is of a run that has ended. */
  begins: boolean;
}

/** A client and its hook contract. */
export interface HookClient {
  /** As in `domainproof hook NAME`. */
  name: string;
  /** The words that the client calls its hook with. */
  usage: string;
  /**
   * What a call asks for.
   *
   * @throws UsageError if it is no call of this client; DnsError `INVALID_NAME`, `INVALID_VALUE` for what can be no challenge record
   */
  read(words: readonly string[], environment: Environment): Promise<HookTask>;
  /** The lines that make the client call this program; `call` gives the command line with the words of a hook behind it. */
  config(call: (...words: string[]) => string): string;
  /** The client shows what its hook writes to standard error as a warning, so nothing is written if all is well. */
  warnsOfOutput?: boolean;
  /** The client calls no cleanup for a hook that failed, so what that hook wrote is taken away at once. */
  forgetsFailures?: boolean;
  /** What the client does after a hook that failed, if that is not what people expect. */
  afterFailure?: string;
}
