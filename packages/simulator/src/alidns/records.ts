import { checkConflicts } from './conflicts.js';
import type { Domains } from './domains.js';
import { ApiError, invalidParameter } from './errors.js';
import { DEFAULT_LINE, isKnownLine } from './lines.js';
import { checkRR } from './names.js';
import type { Parameters } from './parameters.js';
import { type Content, type DnsRecord, type Domain, minTtl, type Store } from './store.js';
import { checkPriority, checkTtl, checkType, checkValue, DEFAULT_TTL } from './values.js';
import { type StatusCase, statusWord } from './views.js';

export interface RecordRules {
  /** Records that one domain may hold. */
  recordQuota: number;
  /** Milliseconds for which a domain is busy after a change. */
  operationMs: number;
  /** What an update does with a TTL and a line that it does not name. */
  omittedOnUpdate: 'kept' | 'default';
  statusCase: StatusCase;
}

/** A record as a client describes it, in text. */
export interface Wanted {
  rr: string;
  type: string;
  value: string;
  ttl: string | undefined;
  line: string | undefined;
  priority: string | undefined;
}

/** Actions that write records. With `isLost` they answer and do nothing. */
export class Records {
  readonly #store: Store;
  readonly #domains: Domains;
  readonly #rules: RecordRules;
  readonly #now: () => number;

  constructor(store: Store, domains: Domains, rules: RecordRules, now: () => number) {
    this.#store = store;
    this.#domains = domains;
    this.#rules = rules;
    this.#now = now;
  }

  add(parameters: Parameters, isLost: boolean) {
    const domain = this.#domains.find(parameters.required('DomainName'));
    const content = readContent(domain, wanted(parameters));
    this.#begin(domain);
    return { RecordId: this.create(domain, content, isLost).id };
  }

  create(domain: Domain, content: Content, isLost: boolean): DnsRecord {
    checkConflicts(domain, content);
    if (domain.records.size >= this.#rules.recordQuota) throw new ApiError('QuotaExceeded.Record');
    const record = this.#store.newRecord(domain, content);
    if (!isLost) this.#store.add(record);
    return record;
  }

  /** An update that changes nothing is refused as a duplicate. */
  update(parameters: Parameters, isLost: boolean) {
    const record = this.find(parameters);
    const { domain } = record;
    const asked = wanted(parameters);
    const keeps = this.#rules.omittedOnUpdate === 'kept';
    const content = readContent(domain, {
      ...asked,
      ttl: asked.ttl ?? (keeps ? String(record.ttl) : undefined),
      line: asked.line ?? (keeps ? record.line : undefined),
      priority: asked.priority ?? (keeps ? record.priority?.toString() : undefined),
    });
    if (isUnchanged(record, content)) throw new ApiError('DomainRecordDuplicate');
    checkConflicts(domain, content, record);
    this.#begin(domain);
    if (!isLost) this.#store.update(record, content);
    return { RecordId: record.id };
  }

  delete(parameters: Parameters, isLost: boolean) {
    const record = this.find(parameters);
    this.#begin(record.domain);
    if (!isLost) this.#store.delete(record);
    return { RecordId: record.id };
  }

  /** Everything under the RR, or everything of one type. */
  deleteSubDomain(parameters: Parameters, isLost: boolean) {
    const domain = this.#domains.find(parameters.required('DomainName'));
    const rr = checkRR(parameters.required('RR'), domain.name);
    const type = parameters.optional('Type');
    const found = [...(domain.byRR.get(rr) ?? [])].filter(
      (record) => type === undefined || record.type === checkType(type),
    );
    this.#begin(domain);
    if (!isLost) for (const record of found) this.#store.delete(record);
    return { RR: rr, TotalCount: String(found.length) };
  }

  setStatus(parameters: Parameters, isLost: boolean) {
    const record = this.find(parameters);
    const status = parameters.required('Status').toLowerCase();
    if (status !== 'enable' && status !== 'disable') throw invalidParameter('Status');
    const enabled = status === 'enable';
    this.#begin(record.domain);
    if (!isLost) this.#store.update(record, { enabled });
    return { RecordId: record.id, Status: statusWord(enabled, this.#rules.statusCase) };
  }

  updateRemark(parameters: Parameters, isLost: boolean) {
    const record = this.find(parameters);
    const remark = parameters.optional('Remark') ?? '';
    this.#begin(record.domain);
    if (!isLost) this.#store.update(record, { remark });
    return {};
  }

  /** @throws ApiError `DomainRecordNotBelongToUser`. */
  find(parameters: Parameters): DnsRecord {
    const record = this.#store.records.get(parameters.required('RecordId'));
    if (record === undefined) throw new ApiError('DomainRecordNotBelongToUser');
    return record;
  }

  /** @throws ApiError `DomainForbidden`, or `LastOperationNotFinished` shortly after another change. */
  #begin(domain: Domain): void {
    checkWritable(domain);
    if (this.#now() < domain.busyUntil) throw new ApiError('LastOperationNotFinished');
    domain.busyUntil = this.#now() + this.#rules.operationMs;
  }
}

/** @throws ApiError `DomainForbidden`. */
export function checkWritable(domain: Domain): void {
  if (domain.isForbidden) throw new ApiError('DomainForbidden');
}

/** @throws ApiError, for the first field that does not fit the domain. */
export function readContent(domain: Domain, asked: Wanted): Content {
  const rr = checkRR(asked.rr, domain.name);
  const type = checkType(asked.type);
  const value = checkValue(type, asked.value);
  const smallest = minTtl(domain.edition);
  const line = asked.line ?? DEFAULT_LINE;
  if (!isKnownLine(line)) throw new ApiError('SubDomainInvalid.Line');
  return {
    rr,
    type,
    value,
    ttl: checkTtl(asked.ttl, smallest) ?? DEFAULT_TTL,
    line,
    priority: checkPriority(type, asked.priority),
  };
}

function wanted(parameters: Parameters): Wanted {
  return {
    rr: parameters.required('RR'),
    type: parameters.required('Type'),
    value: parameters.required('Value'),
    ttl: parameters.optional('TTL'),
    line: parameters.optional('Line'),
    priority: parameters.optional('Priority'),
  };
}

function isUnchanged(record: DnsRecord, content: Content): boolean {
  return (Object.keys(content) as (keyof Content)[]).every((field) => record[field] === content[field]);
}
