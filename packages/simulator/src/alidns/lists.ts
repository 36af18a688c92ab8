import { domainToUnicode } from 'node:url';
import { ApiError } from './errors.js';
import type { Parameters } from './parameters.js';
import { domainNamed, minTtl } from './records.js';
import type { Domain, DomainRecord, Store } from './store.js';

const DAY_TTLS = [60, 120, 300, 600, 1800, 3600, 43_200, 86_400];
const LINES = [
  { LineCode: 'default', LineName: 'Default' },
  { LineCode: 'telecom', LineName: 'China Telecom', FatherCode: 'default' },
  { LineCode: 'unicom', LineName: 'China Unicom', FatherCode: 'default' },
  { LineCode: 'mobile', LineName: 'China Mobile', FatherCode: 'default' },
  { LineCode: 'oversea', LineName: 'Outside China', FatherCode: 'default' },
];

/** The reading actions. */
export class Lists {
  readonly #store: Store;
  readonly #nameServers: readonly string[];
  readonly #pageLimit: number;
  readonly #statusCase: 'ENABLE' | 'Enable';

  constructor(
    store: Store,
    nameServers: readonly string[],
    pageLimit: number,
    statusCase: 'ENABLE' | 'Enable',
  ) {
    this.#store = store;
    this.#nameServers = nameServers.map((host) => host.replace(/\.$/, ''));
    this.#pageLimit = pageLimit;
    this.#statusCase = statusCase;
  }

