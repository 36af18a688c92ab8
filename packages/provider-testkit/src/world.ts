import type { DnsProvider } from '@domainproof/core';

/** How a request fails. Each is one answer, or none, as the backend or something on the way to it would give. */
export type FaultKind =
  /** No answer ever; the connection stays open. */
  | 'hang'
  /** The connection is reset. */
  | 'reset'
  /** The connection ends inside the answer. */
  | 'truncated'
  /** An answer that says success and has no body. */
  | 'empty'
  /** The backend's own "internal error". */
  | 'internal-error'
  /** A gateway's server error in HTML. */
  | 'html'
  /** The backend's own "too many requests". */
  | 'throttle'
  /** The backend's own "another change is still running"; on writes only. */
  | 'busy';

/** One failure, played on one later request. */
export interface Fault {
  kind: FaultKind;
  /** How many requests pass first; with `afterCommit`, and for `busy`, how many writes. */
  skip: number;
  /** True: a write that is carried out, and then its answer fails. False: nothing is carried out. */
  afterCommit: boolean;
}

/** One request as the backend saw it. */
export interface BackendCall {
  /** The vendor's name of it, the same as in the adapter's `ApiCallEvent`. */
  operation: string;
  write: boolean;
}

/** A record set as the account holds it. */
export interface HeldSet {
  /** Absolute, lower-case A-labels, final dot. */
  name: string;
  type: string;
  /** `default`, or the backend's code of another line. */
  line: string;
  /** Seconds; the smallest one if the backend keeps one for each value. */
  ttl: number;
  /** TXT raw and joined, host names absolute and in lower case; in any order. */
  values: readonly string[];
  /** The same values as the backend itself writes them, if it keeps more than `values` tells (where a TXT is split). Compared with itself only. */
  stored?: readonly string[];
}

/** A record set of someone else's. */
export interface ForeignSet {
  /** Absolute, with a final dot. */
  name: string;
  type: string;
  /** The whole set from now on; none: it is taken away. A TXT value is a raw text, or the list of its character strings. */
  values: readonly (string | readonly string[])[];
  /** Seconds. Default: the backend's. */
  ttl?: number;
  /** Default: `default`. */
  line?: string;
}

export interface ProviderOptions {
  /** Milliseconds after which a request that gets no answer is given up. Default: the adapter's. */
  timeoutMs?: number;
  /** `wrong`: credentials of the right form that the backend refuses. Default `right`. */
  credentials?: 'right' | 'wrong';
}

/** How a test wants its world. */
export interface WorldSetup {
  /** Milliseconds from the answer to a write until it is served. 0 unless `facts.settlesLater`. */
  settleMs: number;
}

/**
 * A backend that one test has for itself: an account that holds one zone with nothing in it, the adapter under test, and
 * ways to look and to meddle that never go through the adapter.
 */
export interface World {
  /** The account's zone, two labels or more, without a final dot. Nothing is in it but its SOA and NS. */
  readonly zone: string;
  /** A new adapter, as a new process would make it: it shares nothing with others. */
  provider(options?: ProviderOptions): DnsProvider;
  /** What the account holds in a zone, SOA and NS of its own name left out. */
  records(zone: string): Promise<readonly HeldSet[]>;
  /**
   * The values that all authoritative servers give for a name and type on the default line, now; none if one of them
   * gives none. TXT joined, host names absolute and in lower case. Without DNS: what the backend would serve.
   */
  ask(name: string, type: string): Promise<readonly string[]>;
  /** Somebody else's write, past the adapter. Resolved when it is served. Not in `calls`. */
  put(zone: string, set: ForeignSet): Promise<void>;
  /** More zones in the account, newer than those that are there, with nothing in them. Names without final dot, A-labels. */
  addZones(names: readonly string[]): Promise<void>;
  /** Plays a failure on a later request of the adapter. Every fault is played once. */
  fail(fault: Fault): void;
  /** Every request that the backend got from adapters so far: failed, refused and hanging ones too. */
  readonly calls: readonly BackendCall[];
  /** Names that a recursive resolver was asked for so far, absolute, in lower case. Absent: the world has no resolver. */
  readonly resolverQuestions?: readonly string[];
  /** Texts that must never be seen outside: keys' secrets and tokens, right and wrong ones. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}
