import {
  type Call,
  type Capabilities,
  DnsError,
  type DnsErrorCode,
  type DnsProvider,
  type Fqdn,
  isDnsError,
  isWithin,
  type PreparedChange,
  parseTxt,
  quoteTxt,
  type Receipt,
  type RecordKey,
  type RecordSet,
  type ValueChange,
  type Zone,
} from '@domainproof/core';
import { PAGE_SIZE, type Page, type StoredZone } from './backend.js';
import { Connection, type Credentials } from './connection.js';
import { type SetCloud, type SetOutcome, type SetWrite, type StoredSet, setFacts } from './set-cloud.js';
import { toZone } from './value-adapter.js';

/** What is to be written for one change. */
interface Intention {
  write?: SetWrite;
  present: string[];
  absent: string[];
}

/** A correct adapter for `SetCloud`. The mutants are this one with one step done wrong. */
export class SetAdapter implements DnsProvider {
  readonly id: string = 'set-cloud';
  readonly capabilities: Capabilities = {
    writes: 'replace',
    types: ['TXT', 'CNAME', 'A', 'MX'],
    limits: {
      ttl: setFacts.ttl,
      txtBytes: setFacts.txt.bytes,
      txtForbidden: { characters: '"\\', reason: 'they end a character string.' },
      valuesPerSet: setFacts.valuesPerSet,
    },
    lines: false,
    zoneSearch: 'suffixes',
    serialPerZone: false,
    batch: { from: 3 },
    nameServerPatterns: [],
  };
  protected connection: Connection;

  constructor(
    protected readonly cloud: SetCloud,
    protected readonly credentials: Credentials,
  ) {
    this.connection = new Connection(this.id, cloud, credentials);
  }

  async findZones(name: Fqdn, call: Call): Promise<readonly Zone[]> {
    const zones = await this.zonePages(name.split('.').slice(-3).join('.'), call);
    return zones.map(toZone).filter((zone) => isWithin(name, zone.name));
  }

  async *listZones(call: Call): AsyncIterable<Zone> {
    for (const zone of await this.zonePages('', call)) yield toZone(zone);
  }

  async readRecordSet(zone: Zone, key: RecordKey, call: Call): Promise<RecordSet | undefined> {
    return this.toSet(key, await this.setsAt(zone, key.name, call));
  }

  async readRecordSets(zone: Zone, keys: readonly RecordKey[], call: Call) {
    const all = await this.setPages(zone, '', call);
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
    const mustRead = current === undefined && change.remove.length > 0;
    const set = mustRead ? await this.readRecordSet(zone, change.key, call) : current;
    const { write, present, absent } = this.intend(set, change);
    if (!write) return { settled: set?.settled ?? true, present, absent };
    try {
      const answer = await this.write(zone, write, call);
      return { settled: this.isServed(answer) || 'delete' in write, present, absent };
    } catch (error) {
      if (!isDnsError(error) || error.vendorCode !== 'NotFound') throw error;
      return this.vanished(change);
    }
  }

  async applyChanges(
    zone: Zone,
    changes: readonly PreparedChange[],
    call: Call,
  ): Promise<readonly (Receipt | DnsError)[]> {
    const intentions = changes.map(({ current, change }) => this.intend(current, change));
    const writes = intentions.flatMap(({ write }) => (write ? [write] : []));
    const send = () => this.cloud.writeSets(zone.id, writes);
    const outcomes = writes.length > 0 ? await this.connection.send('WriteSets', true, call, send) : [];
    return this.receipts(changes, intentions, outcomes);
  }

  protected receipts(
    changes: readonly PreparedChange[],
    intentions: readonly Intention[],
    outcomes: readonly SetOutcome[],
  ): (Receipt | DnsError)[] {
    let at = 0;
    return intentions.map(({ write, present, absent }, index) => {
      const outcome = write && outcomes[at++];
      if (!outcome) return { settled: changes[index]?.current?.settled ?? true, present, absent };
      if ('refused' in outcome)
        return new DnsError(
          outcome.refused === 'Busy' ? 'BUSY' : 'RECORD_CONFLICT',
          `refused: ${outcome.refused}`,
        );
      return { settled: this.isServed(outcome) || 'delete' in write, present, absent };
    });
  }

  /** The one write that makes a set what it is to be. */
  protected intend(current: RecordSet | undefined, { key, add, remove, ttl }: ValueChange): Intention {
    const set = current?.native as StoredSet | undefined;
    const held = current?.values ?? [];
    const present = add.filter((value) => held.includes(value));
    const absent = remove.filter((value) => !held.includes(value));
    const missing = add.filter((value) => !held.includes(value)).map((value) => toOwn(key, value));
    if (!set) {
      const create = { name: key.name, type: key.type, ttl, values: missing };
      return { present, absent, ...(missing.length > 0 ? { write: { create } } : {}) };
    }
    const kept = set.values.filter((own) => !remove.includes(this.textOf(set, own)));
    const values = [...kept, ...missing];
    if (missing.length === 0 && kept.length === set.values.length) return { present, absent };
    const { id } = set;
    return { present, absent, write: values.length > 0 ? { update: { id, values } } : { delete: { id } } };
  }

  protected write(zone: Zone, write: SetWrite, call: Call): Promise<StoredSet> {
    const { cloud } = this;
    if ('create' in write)
      return this.connection.send('CreateSet', true, call, () => cloud.createSet(zone.id, write.create));
    if ('update' in write)
      return this.connection.send('UpdateSet', true, call, () =>
        cloud.updateSet(zone.id, write.update.id, write.update.values),
      );
    return this.connection.send('DeleteSet', true, call, () => cloud.deleteSet(zone.id, write.delete.id));
  }

  protected isServed({ status }: StoredSet): boolean {
    return !status.startsWith('PENDING_');
  }

  protected setsAt(zone: Zone, name: Fqdn, call: Call): Promise<StoredSet[]> {
    return this.setPages(zone, name, call).then((sets) => sets.filter((set) => set.name === name));
  }

  protected setPages(zone: Zone, like: string, call: Call): Promise<StoredSet[]> {
    return this.pages((number) =>
      this.connection.send('ListSets', false, call, () => this.cloud.listSets(zone.id, like, number)),
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

  protected textOf({ type }: StoredSet, own: string): string {
    return type === 'TXT' ? parseTxt(own) : own;
  }

  protected toSet(key: RecordKey, sets: readonly StoredSet[]): RecordSet | undefined {
    const staying = sets.filter(({ status }) => status !== 'PENDING_DELETE');
    const own = staying.find(({ type }) => type === key.type);
    const conflicts = staying
      .filter(({ type }) => type !== key.type && (type === 'CNAME' || key.type === 'CNAME'))
      .map(({ type }) => ({ ...key, type }));
    if (!own)
      return conflicts.length > 0 ? { key, ttl: setFacts.ttl.default, values: [], conflicts } : undefined;
    const values = own.values.map((value) => this.textOf(own, value));
    return { key, ttl: own.ttl, values, settled: this.isServed(own), native: own, conflicts };
  }

  private vanished({ add, remove }: ValueChange): Receipt {
    const code: DnsErrorCode = 'RECORD_CONFLICT';
    if (add.length > 0) throw new DnsError(code, 'The record set vanished.', { provider: this.id });
    return { settled: true, absent: remove };
  }
}

export function toOwn({ type }: Pick<RecordKey, 'type'>, value: string): string {
  return type === 'TXT' ? quoteTxt(value) : value;
}
