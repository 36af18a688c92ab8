import { ancestors, DnsError, type Fqdn } from '@domainproof/core';
import type { ResolverClient } from '../asking/resolver.js';
import type { Absent } from './descent.js';
import { registryName } from './search.js';
import { denyingZone, nameServersOf, ttlOf, type ZoneCut } from './zone-cut.js';

/**
 * What the resolvers say about zones, for networks where the servers above cannot be asked.
 *
 * A resolver that is asked for a name too early keeps "does not exist" for all its types and for everything below it
 * (RFC 2308, RFC 8020), and a certificate authority may use the same resolver. So it is asked for zones that registries delegate,
 * and for the one that the caller named.
 */
export class ResolverView {
  readonly #resolver: ResolverClient;

  constructor(resolver: ResolverClient) {
    this.#resolver = resolver;
  }

  /**
   * A zone that encloses the name: the caller's, or one found upwards from the last two labels.
   *
   * @throws DnsError `ZONE_NOT_FOUND`, `TRANSIENT`, `TIMEOUT`
   */
  async zoneAbove(name: Fqdn, hint: Fqdn | undefined, signal: AbortSignal): Promise<ZoneCut | Absent> {
    const hinted = hint && (await this.zone(hint, name, signal));
    if (hinted) return hinted;
    let zone: Fqdn | undefined = registryName(name);
    let failed: Fqdn | undefined;
    while (zone) {
      const message = await this.#resolver.ask(zone, 'NS', signal);
      if (message.rcode === 'NXDOMAIN') return { absent: zone };
      const hosts = message.rcode === 'NOERROR' ? nameServersOf(message.answers, zone) : [];
      if (hosts.length > 0) return { zone, hosts, glue: new Map(), ttl: ttlOf(message.answers, zone) };
      // A resolver also fails when the zone's own servers do, and these are to be asked and named: the zone above knows them.
      if (message.rcode === 'SERVFAIL') failed ??= zone;
      const above: Fqdn[] = ancestors(zone).slice(1);
      const denying = denyingZone(message);
      zone = above.find((candidate) => candidate === denying) ?? above[0];
    }
    if (failed)
      throw new DnsError(
        'TRANSIENT',
        `The resolvers (${this.#resolver.description}) answer SERVFAIL for the name servers of ${failed}`,
        {
          hint: 'They cannot resolve it now. Try another resolver (--resolver), and check the delegation and the DNSSEC records of the domain.',
        },
      );
    throw new DnsError('ZONE_NOT_FOUND', `No zone above ${name} has name servers.`, {
      hint: 'Check the spelling of the name.',
    });
  }

  /** The zone that the caller named; undefined if the resolvers do not know it, and if it is the name itself, which they must not hear of. */
  async zone(hint: Fqdn, name: Fqdn, signal: AbortSignal): Promise<ZoneCut | undefined> {
    if (hint === name) return undefined;
    const message = await this.#resolver.ask(hint, 'NS', signal);
    const hosts = message.rcode === 'NOERROR' ? nameServersOf(message.answers, hint) : [];
    return hosts.length > 0
      ? { zone: hint, hosts, glue: new Map(), ttl: ttlOf(message.answers, hint) }
      : undefined;
  }
}

/** The zone above says that there is no such domain. */
export function notRegistered(name: Fqdn): DnsError {
  const isTop = ancestors(name).length === 1;
  const domain = name.slice(0, -1);
  return new DnsError(
    'ZONE_NOT_FOUND',
    isTop
      ? `${domain} is no top-level domain: the root zone does not have it.`
      : `${domain} is not in the registry's zone: the domain does not exist in public DNS.`,
    {
      hint: isTop
        ? 'Check the spelling. If the zone is private, name it (--zone) and give a resolver that knows it (--resolver).'
        : 'Check the spelling. If the domain is yours, it has expired, is on hold, or waits for real-name verification at the registrar.',
    },
  );
}
