import { Policy, type PolicyDocument } from '../policy.js';
import { ApiError } from './errors.js';
import { toDomain } from './names.js';
import type { Parameters } from './parameters.js';
import type { Domain, Store } from './store.js';

/** The account in resource names. */
const ACCOUNT_ID = '1234567890123456';
const ACCOUNT = `acs:alidns:cn-hangzhou:${ACCOUNT_ID}:`;

/** Actions that can be allowed for all resources only ("All Resource" in the vendor's page on RAM authorization). */
const ACCOUNT_WIDE: readonly string[] = [
  'DescribeDomains',
  'DescribeDomainNs',
  'DescribeSupportLines',
  'GetMainDomainName',
  'OperateBatchDomain',
  'DescribeBatchResultCount',
  'DescribeBatchResultDetail',
];

/** What a RAM user may do. An action is named after its call. */
export class Access {
  readonly #policy: Policy | undefined;
  readonly #store: Store;

  /**
   * @param document undefined: everything is allowed
   * @throws TypeError for a document that is no RAM policy
   */
  constructor(document: PolicyDocument | undefined, store: Store) {
    this.#policy = document === undefined ? undefined : new Policy(document, '1');
    this.#store = store;
  }

  /**
   * Where a request names no domain or record of the account, no document tells what is looked at; here the action alone counts.
   *
   * @throws ApiError `Forbidden.RAM`
   */
  check(operation: string, parameters: Parameters): void {
    if (!this.#policy || this.#policy.allows(`alidns:${operation}`, this.#resources(operation, parameters)))
      return;
    throw new ApiError('Forbidden.RAM');
  }

  #resources(operation: string, parameters: Parameters): string[] {
    if (ACCOUNT_WIDE.includes(operation)) return [`${ACCOUNT}*`];
    const domain = this.#domainOf(parameters);
    if (!domain) return [];
    const own = `${ACCOUNT}domain/${domain.name}`;
    // A domain that is bound to a paid edition needs the right on its instance too.
    return domain.edition === 'free' ? [own] : [own, `${ACCOUNT}instance/dns-cn-${domain.id.slice(-8)}`];
  }

  #domainOf(parameters: Parameters): Domain | undefined {
    const record = this.#store.records.get(parameters.optional('RecordId') ?? '');
    const name = parameters.optional('DomainName');
    if (record) return record.domain;
    try {
      return name === undefined ? undefined : this.#store.domains.get(toDomain(name));
    } catch {
      return undefined;
    }
  }
}
