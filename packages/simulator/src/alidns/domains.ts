import { ApiError } from './errors.js';
import { mainDomain, relativeName, toDomain } from './names.js';
import { type Page, type PageRules, page } from './paging.js';
import type { Parameters } from './parameters.js';
import { domainFilter } from './search.js';
import type { Domain, Store } from './store.js';
import { domainInfoView, domainView, lineViews } from './views.js';

/** Largest page of `DescribeDomains`. */
const MAX_PAGE = 100;

/** Actions about domains, all of them reading. */
export class Domains {
  readonly #store: Store;
  readonly #nameServers: readonly string[];
  readonly #paging: Omit<PageRules, 'maxSize'>;

  constructor(store: Store, nameServers: readonly string[], paging: Omit<PageRules, 'maxSize'>) {
    this.#store = store;
    this.#nameServers = nameServers.map((host) => host.replace(/\.$/, ''));
    this.#paging = paging;
  }

  /**
   * The domain that a request names.
   *
   * @throws ApiError `InvalidDomainName.NoExist`; `IncorrectDomainUser` if the account holds only a part of the domain.
   */
  find(name: string): Domain {
    const wanted = toDomain(name);
    const domain = this.#store.domains.get(wanted);
    if (domain !== undefined) return domain;
    const holdsPart = [...this.#store.domains.keys()].some((held) => held.endsWith(`.${wanted}`));
    throw new ApiError(holdsPart ? 'IncorrectDomainUser' : 'InvalidDomainName.NoExist');
  }

  describeDomains(parameters: Parameters) {
    const found = [...this.#store.domains.values()].filter(domainFilter(parameters)).reverse();
    const domains: Page<Domain> = page(found, parameters, { ...this.#paging, maxSize: MAX_PAGE });
    const views = domains.items.map((domain) => domainView(domain, this.#nameServers));
    return { ...domains.counters, Domains: { Domain: views } };
  }

  describeDomainInfo(parameters: Parameters) {
    const domain = this.find(parameters.required('DomainName'));
    const detailed = parameters.optional('NeedDetailAttributes')?.toLowerCase() === 'true';
    return domainInfoView(domain, this.#nameServers, detailed);
  }

  /** The servers that the parent points to, and those that it should. */
  describeDomainNs(parameters: Parameters) {
    const { isDelegated } = this.find(parameters.required('DomainName'));
    return {
      DnsServers: { DnsServer: isDelegated ? this.#nameServers : [] },
      ExpectDnsServers: { ExpectDnsServer: this.#nameServers },
      AllAliDns: isDelegated,
      IncludeAliDns: isDelegated,
    };
  }

  /** Public-suffix logic alone: a part of a domain that the account holds as a domain of its own is not considered. */
  getMainDomainName(parameters: Parameters) {
    const name = toDomain(parameters.required('InputString'));
    const main = mainDomain(name);
    return { DomainName: main, RR: relativeName(name, main), DomainLevel: name.split('.').length - 1 };
  }

  describeSupportLines(parameters: Parameters) {
    const name = parameters.optional('DomainName');
    if (name !== undefined) this.find(name);
    return { RecordLines: { RecordLine: lineViews() } };
  }
}
