import { randomBytes } from 'node:crypto';
import type { CommitFault } from '../faults.js';
import type { Publisher } from '../publication.js';
import { DEFAULT_LINE } from './lines.js';
import { servedValue } from './values.js';

export interface Zone {
  id: string;
  /** Absolute, lower case, final dot. */
  name: string;
  status: 'ACTIVE' | 'DISABLE';
  isDelegated: boolean;
  createdAt: number;
  sets: Map<string, RecordSet>;
  /** The same sets by owner name. */
  byName: Map<string, Set<RecordSet>>;
  task?: BatchTask;
}

/** A batch-create task; a zone has one at a time. */
export interface BatchTask {
  id: string;
  createdAt: number;
  /** Until then it is `PENDING`. */
  doneAt: number;
  total: number;
  errors: readonly unknown[];
}

/** What a client may say about a record set. */
export interface Content {
  ttl: number;
  /** In the API's form: TXT quoted, host names with a final dot. */
  records: readonly string[];
  description: string;
  /** Undefined: not a weighted member. */
  weight: number | undefined;
}

export interface RecordSet extends Content {
  id: string;
  zone: Zone;
  name: string;
  type: string;
  line: string;
  /** Made with the zone: the SOA and NS of the apex. */
  isDefault: boolean;
  status: string;
  enabled: boolean;
  createdAt: number;
  updatedAt: number | undefined;
  /** What the name servers have of it; a change that has not settled, or ended in `ERROR`, is not there. */
  served: { ttl: number; records: readonly string[] } | undefined;
}

/** Zones and record sets of the account, and their way from `PENDING_…` to the name servers. */
export class Store {
  readonly zones = new Map<string, Zone>();
  readonly #publisher: Publisher;
  readonly #settleMs: number;
  readonly #now: () => number;
  readonly #timers = new Set<NodeJS.Timeout>();
  #due: (() => void)[] = [];
  /** Each set's newest pending change; an older one that settles later is void. */
  readonly #pending = new WeakMap<RecordSet, () => void>();

  constructor(publisher: Publisher, settleMs: number, now: () => number) {
    this.#publisher = publisher;
    this.#settleMs = settleMs;
    this.#now = now;
  }

  get settleMs(): number {
    return this.#settleMs;
  }

  addZone(name: string, status: Zone['status'], isDelegated: boolean): Zone {
    const zone: Zone = {
      id: newId(),
      name,
      status,
      isDelegated,
      createdAt: this.#now(),
      sets: new Map(),
      byName: new Map(),
    };
    this.zones.set(zone.id, zone);
    return zone;
  }

  /** All record sets of the account, oldest first within a zone. */
  *allSets(): Iterable<RecordSet> {
    for (const zone of this.zones.values()) yield* zone.sets.values();
  }

  countSets(): number {
    let count = 0;
    for (const zone of this.zones.values()) count += zone.sets.size;
    return count;
  }

  findSet(id: string): RecordSet | undefined {
    for (const zone of this.zones.values()) {
      const set = zone.sets.get(id);
      if (set !== undefined) return set;
    }
    return undefined;
  }

  /** Puts a set where it is at once, without a pending state. One that is not `ACTIVE` is not served. */
  place(set: RecordSet): void {
    this.#insert(set);
    if (set.status === 'ACTIVE') this.#settle(set, 'ACTIVE');
  }

  create(set: RecordSet, fault: CommitFault | undefined): RecordSet {
    if (fault === 'lost-write') return set;
    this.#insert(set);
    this.#begin(set, fault, () => this.#settle(set, set.enabled ? 'ACTIVE' : 'DISABLE'));
    return set;
  }

  update(set: RecordSet, content: Partial<Content>, fault: CommitFault | undefined): RecordSet {
    const changed = { ...content, status: 'PENDING_UPDATE', updatedAt: this.#now() };
    if (fault === 'lost-write') return { ...set, ...changed };
    Object.assign(set, changed);
    this.#begin(set, fault, () => this.#settle(set, set.enabled ? 'ACTIVE' : 'DISABLE'));
    return set;
  }

  setEnabled(set: RecordSet, enabled: boolean, fault: CommitFault | undefined): RecordSet {
    const status = enabled ? 'PENDING_UPDATE' : 'PENDING_DISABLE';
    const changed = { enabled, status, updatedAt: this.#now() };
    if (fault === 'lost-write') return { ...set, ...changed };
    Object.assign(set, changed);
    this.#begin(set, fault, () => this.#settle(set, enabled ? 'ACTIVE' : 'DISABLE'));
    return set;
  }

  delete(set: RecordSet, fault: CommitFault | undefined): RecordSet {
    const changed = { status: 'PENDING_DELETE', updatedAt: this.#now() };
    if (fault === 'lost-write') return { ...set, ...changed };
    Object.assign(set, changed);
    this.#begin(set, fault, () => this.#remove(set));
    return set;
  }

  /** With no settling time, changes become steady when the request that made them has been answered. */
  settleDue(): void {
    const due = this.#due;
    this.#due = [];
    for (const settle of due) settle();
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #begin(set: RecordSet, fault: CommitFault | undefined, done: () => void): void {
    this.#pending.set(set, done);
    if (fault === 'stuck-pending') return;
    const settle = () => {
      if (this.#pending.get(set) !== done) return;
      this.#pending.delete(set);
      if (fault === 'status-error') set.status = 'ERROR';
      else done();
    };
    if (this.#settleMs === 0) {
      this.#due.push(settle);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      settle();
    }, this.#settleMs);
    timer.unref();
    this.#timers.add(timer);
  }

  #settle(set: RecordSet, status: 'ACTIVE' | 'DISABLE'): void {
    set.status = status;
    set.served = status === 'ACTIVE' ? { ttl: set.ttl, records: set.records } : undefined;
    this.#publish(set);
  }

  #insert(set: RecordSet): void {
    const { zone } = set;
    zone.sets.set(set.id, set);
    const named = zone.byName.get(set.name) ?? new Set();
    zone.byName.set(set.name, named.add(set));
  }

  #remove(set: RecordSet): void {
    const { zone } = set;
    zone.sets.delete(set.id);
    const named = zone.byName.get(set.name);
    named?.delete(set);
    if (named?.size === 0) zone.byName.delete(set.name);
    this.#publish(set);
  }

  /** What the default line answers under the name and type of `set`: the values of all its members together. */
  #publish({ zone, name, type, line, isDefault }: RecordSet): void {
    if (line !== DEFAULT_LINE || isDefault || zone.status !== 'ACTIVE') return;
    const served = [...(zone.byName.get(name) ?? [])]
      .filter((other) => other.type === type && other.line === line && !other.isDefault)
      .flatMap((other) => other.served ?? []);
    const values = served.flatMap(({ records }) => records.map((record) => servedValue(type, record)));
    this.#publisher.publish(publishedId(zone), {
      name,
      type,
      ttl: served.length === 0 ? 0 : Math.min(...served.map(({ ttl }) => ttl)),
      values: [...new Set(values)],
    });
  }
}

/** The zone's id among the zones of both clouds. */
export function publishedId(zone: Zone): string {
  return `huaweicloud/${zone.id}`;
}

/** 32 hexadecimal digits, as all ids of this API. */
export function newId(): string {
  return randomBytes(16).toString('hex');
}
