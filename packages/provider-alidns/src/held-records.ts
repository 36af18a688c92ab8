import type { RecordType } from '@domainproof/core';
import type { Answer } from './answer.js';
import { isPaused, recordId, recordValue } from './wire.js';

/** Records as one listing gave them. */
export class Listed {
  readonly records: readonly Answer[];
  #lowerCase?: { record: Answer; hostRecord: string; value: string }[];

  constructor(records: readonly Answer[]) {
    this.records = records;
  }

  /**
   * Whether deleting by host record and value can hit no other record. The vendor's documents name these two as the
   * conditions of `RR_DEL`; whether type and line count too, case matters or a part is enough, they do not say.
   */
  isAlone(record: Answer): boolean {
    this.#lowerCase ??= this.records.map((one) => ({
      record: one,
      hostRecord: lowerCase(one.RR),
      value: lowerCase(one.Value),
    }));
    const [hostRecord, value] = [lowerCase(record.RR), lowerCase(record.Value)];
    return !this.#lowerCase.some(
      (other) =>
        other.record !== record && other.hostRecord.includes(hostRecord) && other.value.includes(value),
    );
  }
}

/** One record of a set. */
export interface Held {
  id: string;
  isPaused: boolean;
  /** As listed. */
  record: Answer;
}

/** The records of one set, paused ones too. One value in two spellings has two records. */
export class HeldRecords {
  readonly #byValue = new Map<string, Held[]>();
  readonly #listed: Listed;

  /** @throws DnsError `PROTOCOL` for a record without a usable id */
  constructor(type: RecordType, records: readonly Answer[], listed: Listed) {
    this.#listed = listed;
    for (const record of records) {
      const value = recordValue(type, record);
      const held = { id: recordId(record), isPaused: isPaused(record), record };
      this.#byValue.set(value, [...(this.#byValue.get(value) ?? []), held]);
    }
  }

  /** Canonical values, each once. */
  values(servedOnly: boolean): string[] {
    return [...this.#byValue]
      .filter(([, held]) => !servedOnly || held.some((one) => !one.isPaused))
      .map(([value]) => value);
  }

  of(value: string): readonly Held[] {
    return this.#byValue.get(value) ?? [];
  }

  /** Every record of the value was paused in the console. */
  isPaused(value: string): boolean {
    const held = this.of(value);
    return held.length > 0 && held.every((one) => one.isPaused);
  }

  hasId(id: string): boolean {
    return [...this.#byValue.values()].flat().some((one) => one.id === id);
  }

  /** Whether host record and value name this record and no other one. */
  isAlone({ record }: Held): boolean {
    return record.RR !== '' && record.Value !== '' && this.#listed.isAlone(record);
  }
}

function lowerCase(text: unknown): string {
  return String(text).toLowerCase();
}
