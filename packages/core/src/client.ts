import type { DnsError } from './errors.js';
import type { Fqdn } from './fqdn.js';
import type { Journal } from './journal/journal.js';
import type { DesiredRecord, Lease, LeaseId, ReleaseReport } from './lease.js';
import type { ApiCallEvent, DnsProvider, Logger, RecordKey } from './provider.js';

export interface ClientOptions {
  /** Asked all together which zones they own. Ids must differ: see `namedAccount` for several accounts of one vendor. */
  providers: readonly DnsProvider[];
  /**
   * Which provider, by its id, is asked about a domain and all names below it, and no other one: `{ 'example.com': 'work' }`. The
   * longest domain that fits decides. A record's own `provider` beats it. Default: every provider is asked.
   */
  routes?: Readonly<Record<string, string>>;
  /** Where leases are kept. Default: in memory, so that they end with the process. */
  journal?: Journal;
  /**
   * The name servers that a zone is delegated to, for the case that two providers hold the same zone.
   * Without it such a name is `ZONE_AMBIGUOUS`.
   */
  delegation?: (zone: Fqdn, signal: AbortSignal) => Promise<readonly string[]>;
  /** `raise` (default): a TTL below the zone's minimum is raised to it. `strict`: it is `TTL_OUT_OF_RANGE`. */
  ttlPolicy?: 'raise' | 'strict';
  /** Default: silent. */
  log?: Logger;
  onApiCall?: (event: ApiCallEvent) => void;
  onEvent?: (event: ClientEvent) => void;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** Milliseconds for the whole call, retries and settling included. Default 120,000. */
  timeoutMs?: number;
}

export interface ReleaseOptions extends CallOptions {
  /** Also remove values that were there before the lease (`created: false`). Default false. */
  force?: boolean;
}

/** Progress, for people. */
export type ClientEvent =
  | { type: 'zone'; name: Fqdn; provider: string; zone: Fqdn }
  | { type: 'ensured'; lease: Lease }
  | { type: 'released'; report: ReleaseReport }
  | { type: 'failed'; work: 'ensure' | 'release'; key: RecordKey; values: readonly string[]; error: DnsError }
  | { type: 'retry'; provider: string; attempt: number; delayMs: number; code: string; message: string };

/** What `ensureAll` would write to one record set. */
export interface PlannedChange {
  provider: string;
  zone: Fqdn;
  key: RecordKey;
  action: 'create' | 'merge' | 'none';
  /** Values to be written, and values that are there already. */
  add: readonly string[];
  present: readonly string[];
  /** Values of others that stay. */
  kept: readonly string[];
  ttl: { requested?: number; effective: number };
}

export interface Plan {
  changes: readonly PlannedChange[];
}

export interface LeaseFilter {
  provider?: string;
  name?: Fqdn;
  type?: string;
  value?: string;
  /** Only leases made before this moment. */
  before?: Date;
}

/** What became of one record: its lease, or why it has none. */
export type EnsureResult = { lease: Lease; error?: undefined } | { lease?: undefined; error: DnsError };

/** What became of one lease: its report, or why it is still held. */
export type ReleaseResult =
  | { report: ReleaseReport; error?: undefined }
  | { report?: undefined; error: DnsError };

export interface DnsClient {
  /** Afterwards the value is in the record set and the provider serves it. Already there is success. */
  ensure(record: DesiredRecord, options?: CallOptions): Promise<Lease>;
  /**
   * Many at once: values for one record set become one write, and many sets of one zone become a batch where the vendor has one.
   * Leases in the order of the records. Every record is checked before anything is written.
   *
   * @throws DnsError the first failure, when all work has ended; what was written is in the journal
   */
  ensureAll(records: readonly DesiredRecord[], options?: CallOptions): Promise<Lease[]>;
  /** As `ensureAll`, but each record by itself: one that fails, or is wrong, does not stop the others. Results in the order of the records. */
  ensureEach(records: readonly DesiredRecord[], options?: CallOptions): Promise<EnsureResult[]>;
  /** Afterwards the leased value is gone and every other value still stands. Already gone is success. */
  release(lease: Lease | LeaseId, options?: ReleaseOptions): Promise<ReleaseReport>;
  /**
   * As `release`, with one write for each record set, or fewer where the vendor has batches. Reports in the order of the leases.
   *
   * @throws DnsError the first failure, when all work has ended; what could not be released stays in the journal
   */
  releaseAll(leases: readonly (Lease | LeaseId)[], options?: ReleaseOptions): Promise<ReleaseReport[]>;
  /** As `releaseAll`, with a result for each lease. */
  releaseEach(leases: readonly (Lease | LeaseId)[], options?: ReleaseOptions): Promise<ReleaseResult[]>;
  /** Reads only. */
  plan(records: readonly DesiredRecord[], options?: CallOptions): Promise<Plan>;
  /** Leases of the journal that were not released, oldest first. */
  leases(filter?: LeaseFilter): AsyncIterable<Lease>;
}
