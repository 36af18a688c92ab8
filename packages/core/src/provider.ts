import type { DnsError, DnsErrorCode } from './errors.js';
import type { Fqdn } from './fqdn.js';

/** TXT and CNAME are what certificate authorities ask for; an adapter may carry others too. */
export type RecordType = 'TXT' | 'CNAME' | (string & {});

/** What survives `JSON.stringify` and a process. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Names one record set. */
export interface RecordKey {
  name: Fqdn;
  type: RecordType;
  /** `default` for the vendor's default line, else the vendor's own line code (`Dianxin`, `cn_telecom_beijing`). */
  line: string;
}

export interface Limits {
  /** Seconds. */
  ttl: { min: number; max: number; default: number };
  /** Longest TXT value in bytes, all its character strings together. */
  txtBytes: number;
  /** Characters that the vendor refuses inside a TXT value. */
  txtForbidden?: { characters: string; reason: string };
  /** Most values that one record set holds. */
  valuesPerSet: number;
}

export interface Zone {
  /** The vendor's id. Adapters whose vendor addresses zones by name put the name here. */
  id: string;
  name: Fqdn;
  /** `inactive`: the vendor does not serve it (disabled, frozen, expired). */
  status: 'active' | 'inactive';
  /** Where this zone's edition differs from the provider's limits. */
  limits?: Partial<Limits>;
  /** The name servers that the vendor expects the registrar to point to, if it tells. */
  nameServers?: readonly Fqdn[];
}

export interface RecordSet {
  key: RecordKey;
  /** Seconds. */
  ttl: number;
  /** Canonical values (see `canonicalValue`): TXT raw and never quoted, host names absolute. */
  values: readonly string[];
  /** False while the vendor has accepted the set but does not serve it yet (`PENDING_CREATE`). Absent: it is served. */
  settled?: boolean;
  /**
   * The vendor's own word for why it does not serve the set, and will not by itself (`DISABLE`, `ERROR`, `FREEZE`).
   * Its values can be taken away; to wait for it is of no use. Absent: it is served, or on its way.
   */
  unserved?: string;
  /** Whatever the adapter wants to find again in `applyChange`: ids, paging facts. Never leaves the process. */
  native?: unknown;
  /** Record sets that exclude this one, for example a CNAME at a TXT's name. */
  conflicts: readonly RecordKey[];
}

/** One write to one record set: values that must be there afterwards, values that must not; every other value stays. */
export interface ValueChange {
  key: RecordKey;
  add: readonly string[];
  remove: readonly string[];
  /** Seconds; for a set that this change creates. A set that others share keeps its TTL. */
  ttl: number;
  /** `native` of the receipts that added the values in `remove`. With record ids in it an adapter can remove without reading. */
  receipts?: readonly Json[];
}

/** One change of a batch. */
export interface PreparedChange {
  /** The set as it was read for this batch; undefined if it is not there. */
  current: RecordSet | undefined;
  change: ValueChange;
}

export interface Receipt {
  /** False: accepted, but not served yet; the engine asks until it is. */
  settled: boolean;
  /** Values of `add` that were there already, made by someone else. */
  present?: readonly string[];
  /** Values of `remove` that were not there. */
  absent?: readonly string[];
  /** Facts worth keeping in the lease, for example record ids. JSON, since it survives the process. No secret. */
  native?: Json;
}

export interface Capabilities {
  /**
   * How the vendor's smallest write works.
   * `value`: one value is added or deleted by itself (Alibaba Cloud).
   * `replace`: the whole set is written, so two writers can lose a value, and the engine locks, reads back and repairs (Huawei Cloud).
   * `atomic`: adding and deleting single values is atomic on the server (RFC 2136).
   */
  writes: 'value' | 'replace' | 'atomic';
  types: readonly RecordType[];
  limits: Limits;
  /** True if records can be bound to lines of the vendor. False: every line but `default` is `UNSUPPORTED`. */
  lines: boolean;
  /**
   * What one `findZones` answer holds. `suffixes`: the zones that the asked name lies in.
   * `family`: every owned zone that ends in the last two labels of the asked name, so that one question serves all names below them.
   */
  zoneSearch: 'suffixes' | 'family';
  /** The vendor refuses a second write in a zone while one is running; the engine then queues per zone, not per record set. */
  serialPerZone: boolean;
  /**
   * Set if the adapter has `readRecordSets` and `applyChanges`. `from`: how many values of one zone it takes for a batch to
   * need fewer calls than one change after the other. False: no batch.
   */
  batch: false | { from: number };
  /** Name servers of this vendor, matched against host names without final dot. */
  nameServerPatterns: readonly RegExp[];
  /** Requests that an account may make. Absent: unknown, and only the vendor's own throttling answers slow it down. */
  rate?: { requests: number; perMs: number };
}

