import type { Delegation } from './delegation.js';
import type { VerifierEvent } from './events.js';
import type { Expectation } from './expectation.js';
import type { BulkOptions, DiagnoseOptions, WaitOptions } from './options.js';
import type { DiagnosedFinding, RecordReport, Report } from './report.js';

/** A wait under way. Its events can be read once, by one reader; a run that nobody reads loses nothing but its events. */
export interface Run extends AsyncIterable<VerifierEvent> {
  /** Resolves when all is visible, when the time is over, and when waiting cannot help; rejects on abort. */
  readonly result: Promise<Report>;
  abort(reason?: unknown): void;
}

/** What `diagnose` can be asked about: a record that should be visible, or a name alone (its zone and servers are looked at). */
export type Subject = Expectation | { name: string; type?: undefined; value?: undefined; zone?: string };

/** What is known about one name. `findings` is empty if nothing is wrong. */
export interface Diagnosis extends Omit<RecordReport, 'type' | 'value' | 'values' | 'visible'> {
  type: RecordReport['type'] | null;
  value: string | null;
  values: readonly string[];
  /** Null for a name alone. */
  visible: boolean | null;
  delegation: Delegation | null;
  findings: readonly DiagnosedFinding[];
}

export interface Verifier {
  /** Asks every address once. */
  check(expectations: readonly Expectation[], options?: { signal?: AbortSignal }): Promise<Report>;
  /** Asks until every address of every name serves the value, or the time is over. Resolves in both cases; rejects on abort and bad input. */
  wait(expectations: readonly Expectation[], options?: WaitOptions): Promise<Report>;
  /**
   * As `wait`, with the events as an iterable.
   *
   * @throws DnsError for bad input, at once.
   */
  run(expectations: readonly Expectation[], options?: Omit<WaitOptions, 'onEvent'>): Run;
  /** Why a record is not visible, or what is wrong with the zone of a name. Reads only. Rejects on abort and bad input. */
  diagnose(subject: Subject, options?: DiagnoseOptions): Promise<Diagnosis>;
  /**
   * Asks every address once for each of many names, over shared sockets. Reports come as soon as they are ready, in any order, and
   * names are taken in only as fast as reports are read: memory does not grow with their number. The reports of names that are not
   * visible tell what each address said, and no causes: `findings` holds something only if the zone was not found, or a CNAME
   * was followed. A server address that leaves questions unanswered is given up: it then counts as `timeout` with 0 `questions`
   * for all names but one a second, until it answers.
   *
   * Reading rejects on abort, on a bad name (`INVALID_NAME`, `INVALID_VALUE`) and with what the input throws, the latter two after
   * the reports of the names before it. Leaving the loop early closes everything, the input too.
   *
   * @throws DnsError `INVALID_VALUE` for an option that is out of its range.
   */
  verifyMany(
    expectations: Iterable<Expectation> | AsyncIterable<Expectation>,
    options?: BulkOptions,
  ): AsyncIterable<RecordReport>;
  /**
   * The closest enclosing zone of a name and its servers' addresses. The name itself is never asked of a resolver.
   *
   * @throws DnsError `ZONE_NOT_FOUND` if no delegation leads to the name, `TIMEOUT` if no resolver answers, `TRANSIENT` if they fail for now.
   */
  delegation(name: string, options?: { zone?: string; signal?: AbortSignal }): Promise<Delegation>;
}
