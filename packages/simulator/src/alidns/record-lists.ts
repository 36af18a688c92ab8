import type { Domains } from './domains.js';
import { ApiError } from './errors.js';
import { mainDomain, relativeName, toUnicode } from './names.js';
import { type PageRules, page } from './paging.js';
import type { Parameters } from './parameters.js';
import { fixedFilter, recordFilter, type TypeKeyWord } from './search.js';
import type { DnsRecord } from './store.js';
import { recordView, type StatusCase } from './views.js';

/** Largest page of the record lists. */
const MAX_PAGE = 500;

export interface ListRules {
  paging: Omit<PageRules, 'maxSize'>;
  /** Largest page of `DescribeSubDomainRecords`, on which the vendor's documents disagree. */
  subDomainPageLimit: 100 | 500;
  /** Milliseconds for which a new record is missing in lists. */
  listLagMs: number;
  /** What `TypeKeyWord` matches in a search without `SearchMode`. */
  typeKeyWord: TypeKeyWord;
  statusCase: StatusCase;
}

/** Actions that read records. Lists come newest first. */
export class RecordLists {
  readonly #domains: Domains;
  readonly #rules: ListRules;
  readonly #now: () => number;

  constructor(domains: Domains, rules: ListRules, now: () => number) {
    this.#domains = domains;
    this.#rules = rules;
    this.#now = now;
  }

  describeDomainRecords(parameters: Parameters) {
    const domain = this.#domains.find(parameters.required('DomainName'));
    const filter = recordFilter(parameters, this.#rules.typeKeyWord);
    const found = this.#visible(domain.records.values()).filter(filter);
    const isAscending = parameters.optional('Direction')?.toUpperCase() === 'ASC';
    return this.#answer(isAscending ? found : found.reverse(), parameters, this.#rules.paging.limit);
  }

  /** Without `DomainName` the domain is the registrable one, also where the account holds a part of it as a domain of its own. */
  describeSubDomainRecords(parameters: Parameters) {
    const subDomain = parameters.required('SubDomain');
    const domain = this.#domains.find(parameters.optional('DomainName') ?? mainDomain(subDomain));
    const rr = relativeName(subDomain, domain.name);
    if (rr === undefined) throw new ApiError('SubDomainInvalid.Value');
    const found = this.#visible(domain.byRR.get(rr) ?? []).filter(fixedFilter(parameters));
    const limit = Math.min(this.#rules.paging.limit, this.#rules.subDomainPageLimit);
    return this.#answer(found.reverse(), parameters, limit);
  }

  describeDomainRecordInfo(record: DnsRecord) {
    const { domain } = record;
    return {
      ...recordView(record, this.#rules.statusCase),
      DomainId: domain.id,
      DomainName: toUnicode(domain.name),
      PunyCode: domain.name,
      GroupId: 'defaultGroup',
      GroupName: 'Default Group',
    };
  }

  #visible(records: Iterable<DnsRecord>): DnsRecord[] {
    const newest = this.#now() - this.#rules.listLagMs;
    return [...records].filter((record) => record.createdAt <= newest);
  }

  #answer(found: readonly DnsRecord[], parameters: Parameters, limit: number) {
    const records = page(found, parameters, { ...this.#rules.paging, maxSize: MAX_PAGE, limit });
    const views = records.items.map((record) => recordView(record, this.#rules.statusCase));
    return { ...records.counters, DomainRecords: { Record: views } };
  }
}
