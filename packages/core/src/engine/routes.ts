import { DnsError } from '../errors.js';
import { ancestors, type Fqdn, toFqdn } from '../fqdn.js';

/** A domain whose names, its own and all below it, go to one provider. */
export interface Route {
  domain: Fqdn;
  /** The provider's id. */
  provider: string;
}

/** Who is asked about which names, where the operator has said so. */
export class Routes {
  readonly #byDomain = new Map<Fqdn, Route>();

  /**
   * @param given provider ids by domain
   * @throws DnsError `INVALID_NAME`; `UNSUPPORTED` for a provider that is not among the ids, or a domain that is there twice
   */
  constructor(given: Readonly<Record<string, string>>, ids: readonly string[]) {
    for (const [text, provider] of Object.entries(given)) {
      const domain = routedDomain(text);
      if (this.#byDomain.has(domain))
        throw new DnsError('UNSUPPORTED', `There are two routes of ${domain}`, {
          hint: 'Upper and lower case, and a final dot, make no difference: leave one of them.',
        });
      if (!ids.includes(provider))
        throw new DnsError(
          'UNSUPPORTED',
          `The route of ${domain} leads to "${provider}", which is not there.`,
          {
            hint: `Configured: ${ids.join(', ')}.`,
          },
        );
      this.#byDomain.set(domain, { domain, provider });
    }
  }

  /** The route of the longest domain that the name lies in, or undefined. */
  of(name: Fqdn): Route | undefined {
    if (this.#byDomain.size === 0) return undefined;
    const domain = ancestors(name).find((candidate) => this.#byDomain.has(candidate));
    return domain && this.#byDomain.get(domain);
  }
}

/**
 * The domain of a route.
 *
 * @throws DnsError `INVALID_NAME`, also for a wildcard
 */
export function routedDomain(text: string): Fqdn {
  const domain = toFqdn(text);
  if (domain.startsWith('*.'))
    throw new DnsError('INVALID_NAME', `"${text}" is no domain for a route.`, {
      hint: `A route holds for all names below its domain: ${domain.slice(2, -1)}.`,
    });
  return domain;
}
