import {
  type Call,
  type Capabilities,
  DnsError,
  type DnsProvider,
  type Fqdn,
  isDnsError,
  isWithin,
  type Json,
  type PreparedChange,
  type Receipt,
  type RecordKey,
  type RecordSet,
  splitTxt,
  type ValueChange,
  type Zone,
} from '@domainproof/core';
import { PAGE_SIZE, type Page, type StoredZone } from './backend.js';
import { Connection, type Credentials } from './connection.js';
import { type Content, type Entry, type StoredRecord, type ValueCloud, valueFacts } from './value-cloud.js';

/** What one change has done so far. */
export interface Progress {
  ids: Record<string, string>;
  present: string[];
  absent: string[];
  writes: number;
}

/** What adding one value of a change takes. */
export type AddStep = [
  zone: Zone,
  current: RecordSet | undefined,
  change: ValueChange,
  value: string,
  progress: Progress,
  call: Call,
];

type Ids = ReadonlyMap<string, readonly string[]>;

/** A correct adapter for `ValueCloud`. The mutants are this one with one step done wrong. */
export class ValueAdapter implements DnsProvider {
  readonly id: string = 'value-cloud';
  readonly capabilities: Capabilities = {
    writes: 'value',
    types: ['TXT', 'CNAME', 'A', 'MX'],
    limits: { ttl: valueFacts.ttl, txtBytes: valueFacts.txt.bytes, valuesPerSet: valueFacts.valuesPerSet },
    lines: true,
    zoneSearch: 'suffixes',
    serialPerZone: false,
    batch: { from: 3 },
    nameServerPatterns: [],
  };
  protected connection: Connection;

  constructor(
    protected readonly cloud: ValueCloud,
    credentials: Credentials,
  ) {
    this.connection = new Connection(this.id, cloud, credentials);
  }

  async findZones(name: Fqdn, call: Call): Promise<readonly Zone[]> {
    const family = name.split('.').slice(-3).join('.');
    const zones = await this.zonePages(family, call);
    return zones.map(toZone).filter((zone) => isWithin(name, zone.name));
  }

  async *listZones(call: Call): AsyncIterable<Zone> {
    for (const zone of await this.zonePages('', call)) yield toZone(zone);
  }

  async readRecordSet(zone: Zone, key: RecordKey, call: Call): Promise<RecordSet | undefined> {
    return this.toSet(key, await this.recordsAt(zone, key.name, call));
  }

  async readRecordSets(zone: Zone, keys: readonly RecordKey[], call: Call) {
    const all = await this.recordPages(zone, '', call);
    return keys.map((key) =>
      this.toSet(
        key,
        all.filter(({ name }) => name === key.name),
      ),
    );
  }

  async applyChange(
    zone: Zone,
    current: RecordSet | undefined,
    change: ValueChange,
    call: Call,
  ): Promise<Receipt> {
    const progress: Progress = { ids: {}, present: [], absent: [], writes: 0 };
    try {
      for (const value of change.add) await this.add(zone, current, change, value, progress, call);
      if (change.remove.length > 0) await this.removeAll(zone, current, change, progress, call);
    } catch (error) {
      if (!isDnsError(error) || progress.writes === 0) throw error;
      throw new DnsError(error.code, error.message, { ...error, outcomeUnknown: true });
    }
    const { ids, present, absent } = progress;
    return { settled: true, present, absent, native: ids };
  }

  async applyChanges(
    zone: Zone,
    changes: readonly PreparedChange[],
    call: Call,
  ): Promise<readonly (Receipt | DnsError)[]> {
    const entries = changes.flatMap(({ current, change }, index) => this.entries(index, current, change));
    const send = () =>
      this.cloud.changeRecords(
        zone.id,
        entries.map(({ entry }) => entry),
      );
    const outcomes = await this.connection.send('ChangeRecords', true, call, send);
    return changes.map((_, index) => {
      const progress: Progress = { ids: {}, present: [], absent: [], writes: 0 };
      for (const [at, { change, value, entry }] of entries.entries()) {
        const outcome = outcomes[at];
        if (change !== index || !outcome) continue;
        if ('id' in outcome) progress.ids[value] = outcome.id;
        else if (outcome.refused === 'Duplicate') progress.present.push(value);
        else if (outcome.refused === 'NotFound' && 'remove' in entry) progress.absent.push(value);
        else return new DnsError('RECORD_CONFLICT', `the backend answered ${outcome.refused}`);
      }
      return { settled: true, present: progress.present, absent: progress.absent, native: progress.ids };
    });
  }