/** One call to a vendor's API, reported when it ended. */
export interface ApiCallEvent {
  provider: string;
  /** The vendor's name of the call, for example `AddDomainRecord`. */
  operation: string;
  write: boolean;
  elapsedMs: number;
  outcome: 'ok' | DnsErrorCode;
  httpStatus?: number;
  requestId?: string;
  vendorCode?: string;
}

export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, Json>>): void;
  info(message: string, fields?: Readonly<Record<string, Json>>): void;
  warn(message: string, fields?: Readonly<Record<string, Json>>): void;
}

/** What every provider method gets beside its subject. */
export interface Call {
  /** Aborted: the method rejects soon, with `ABORTED`; a write that was on its way has `outcomeUnknown`. */
  signal: AbortSignal;
  log: Logger;
  /** To be called once for each request to the vendor, failed ones included. */
  onApiCall(event: ApiCallEvent): void;
}

/** A coded observation for the operator. */
export interface Finding {
  code: string;
  severity: 'info' | 'warning' | 'fatal';
  message: string;
  /** What to do about it. */
  remedy: string;
}

/**
 * What an adapter implements: list zones, read one record set, apply a small change of values.
 * Merging, idempotence, locking, retries and settling are the engine's. Every method rejects with `DnsError` only.
 */
export interface DnsProvider {
  /** `huaweicloud`, `alidns`, `rfc2136`, … */
  readonly id: string;
  readonly capabilities: Capabilities;
  /** Every owned zone that is a suffix of `name` (see `capabilities.zoneSearch`). More zones do no harm: the engine compares names itself. */
  findZones(name: Fqdn, call: Call): Promise<readonly Zone[]>;
  /** All zones of the account, every page. */
  listZones(call: Call): AsyncIterable<Zone>;
  /**
   * The record set with exactly this key, or undefined if nothing is there. If only sets that exclude it are there
   * (a CNAME at a TXT's name), a set without values that names them in `conflicts`.
   */
  readRecordSet(zone: Zone, key: RecordKey, call: Call): Promise<RecordSet | undefined>;
  /**
   * Applies one change. `current` is what `readRecordSet` said just before, or undefined if the set was not read or is not there.
   * With `current` undefined and values to add, an adapter creates, and rejects with `RECORD_CONFLICT` when something
   * is there that it would have to know first; the engine then reads and comes back with `current`.
   */
  applyChange(zone: Zone, current: RecordSet | undefined, change: ValueChange, call: Call): Promise<Receipt>;
  /** As `readRecordSet`, for many sets of one zone with far fewer calls than one each; in the order of the keys. */
  readRecordSets?(
    zone: Zone,
    keys: readonly RecordKey[],
    call: Call,
  ): Promise<readonly (RecordSet | undefined)[]>;
  /**
   * Changes to different record sets of one zone with far fewer calls than one each, split into as many vendor batches as it
   * takes. Each change either adds or removes.
   *
   * @returns in the order of the changes, a receipt, or the error that ended this change alone. A change that may have been
   * carried out all the same has an error with `outcomeUnknown`. After an error the engine reads the set and goes on with
   * `applyChange`, so an adapter need not tell why a vendor's batch refused one of its entries.
   * @throws DnsError if nothing was carried out, or if what was cannot be told (`outcomeUnknown`).
   */
  applyChanges?(
    zone: Zone,
    changes: readonly PreparedChange[],
    call: Call,
  ): Promise<readonly (Receipt | DnsError)[]>;
  /** Whether what a receipt speaks of is served now. Not needed where `readRecordSet` tells it by `settled`. */
  isSettled?(zone: Zone, receipt: Receipt, call: Call): Promise<boolean>;
  /** The vendor's own diagnosis of a name. */
  explain?(zone: Zone, key: RecordKey, call: Call): Promise<readonly Finding[]>;
}
