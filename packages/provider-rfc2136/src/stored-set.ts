import type { RecordKey, RecordSet } from '@domainproof/core';
import type { ResourceRecord } from './wire/message.js';
import { decodeRdata, isValue } from './wire/rdata.js';

/** A record set as the server holds it: the RDATA tells more than the values, for example where a text is split. */
export class StoredSet {
  readonly key: RecordKey;
  readonly records: readonly ResourceRecord[];
  /** Types at the name that exclude this set. */
  readonly conflicts: readonly string[];
  /** False: the server has the set, and yet does not find these values in it. PowerDNS does so if two of them differ in case only. */
  readonly isComparable: boolean;

  constructor(
    key: RecordKey,
    records: readonly ResourceRecord[],
    conflicts: readonly string[] = [],
    isComparable = true,
  ) {
    this.key = key;
    this.records = records;
    this.conflicts = conflicts;
    this.isComparable = isComparable;
  }

  /** The same set, of which nothing but that it is there can be made a prerequisite. */
  withoutComparison(): StoredSet {
    return new StoredSet(this.key, this.records, this.conflicts, false);
  }

  get isEmpty(): boolean {
    return this.records.length === 0 && this.conflicts.length === 0;
  }

  /** More than one if texts differ only in where they are split. */
  recordsOf(value: string): readonly ResourceRecord[] {
    return this.records.filter(({ rdata }) => isValue(this.key.type, rdata, value));
  }

  holds(value: string): boolean {
    return this.recordsOf(value).length > 0;
  }

  /** The same records, in whatever order. TTLs do not count. */
  equals(other: StoredSet): boolean {
    return (
      this.records.length === other.records.length &&
      this.records.every(({ rdata }) => other.records.some((record) => record.rdata.equals(rdata))) &&
      this.conflicts.join() === other.conflicts.join()
    );
  }

  /** Undefined if nothing is there. */
  toRecordSet(): RecordSet | undefined {
    if (this.isEmpty) return undefined;
    const { key, records, conflicts } = this;
    const values = records.flatMap(({ rdata }) => decodeRdata(key.type, rdata) ?? []);
    return {
      key,
      ttl: Math.min(...records.map(({ ttl }) => ttl), ...(records.length === 0 ? [0] : [])),
      values: [...new Set(values)],
      native: this,
      conflicts: conflicts.map((type) => ({ ...key, type })),
    };
  }
}

/** `native` of a record set that was read by this adapter. */
export function storedSetOf(set: RecordSet | undefined): StoredSet | undefined {
  return set?.native instanceof StoredSet ? set.native : undefined;
}