  domains(parameters: Parameters): Record<string, unknown> {
    const keyWord = parameters.get('KeyWord')?.toLowerCase();
    const exact = parameters.get('SearchMode')?.toUpperCase() === 'EXACT';
    const found = [...this.#store.domains.values()].filter(({ name }) => {
      const shown = domainToUnicode(name);
      if (keyWord === undefined) return true;
      return exact
        ? name === keyWord || shown === keyWord
        : name.includes(keyWord) || shown.includes(keyWord);
    });
    const page = this.#page(parameters, found.reverse(), 100);
    return { ...page.head, Domains: { Domain: page.items.map((domain) => this.#domain(domain)) } };
  }

  domainInfo(parameters: Parameters): Record<string, unknown> {
    const domain = domainNamed(this.#store, parameters.required('DomainName'));
    return {
      ...this.#domain(domain),
      MinTtl: minTtl(domain),
      AvailableTtls: { AvailableTtl: DAY_TTLS.filter((ttl) => ttl >= minTtl(domain)) },
      RecordLines: { RecordLine: LINES },
      SubDomain: domain.name.split('.').length > 2,
      InBlackHole: false,
    };
  }

  domainNs(parameters: Parameters): Record<string, unknown> {
    domainNamed(this.#store, parameters.required('DomainName'));
    const hosts = this.#nameServers;
    return {
      AllAliDns: true,
      IncludeAliDns: true,
      DnsServers: { DnsServer: hosts },
      ExpectDnsServers: { ExpectDnsServer: hosts },
    };
  }

  supportLines(): Record<string, unknown> {
    return { RecordLines: { RecordLine: LINES } };
  }

  /** Key words match parts, unless the search mode says otherwise. */
  records(parameters: Parameters): Record<string, unknown> {
    const domain = domainNamed(this.#store, parameters.required('DomainName'));
    const mode = parameters.get('SearchMode')?.toUpperCase();
    const status = parameters.get('Status')?.toUpperCase();
    const all = [...domain.records.values()].filter(
      (record) =>
        is(record.type, parameters.get('Type')?.toUpperCase()) &&
        is(record.line, parameters.get('Line')) &&
        (status === undefined || status === (record.enabled ? 'ENABLE' : 'DISABLE')) &&
        fitsMode(record, mode, parameters),
    );
    return this.#recordPage(parameters, all, 500);
  }

  subDomainRecords(parameters: Parameters): Record<string, unknown> {
    const subDomain = parameters.required('SubDomain').toLowerCase();
    const named = parameters.get('DomainName');
    const domain = named ? domainNamed(this.#store, named) : this.#holder(subDomain);
    const rr = subDomain === domain.name ? '@' : subDomain.slice(0, -(domain.name.length + 1));
    const found = [...domain.records.values()].filter(
      (record) =>
        record.rr === rr &&
        is(record.type, parameters.get('Type')?.toUpperCase()) &&
        is(record.line, parameters.get('Line')),
    );
    return this.#recordPage(parameters, found, 100);
  }

  record(record: DomainRecord): Record<string, unknown> {
    const [on, off] = this.#statusCase === 'ENABLE' ? ['ENABLE', 'DISABLE'] : ['Enable', 'Disable'];
    return {
      DomainName: record.domain.name,
      RecordId: record.id,
      RR: record.rr,
      Type: record.type,
      Value: record.value,
      TTL: record.ttl,
      ...(record.priority === undefined ? {} : { Priority: record.priority }),
      Line: record.line,
      Status: record.enabled ? on : off,
      Locked: false,
      Weight: 1,
      LbaStatus: false,
      ...(record.remark === undefined ? {} : { Remark: record.remark }),
      CreateTimestamp: record.createdAt,
      UpdateTimestamp: record.updatedAt,
    };
  }

  /** The hosted domain that a name lies in by its last two labels: the vendor goes by public suffixes here, not by what is hosted. */
  #holder(subDomain: string): Domain {
    return domainNamed(this.#store, subDomain.split('.').slice(-2).join('.'));
  }

  #recordPage(parameters: Parameters, found: readonly DomainRecord[], most: number): Record<string, unknown> {
    const page = this.#page(parameters, [...found].reverse(), most);
    return { ...page.head, DomainRecords: { Record: page.items.map((record) => this.record(record)) } };
  }

  #page<T>(parameters: Parameters, all: readonly T[], most: number) {
    const size = Math.min(parameters.count('PageSize', 20, most), this.#pageLimit);
    const number = parameters.count('PageNumber', 1, Number.MAX_SAFE_INTEGER);
    const items = all.slice((number - 1) * size, number * size);
    return { items, head: { TotalCount: all.length, PageNumber: number, PageSize: size } };
  }

  #domain({ id, name, edition, records }: Domain): Record<string, unknown> {
    return {
      DomainId: id,
      DomainName: domainToUnicode(name),
      PunyCode: name,
      AliDomain: true,
      DnsServers: { DnsServer: this.#nameServers },
      VersionCode: edition === 'free' ? 'mianfei' : 'version_enterprise_advanced',
      VersionName: edition === 'free' ? 'Alibaba Cloud DNS' : 'Alibaba Cloud DNS Ultimate',
      InstanceExpired: false,
      RecordCount: records.size,
    };
  }
}

function is(value: string, asked: string | undefined): boolean {
  return asked === undefined || value === asked;
}

function fitsMode(record: DomainRecord, mode: string | undefined, parameters: Parameters): boolean {
  const word = (name: string) => parameters.get(name)?.toLowerCase();
  const contains = (value: string, part: string | undefined) =>
    part === undefined || value.toLowerCase().includes(part);
  const equals = (value: string, whole: string | undefined) =>
    whole === undefined || value.toLowerCase() === whole;
  const keyWord = word('KeyWord');
  switch (mode) {
    case 'LIKE':
      return contains(record.rr, keyWord) || contains(record.value, keyWord);
    case 'EXACT':
      return keyWord === undefined || equals(record.rr, keyWord) || equals(record.value, keyWord);
    case 'COMBINATION':
      return (
        equals(record.rr, word('RRKeyWord')) &&
        equals(record.type, word('TypeKeyWord')) &&
        equals(record.value, word('ValueKeyWord'))
      );
    case undefined:
    case 'ADVANCED':
      return (
        contains(record.rr, word('RRKeyWord')) &&
        equals(record.type, word('TypeKeyWord')) &&
        contains(record.value, word('ValueKeyWord')) &&
        (keyWord === undefined || contains(record.rr, keyWord) || contains(record.value, keyWord))
      );
    default:
      throw new ApiError('InvalidParameter', 'The specified parameter SearchMode is not valid.');
  }
}
