import { parseTxt, quoteTxt } from '@domainproof/core';
import type { ForeignSet, HeldSet } from '@domainproof/provider-testkit';
import type { Operation } from '../src/operations.js';

/** Entries on a page: few, so that the tests see many pages. */
export const PAGE_SIZE = 5;
/** VENDOR: what the service takes. */
export const TTL = { min: 60, max: 86_400, default: 300 };
export const VALUES_PER_SET = 50;
export const TXT_BYTES = 1_024;

interface NewRecord {
  name: string;
  type: string;
  ttl: number;
  /** As the API writes it: a TXT in quotes. */
  content: string;
}

interface StoredRecord extends NewRecord {
  id: string;
}

/** A request as it arrived. */
export interface BackendRequest {
  operation: Operation;
  zone: string;
  record: string;
  search: string;
  page: number;
  body: NewRecord;
}

/** The service says no. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(`refused with ${code}`);
  }
}

/**
 * The vendor's service in memory. VENDOR: this is what stands in for it until the tests have a better one. Make it answer as the
 * vendor's documentation says, oddities included: whatever is wrong in here is what your tests do not find.
 */
export class Backend {
  readonly zones: { id: string; name: string }[] = [];
  readonly #records = new Map<string, StoredRecord[]>();
  #lastId = 0;

  addZone(name: string): void {
    const zone = { id: this.#newId(), name };
    this.zones.unshift(zone);
    this.#records.set(zone.id, []);
  }

  /**
   * Carries a request out and gives its answer.
   *
   * @throws Refused
   */
  act(request: BackendRequest): object {
    switch (request.operation) {
      case 'ListZones':
        return page(
          this.zones.filter(({ name }) => name.includes(request.search)),
          request.page,
        );
      case 'ListRecords': {
        const records = this.#recordsOf(request.zone);
        return page(
          records.filter(({ name }) => name.includes(request.search)),
          request.page,
        );
      }
      case 'CreateRecord':
        return this.#create(request);
      case 'DeleteRecord': {
        const records = this.#recordsOf(request.zone);
        const index = records.findIndex(({ id }) => id === request.record);
        if (index < 0) throw new Refused(404, 'record_not_found');
        records.splice(index, 1);
        return { deleted: request.record };
      }
    }
  }

  held(zoneName: string): HeldSet[] {
    const sets = new Map<string, HeldSet & { values: string[]; stored: string[] }>();
    for (const { name, type, ttl, content } of this.#named(zoneName)) {
      const key = `${name} ${type}`;
      const set = sets.get(key) ?? { name: `${name}.`, type, line: 'default', ttl, values: [], stored: [] };
      set.values.push(type === 'TXT' ? parseTxt(content) : content);
      set.stored.push(content);
      sets.set(key, { ...set, ttl: Math.min(set.ttl, ttl) });
    }
    return [...sets.values()];
  }

  /** Somebody else's write: the whole set from now on. */
  put(zoneName: string, { name, type, values, ttl = TTL.default }: ForeignSet): void {
    const records = this.#named(zoneName);
    const bare = name.slice(0, -1);
    const wanted = values.map((value) => contentOf(type, value));
    const kept = records.filter(
      (record) => record.name !== bare || record.type !== type || wanted.includes(record.content),
    );
    const missing = wanted.filter(
      (value) =>
        !kept.some((record) => record.name === bare && record.type === type && record.content === value),
    );
    records.splice(0, records.length, ...kept);
    for (const value of missing)
      records.unshift({ id: this.#newId(), name: bare, type, ttl, content: value });
  }

  #create({ zone, body }: BackendRequest): object {
    const records = this.#recordsOf(zone);
    const beside = records.filter(({ name }) => name === body.name);
    const same = beside.filter(({ type }) => type === body.type);
    if (body.ttl < TTL.min || body.ttl > TTL.max) throw new Refused(400, 'invalid_ttl');
    if (body.type === 'TXT' && Buffer.byteLength(parseTxt(body.content)) > TXT_BYTES)
      throw new Refused(400, 'invalid_value');
    if (same.some((record) => isSame(record, body))) throw new Refused(409, 'record_exists');
    if (beside.some(({ type }) => excludes(type, body.type))) throw new Refused(409, 'record_excluded');
    if (body.type === 'CNAME' && same.length > 0) throw new Refused(409, 'record_excluded');
    if (same.length >= VALUES_PER_SET) throw new Refused(409, 'too_many_records');
    const record = { ...body, id: this.#newId() };
    records.unshift(record);
    return { id: record.id };
  }

  #recordsOf(zone: string): StoredRecord[] {
    const records = this.#records.get(zone);
    if (!records) throw new Refused(404, 'zone_not_found');
    return records;
  }

  #named(zoneName: string): StoredRecord[] {
    return this.#recordsOf(this.zones.find(({ name }) => name === zoneName)?.id ?? '');
  }

  #newId(): string {
    this.#lastId += 1;
    return `id-${this.#lastId}`;
  }
}

function page<T>(all: readonly T[], number: number): { items: readonly T[]; pages: number } {
  const items = all.slice((number - 1) * PAGE_SIZE, number * PAGE_SIZE);
  return { items, pages: Math.max(1, Math.ceil(all.length / PAGE_SIZE)) };
}

/** The value of somebody else's record as the API writes it. */
function contentOf(type: string, value: string | readonly string[]): string {
  if (typeof value !== 'string') return value.map(quoteTxt).join(' ');
  return type === 'TXT' ? quoteTxt(value) : value;
}

function isSame(left: NewRecord, right: NewRecord): boolean {
  return left.type === 'TXT'
    ? parseTxt(left.content) === parseTxt(right.content)
    : left.content === right.content;
}

/** On one name, a CNAME stands alone. */
function excludes(left: string, right: string): boolean {
  return left !== right && (left === 'CNAME' || right === 'CNAME');
}
