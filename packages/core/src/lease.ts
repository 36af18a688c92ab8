import type { Fqdn } from './fqdn.js';
import type { Json, RecordType } from './provider.js';

export type LeaseId = string;

/** What a caller asks for: one value at one name. */
export interface DesiredRecord {
  /** Full name, or the host record relative to `zone`; see `absoluteName`. */
  name: string;
  type: RecordType;
  /** As the certificate service shows it; TXT raw, quoted or in several quoted strings. */
  value: string;
  /** Seconds. Default: the provider's (Huawei Cloud 300, Alibaba Cloud 600). */
  ttl?: number;
  /** A line code of the vendor. Default: `default`. */
  line?: string;
  /** Ask this provider only. */
  provider?: string;
  /** Use this zone instead of the longest one that fits. */
  zone?: string;
}

/** A hold on one value inside a record set that others may share. Plain JSON; no secret in it. */
export interface Lease {
  version: 1;
  id: LeaseId;
  provider: string;
  /** The zone's absolute name. */
  zone: Fqdn;
  name: Fqdn;
  type: RecordType;
  line: string;
  /** Canonical: TXT raw, CNAME target absolute. */
  value: string;
  /** Seconds; `requested` only if the caller asked for one. */
  ttl: { requested?: number; effective: number };
  /** False: the value was there before, so someone else may need it, and `release` keeps it unless forced. */
  created: boolean;
  /** ISO 8601, UTC. */
  createdAt: string;
  native?: Json;
}

/** What became of one lease. */
export interface ReleaseReport {
  lease: Lease;
  /** `removed`: taken away now. `absent`: was gone already. `kept`: not ours to remove (`created: false`, not forced). */
  outcome: 'removed' | 'absent' | 'kept';
}