  protected entries(
    change: number,
    current: RecordSet | undefined,
    { key, add, remove, ttl }: ValueChange,
  ): { change: number; value: string; entry: Entry }[] {
    const content = (value: string): Content => ({
      ...key,
      ttl: current?.ttl || ttl,
      strings: toStrings(key, value),
    });
    return [
      ...add.map((value) => ({ change, value, entry: { add: content(value) } })),
      ...remove.map((value) => ({ change, value, entry: { remove: content(value) } })),
    ];
  }

  protected async add(...[zone, current, { key, ttl }, value, progress, call]: AddStep): Promise<void> {
    const shared = current !== undefined && current.values.length > 0;
    const content = { ...key, ttl: shared ? current.ttl : ttl, strings: toStrings(key, value) };
    try {
      const add = () => this.cloud.addRecord(zone.id, content);
      progress.ids[value] = (await this.connection.send('AddRecord', true, call, add)).id;
      progress.writes += 1;
    } catch (error) {
      if (!isDnsError(error) || error.vendorCode !== 'Duplicate') throw error;
      progress.present.push(value);
    }
  }

  protected async removeAll(
    zone: Zone,
    current: RecordSet | undefined,
    { key, remove, receipts = [] }: ValueChange,
    progress: Progress,
    call: Call,
  ): Promise<void> {
    const kept = idsOf(receipts);
    let known = current?.native as Ids | undefined;
    if (!known && remove.some((value) => !kept.has(value)))
      known = (await this.readRecordSet(zone, key, call))?.native as Ids | undefined;
    for (const value of remove) {
      let removed = false;
      for (const id of (known ?? kept).get(value) ?? [])
        if (await this.deleteRecord(id, call)) {
          removed = true;
          progress.writes += 1;
        }
      if (!removed) progress.absent.push(value);
    }
  }

  /** False if it is gone already. */
  protected async deleteRecord(id: string, call: Call): Promise<boolean> {
    try {
      await this.connection.send('DeleteRecord', true, call, () => this.cloud.deleteRecord(id));
      return true;
    } catch (error) {
      if (isDnsError(error) && error.vendorCode === 'NotFound') return false;
      throw error;
    }
  }

  protected async recordsAt(zone: Zone, name: Fqdn, call: Call): Promise<StoredRecord[]> {
    const records = await this.recordPages(zone, name, call);
    return records.filter((record) => record.name === name);
  }

  protected recordPages(zone: Zone, keyWord: string, call: Call): Promise<StoredRecord[]> {
    return this.pages((number) =>
      this.connection.send('ListRecords', false, call, () =>
        this.cloud.listRecords(zone.id, keyWord, number),
      ),
    );
  }

  protected zonePages(keyWord: string, call: Call): Promise<StoredZone[]> {
    return this.pages((number) =>
      this.connection.send('ListZones', false, call, () => this.cloud.listZones(keyWord, number)),
    );
  }

  protected async pages<T>(ask: (number: number) => Promise<Page<T>>): Promise<T[]> {
    const all: T[] = [];
    for (let number = 1; ; number += 1) {
      const { items, total } = await ask(number);
      all.push(...items);
      if (items.length === 0 || number * PAGE_SIZE >= total) return all;
    }
  }

  protected textOf(record: StoredRecord): string {
    return record.strings.join('');
  }

  protected toSet(key: RecordKey, records: readonly StoredRecord[]): RecordSet | undefined {
    const onLine = records.filter(({ line }) => line === key.line);
    const own = onLine.filter(({ type }) => type === key.type);
    const conflicts = [...new Set(onLine.map(({ type }) => type))]
      .filter((type) => type !== key.type && (type === 'CNAME' || key.type === 'CNAME'))
      .map((type) => ({ ...key, type }));
    if (own.length === 0 && conflicts.length === 0) return undefined;
    const ids = new Map<string, string[]>();
    for (const record of own) {
      const value = this.textOf(record);
      ids.set(value, [...(ids.get(value) ?? []), record.id]);
    }
    const ttl = own.length > 0 ? Math.min(...own.map((record) => record.ttl)) : valueFacts.ttl.default;
    return { key, ttl, values: [...ids.keys()], native: ids, conflicts };
  }
}

export function toZone({ id, name }: StoredZone): Zone {
  return { id, name: name as Fqdn, status: 'active' };
}

function toStrings(key: RecordKey, value: string): string[] {
  return key.type === 'TXT' ? splitTxt(value) : [value];
}

function idsOf(receipts: readonly Json[]): Map<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const receipt of receipts)
    for (const [value, id] of Object.entries((receipt ?? {}) as Record<string, string>)) ids.set(value, [id]);
  return ids;
}
