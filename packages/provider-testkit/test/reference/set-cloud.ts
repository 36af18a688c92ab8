import type { BackendFacts, HeldSet } from '../../src/index.js';
import { Backend, BackendError, excludes, type Page, page } from './backend.js';

export const setFacts: BackendFacts = {
  writes: 'replace',
  ttl: { min: 1, max: 604_800, default: 300 },
  valuesPerSet: 20,
  txt: { bytes: 1_000, forbidden: '"\\', empty: true },
  lines: [],
  pageSize: { zones: 5, records: 5 },
  settlesLater: true,
  faults: ['hang', 'reset', 'truncated', 'empty', 'internal-error', 'html', 'throttle', 'busy'],
  calls: { addAndRemove: 5, apexAndWildcard: 6 },
};

export interface StoredSet {
  id: string;
  name: string;
  type: string;
  ttl: number;
  /** In the cloud's own form: TXT as quoted strings. */
  values: readonly string[];
  status: 'PENDING_CREATE' | 'PENDING_UPDATE' | 'PENDING_DELETE' | 'ACTIVE';
}

export type SetWrite =
  | { create: Pick<StoredSet, 'name' | 'type' | 'ttl' | 'values'> }
  | { update: { id: string; values: readonly string[] } }
  | { delete: { id: string } };
export type SetOutcome =
  | StoredSet
  | { refused: 'Conflict' | 'NotFound' | 'Busy' | 'Full' | 'BadValue' | 'BadTtl' };

/** A cloud that replaces record sets as a whole, and serves them later, as Huawei Cloud does. */
export class SetCloud extends Backend {
  readonly #sets = new Map<string, StoredSet[]>();
  readonly #served = new Map<string, readonly string[]>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(readonly settleMs: number) {
    super();
  }

  sets(zoneName: string): StoredSet[] {
    const known = this.#sets.get(zoneName) ?? [];
    this.#sets.set(zoneName, known);
    return known;
  }

  /** The filter matches parts of names; newest first. */
  listSets(zoneId: string, like: string, number: number, status?: string): Page<StoredSet> {
    const sets = this.sets(this.zone(zoneId).name);
    const found = sets.filter(
      (set) => set.name.includes(like) && (status === undefined || set.status === status),
    );
    return page(found.reverse(), number);
  }

  createSet(zoneId: string, content: Pick<StoredSet, 'name' | 'type' | 'ttl' | 'values'>): StoredSet {
    const sets = this.sets(this.zone(zoneId).name);
    check(content.values, content.ttl);
    const beside = sets.filter(({ name }) => name === content.name);
    if (beside.some(({ type }) => type === content.type || excludes(type, content.type)))
      throw new BackendError('Conflict');
    const set: StoredSet = { ...content, id: this.newId(), status: 'PENDING_CREATE' };
    sets.push(set);
    return this.#settle(set);
  }

  updateSet(zoneId: string, id: string, values: readonly string[]): StoredSet {
    const set = this.#find(zoneId, id);
    check(values, set.ttl);
    set.values = values;
    set.status = 'PENDING_UPDATE';
    return this.#settle(set);
  }

  deleteSet(zoneId: string, id: string): StoredSet {
    const set = this.#find(zoneId, id);
    set.status = 'PENDING_DELETE';
    const sets = this.sets(this.zone(zoneId).name);
    return this.#settle(set, () => sets.splice(sets.indexOf(set), 1));
  }

  /** Many writes in one request; each succeeds or fails by itself. */
  writeSets(zoneId: string, writes: readonly SetWrite[]): SetOutcome[] {
    return writes.map((write) => {
      try {
        if ('create' in write) return this.createSet(zoneId, write.create);
        if ('update' in write) return this.updateSet(zoneId, write.update.id, write.update.values);
        return this.deleteSet(zoneId, write.delete.id);
      } catch (error) {
        return { refused: (error as BackendError).code as 'Conflict' };
      }
    });
  }

  served(name: string, type: string): readonly string[] {
    return this.#served.get(`${name} ${type}`) ?? [];
  }

  /** Somebody else's set: there, and served, at once. */
  place(zoneName: string, set: Omit<StoredSet, 'id' | 'status'>): void {
    const sets = this.sets(zoneName);
    const index = sets.findIndex(({ name, type }) => name === set.name && type === set.type);
    const [before] = index >= 0 ? sets.splice(index, 1) : [];
    this.#served.set(`${set.name} ${set.type}`, set.values);
    if (set.values.length > 0) sets.push({ ...set, id: before?.id ?? this.newId(), status: 'ACTIVE' });
  }

  held(zoneName: string): HeldSet[] {
    return this.sets(zoneName)
      .filter(({ status }) => status !== 'PENDING_DELETE')
      .map(({ name, type, ttl, values }) => ({
        name,
        type,
        line: 'default',
        ttl,
        values: values.map((value) => rawText(type, value)),
        stored: values,
      }));
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #find(zoneId: string, id: string): StoredSet {
    const set = this.sets(this.zone(zoneId).name).find((candidate) => candidate.id === id);
    if (!set) throw new BackendError('NotFound');
    if (set.status.startsWith('PENDING_')) throw new BackendError('Busy');
    return set;
  }

  /** The set as the request is answered; it is steady and served later. */
  #settle(set: StoredSet, end = () => {}): StoredSet {
    const answer = { ...set };
    const serve = () => {
      const gone = set.status === 'PENDING_DELETE';
      this.#served.set(`${set.name} ${set.type}`, gone ? [] : set.values);
      set.status = 'ACTIVE';
      if (gone) end();
    };
    if (this.settleMs === 0) serve();
    else {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        serve();
      }, this.settleMs);
      this.#timers.add(timer);
    }
    return answer;
  }
}

/** Raw text of a value in the cloud's own form. */
export function rawText(type: string, value: string): string {
  return type === 'TXT' ? value.slice(1, -1).split('" "').join('') : value;
}

function check(values: readonly string[], ttl: number): void {
  if (values.length === 0 || values.length > setFacts.valuesPerSet) throw new BackendError('Full');
  if (values.some((value) => Buffer.byteLength(rawText('TXT', value)) > setFacts.txt.bytes))
    throw new BackendError('BadValue');
  if (ttl < setFacts.ttl.min || ttl > setFacts.ttl.max) throw new BackendError('BadTtl');
}
