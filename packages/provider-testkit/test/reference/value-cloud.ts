import type { BackendFacts, HeldSet } from '../../src/index.js';
import { Backend, BackendError, excludes, type Page, page } from './backend.js';

export const valueFacts: BackendFacts = {
  writes: 'value',
  ttl: { min: 60, max: 86_400, default: 600 },
  valuesPerSet: 30,
  txt: { bytes: 600, forbidden: '', empty: true },
  lines: ['north', 'south'],
  pageSize: { zones: 5, records: 5 },
  settlesLater: false,
  faults: ['hang', 'reset', 'truncated', 'empty', 'internal-error', 'html', 'throttle', 'busy'],
  calls: { addAndRemove: 3, apexAndWildcard: 5 },
};

export interface Content {
  name: string;
  type: string;
  line: string;
  ttl: number;
  /** TXT: its character strings. Others: one string. */
  strings: readonly string[];
}

export interface StoredRecord extends Content {
  id: string;
}

export type Entry = { add: Content } | { remove: Omit<Content, 'ttl'> };
export type Outcome = { id: string } | { refused: 'Duplicate' | 'Conflict' | 'Full' | 'NotFound' };

/** A cloud that keeps a record with an id of its own for each value, as Alibaba Cloud does. */
export class ValueCloud extends Backend {
  readonly #records = new Map<string, StoredRecord[]>();

  records(zoneName: string): StoredRecord[] {
    const known = this.#records.get(zoneName) ?? [];
    this.#records.set(zoneName, known);
    return known;
  }

  /** The search matches parts of names, whatever the type; newest first. */
  listRecords(zoneId: string, keyWord: string, number: number): Page<StoredRecord> {
    const records = this.records(this.zone(zoneId).name);
    return page(records.filter(({ name }) => name.includes(keyWord)).reverse(), number);
  }

  addRecord(zoneId: string, content: Content): { id: string } {
    const records = this.records(this.zone(zoneId).name);
    const { ttl, type, strings } = content;
    if (ttl < valueFacts.ttl.min || ttl > valueFacts.ttl.max) throw new BackendError('BadTtl');
    if (type === 'TXT' && Buffer.byteLength(strings.join('')) > valueFacts.txt.bytes)
      throw new BackendError('BadValue');
    const beside = records.filter(({ name, line }) => name === content.name && line === content.line);
    const same = beside.filter((record) => record.type === type);
    if (same.some((record) => record.strings.join('') === strings.join('')))
      throw new BackendError('Duplicate');
    if (beside.some((record) => excludes(record.type, type))) throw new BackendError('Conflict');
    if (type === 'CNAME' && same.length > 0) throw new BackendError('Conflict');
    if (same.length >= valueFacts.valuesPerSet) throw new BackendError('Full');
    const record = { ...content, id: this.newId() };
    records.push(record);
    return { id: record.id };
  }

  deleteRecord(id: string): void {
    for (const records of this.#records.values()) {
      const index = records.findIndex((record) => record.id === id);
      if (index < 0) continue;
      records.splice(index, 1);
      return;
    }
    throw new BackendError('NotFound');
  }

  /** Many values in one request; each entry succeeds or fails by itself. */
  changeRecords(zoneId: string, entries: readonly Entry[]): Outcome[] {
    return entries.map((entry) => {
      try {
        if ('add' in entry) return this.addRecord(zoneId, entry.add);
        const found = this.records(this.zone(zoneId).name).find((record) => isSame(record, entry.remove));
        if (!found) return { refused: 'NotFound' };
        this.deleteRecord(found.id);
        return { id: found.id };
      } catch (error) {
        return { refused: (error as BackendError).code as 'Conflict' };
      }
    });
  }

  held(zoneName: string): HeldSet[] {
    const sets = new Map<string, HeldSet & { values: string[]; stored: string[] }>();
    for (const { name, type, line, ttl, strings } of this.records(zoneName)) {
      const key = `${name} ${type} ${line}`;
      const set = sets.get(key) ?? { name, type, line, ttl, values: [], stored: [] };
      set.values.push(strings.join(''));
      set.stored.push(JSON.stringify(strings));
      sets.set(key, { ...set, ttl: Math.min(set.ttl, ttl) });
    }
    return [...sets.values()];
  }
}

function isSame(record: StoredRecord, { name, type, line, strings }: Omit<Content, 'ttl'>): boolean {
  return (
    record.name === name &&
    record.type === type &&
    record.line === line &&
    record.strings.join('') === strings.join('')
  );
}
