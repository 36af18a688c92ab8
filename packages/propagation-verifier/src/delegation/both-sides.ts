import { DnsError, type Fqdn, isWithin } from '@domainproof/core';
import type { Delegation, NameServer, ParentSide } from '../types/index.js';
import type { Message } from '../wire/message.js';
import { type Descent, isTopLevel, type Reached } from './descent.js';
import type { HostAddresses, Hosts } from './hosts.js';
import type { Search } from './search.js';
import { addressesIn, covers, denyingZone, nameServersOf, type ZoneCut } from './zone-cut.js';

/** Bounds on what one hostile or broken zone can make us ask and show. */
const MAX_HOSTS = 16;
const MAX_ADDRESSES = 32;
const MAX_SHOWN_HOSTS = 64;

/** A delegation, and whether it may be kept: no server could be missing in it. */
export interface Read {
  delegation: Delegation;
  isSettled: boolean;
}

/** Reads all of a delegation: the zone's own NS records, whether it must be signed, and every address of every host. */
export class BothSides {
  readonly #descent: Descent;
  readonly #hosts: Hosts;

  constructor(descent: Descent, hosts: Hosts) {
    this.#descent = descent;
    this.#hosts = hosts;
  }

  /**
   * @throws DnsError `ZONE_NOT_FOUND` if no host has an address; `TRANSIENT` or `TIMEOUT` if a host could not be looked up though
   * others may be able to: a server left out unseen would make the verdict wrong.
   */
  async read({ cut, answer }: Reached, search: Search): Promise<Read> {
    const [own, parent] = await Promise.all([
      answer && (cut.own ?? this.#descent.ask({ name: cut.zone, type: 'NS' }, answer.address, search)),
      cut.above && this.#parentSide(cut, cut.above, search),
    ]);
    const childHosts = own?.authoritative ? nameServersOf(own.answers, cut.zone) : [];
    const child = childHosts.length > 0 ? childHosts : undefined;
    const all = [...new Set([...cut.hosts, ...childHosts])];
    const hosts = all.slice(0, MAX_HOSTS);
    const found = await Promise.all(hosts.map((host) => this.#addresses(host, { cut, answer }, own, search)));
    for (const { failure, isLost } of found) if (failure && !isLost) throw failure;
    if (found.every(({ addresses }) => addresses.length === 0))
      throw found.find(({ failure }) => failure)?.failure ?? noAddress(cut.zone, hosts);
    let left = MAX_ADDRESSES;
    const nameServers = hosts.map((host, index): NameServer => {
      const { addresses, isAlias, isLost } = found[index]!;
      const listed = addresses.slice(0, left);
      left -= listed.length;
      const side = parent && child ? sideOf(host, cut.hosts, child) : undefined;
      return {
        host,
        addresses: listed,
        ...(side && { in: side }),
        ...(isAlias && { isAlias }),
        ...(isLost && { isLost }),
      };
    });
    const asked = nameServers.reduce((sum, { addresses }) => sum + addresses.length, 0);
    const isCut =
      all.length > hosts.length || found.reduce((sum, { addresses }) => sum + addresses.length, 0) > asked;
    const delegation: Delegation = {
      zone: cut.zone,
      nameServers,
      ...(parent && { parent }),
      ...(child && { child: child.slice(0, MAX_SHOWN_HOSTS) }),
      ...(isCut && { truncated: true }),
    };
    return { delegation, isSettled: answer !== undefined && found.every(({ failure }) => !failure) };
  }

  async #parentSide(
    { zone, hosts }: ZoneCut,
    above: { zone: Fqdn; address: string },
    search: Search,
  ): Promise<ParentSide> {
    const message = await this.#descent.ask({ name: zone, type: 'DS' }, above.address, search);
    const isSure = message?.authoritative && message.rcode === 'NOERROR';
    const signed = isSure ? message.answers.some(({ type }) => type === 'DS') : undefined;
    // One server may hold several zones above, and tells by its "no" which is the next one.
    const denying = message && denyingZone(message);
    const isCloser =
      denying && denying !== zone && covers(above.zone, denying) && covers(denying as Fqdn, zone);
    return {
      zone: isCloser ? (denying as Fqdn) : above.zone,
      hosts: hosts.slice(0, MAX_SHOWN_HOSTS),
      ...(signed !== undefined && { signed }),
    };
  }

  /** Glue and the zone's own word together: resolvers start with the one and may go on with the other. */
  async #addresses(
    host: Fqdn,
    { cut, answer }: Reached,
    own: Message | undefined,
    search: Search,
  ): Promise<HostAddresses> {
    const glue = cut.glue.get(host) ?? [];
    const server = serverFor(host, { cut, answer });
    const found = server
      ? await this.#byServer(host, server, own, search)
      : await this.#hosts.lookUp(host, search);
    if (glue.length === 0) return found;
    return { addresses: [...new Set([...glue, ...found.addresses])], isAlias: found.isAlias };
  }

  async #byServer(
    host: Fqdn,
    server: string,
    own: Message | undefined,
    search: Search,
  ): Promise<HostAddresses> {
    const given = own?.additional.filter((record) => record.name === host) ?? [];
    const hasBoth = (['A', 'AAAA'] as const).every((type) => given.some((record) => record.type === type));
    if (hasBoth) return { addresses: addressesIn(given), isAlias: false };
    const found = await this.#hosts.fromServer(host, server, search);
    // Another zone may hold the host.
    return found.failure ? this.#hosts.lookUp(host, search) : found;
  }
}

/** A server at hand that should know the host: of the zone itself, or of the one above. */
function serverFor(host: Fqdn, { cut: { zone, above }, answer }: Reached): string | undefined {
  if (!answer || !above) return undefined;
  if (isWithin(host, zone)) return answer.address;
  // Top-level domains hold referrals only.
  return !isTopLevel(above.zone) && isWithin(host, above.zone) ? above.address : undefined;
}

function sideOf(host: Fqdn, parent: readonly Fqdn[], child: readonly Fqdn[]): NameServer['in'] {
  if (!parent.includes(host)) return 'child';
  return child.includes(host) ? undefined : 'parent';
}

function noAddress(zone: Fqdn, hosts: readonly Fqdn[]): DnsError {
  return new DnsError('ZONE_NOT_FOUND', `No name server of ${zone} has an address: ${hosts.join(', ')}`, {
    hint: 'Correct the name servers at the registrar, or in the zone above.',
  });
}
