import type { Publisher } from '../publication.js';
import { DEFAULT_LINE } from './lines.js';
import { ownerName } from './names.js';
import { servedValue } from './values.js';

export interface Domain {
  id: string;
  /** A-labels, lower case, no final dot. */
  name: string;
  edition: 'free' | 'ultimate' | 'expired';
  isForbidden: boolean;
  isDelegated: boolean;
  createdAt: number;
  records: Map<string, DnsRecord>;
  /** The same records by RR. */
  byRR: Map<string, Set<DnsRecord>>;
  /** Until then another change answers `LastOperationNotFinished`. */
  busyUntil: number;
}

/** What a client may say about a record. */
export interface Content {
  rr: string;
  type: string;
  value: string;
  /** Seconds. */
  ttl: number;
  line: string;
  /** MX only. */
  priority: number | undefined;
}

export interface DnsRecord extends Content {
  id: string;
  domain: Domain;
  enabled: boolean;
  remark: string;
  createdAt: number;
  updatedAt: number;
}

/** Record ids are odd and beyond 2^54: made a JavaScript number, every one of them changes. */
const FIRST_RECORD_ID = 20174582930112513n;

/** Domains and records of the account. A change is served as soon as it is made. */
export class Store {
  readonly domains = new Map<string, Domain>();
  readonly records = new Map<string, DnsRecord>();
  readonly #publisher: Publisher;
  readonly #now: () => number;
  #recordCount = 0n;
  #domainCount = 0;

  constructor(publisher: Publisher, now: () => number) {
    this.#publisher = publisher;
    this.#now = now;
  }

  addDomain(domain: Pick<Domain, 'name' | 'edition' | 'isForbidden' | 'isDelegated'>): Domain {
    this.#domainCount += 1;
    // 32 hexadecimal digits in the real service too, and without meaning.
    const id = this.#domainCount.toString(16).padStart(32, '0');
    const added: Domain = {
      ...domain,
      id,
      createdAt: this.#now(),
      records: new Map(),
      byRR: new Map(),
      busyUntil: 0,
    };
    this.domains.set(added.name, added);
    return added;
  }

  removeDomain(domain: Domain): void {
    for (const id of domain.records.keys()) this.records.delete(id);
    this.domains.delete(domain.name);
  }

  newRecord(domain: Domain, content: Content): DnsRecord {
    const id = String(FIRST_RECORD_ID + 2n * this.#recordCount);
    this.#recordCount += 1n;
    const now = this.#now();
    return { ...content, id, domain, enabled: true, remark: '', createdAt: now, updatedAt: now };
  }

  add(record: DnsRecord): void {
    this.records.set(record.id, record);
    record.domain.records.set(record.id, record);
    index(record);
    this.#publish(record.domain, record);
  }

  update(record: DnsRecord, change: Partial<Content> & Partial<Pick<DnsRecord, 'enabled' | 'remark'>>): void {
    const before = { rr: record.rr, type: record.type, line: record.line };
    unindex(record);
    Object.assign(record, change, { updatedAt: this.#now() });
    index(record);
    this.#publish(record.domain, before);
    this.#publish(record.domain, record);
  }

  delete(record: DnsRecord): void {
    this.records.delete(record.id);
    record.domain.records.delete(record.id);
    unindex(record);
    this.#publish(record.domain, record);
  }

  /** What the default line answers under the name and type of `key`. */
  #publish(domain: Domain, key: Pick<Content, 'rr' | 'type' | 'line'>): void {
    if (key.line !== DEFAULT_LINE || domain.isForbidden) return;
    const served = [...(domain.byRR.get(key.rr) ?? [])].filter(
      ({ type, line, enabled }) => enabled && type === key.type && line === DEFAULT_LINE,
    );
    this.#publisher.publish(publishedId(domain), {
      name: ownerName(key.rr, domain.name),
      type: key.type,
      ttl: served.length === 0 ? 0 : Math.min(...served.map(({ ttl }) => ttl)),
      values: served.map(({ type, value, priority }) => servedValue(type, value, priority)),
    });
  }
}

function index(record: DnsRecord): void {
  const { byRR } = record.domain;
  byRR.set(record.rr, (byRR.get(record.rr) ?? new Set()).add(record));
}

function unindex(record: DnsRecord): void {
  const { byRR } = record.domain;
  const beside = byRR.get(record.rr);
  beside?.delete(record);
  if (beside?.size === 0) byRR.delete(record.rr);
}

/** The domain's id among the zones of both clouds. */
export function publishedId(domain: Domain): string {
  return `alidns/${domain.id}`;
}

/** Seconds; smaller ones are refused. */
export function minTtl(edition: Domain['edition']): number {
  return edition === 'ultimate' ? 1 : 600;
}
