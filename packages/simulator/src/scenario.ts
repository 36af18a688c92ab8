/** What a simulated account holds, as tests and scripts write it down and read it back. */

/** A zone (Huawei Cloud) or domain (Alibaba Cloud) held in the account. */
export interface SimulatedZone {
  /** With or without the final dot. */
  name: string;
  cloud: 'huaweicloud' | 'alidns';
  /** Whether the parent zone points to this cloud. Default true; false: held in the account, but served to nobody. */
  delegated?: boolean;
  /**
   * Alibaba Cloud only: the smallest TTL is 600 s (`free`) or 1 s (`ultimate`). `expired`: an ultimate edition whose time is over,
   * listed with `InstanceExpired`; no document says what it still allows, so it takes the TTLs of `free`. Default `free`.
   */
  edition?: 'free' | 'ultimate' | 'expired';
  /** `disabled`: the cloud refuses writes and does not serve the zone. Default `active`. */
  status?: 'active' | 'disabled';
  /** Records that are there from the start. */
  records?: readonly SeededRecord[];
}

/** One value that an account holds from the start. */
export interface SeededRecord {
  /** Full or relative; `@` for the apex. */
  name: string;
  type: string;
  /** TXT raw, never quoted. */
  value: string;
  /** Seconds. Default: the cloud's own. */
  ttl?: number;
  /** Default: the cloud's default line. */
  line?: string;
  /**
   * `disabled`: paused by somebody, and not served. Huawei Cloud only, also not served: `frozen` (arrears or abuse; writes are
   * refused) and `error` (the last change failed). All values of a Huawei Cloud record set have one status. Default `active`.
   */
  status?: 'active' | 'disabled' | 'frozen' | 'error';
}

/** One record set as the account holds it, in one form for both clouds. The SOA and NS sets of the apex are left out. */
export interface SimulatedRecordSet {
  /** Absolute, lower case, final dot. */
  name: string;
  type: string;
  /** The vendor's own line code: `default_view`, `default`, … */
  line: string;
  /** Seconds. */
  ttl: number;
  /** TXT raw (never quoted), host names absolute; sorted. */
  values: readonly string[];
  /** By which the vendor's API knows it: one for a Huawei Cloud record set; at Alibaba Cloud one for each value, oldest first. */
  ids: readonly string[];
  /** Huawei Cloud only: the values in the form and order of its API, TXT as quoted strings. */
  records?: readonly string[];
  /** The vendor's own word: `ACTIVE`, `PENDING_CREATE`, `ENABLE`, … */
  status: string;
}
