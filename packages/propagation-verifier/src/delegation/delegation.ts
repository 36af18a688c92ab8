import { ancestors, DnsError, type Fqdn, isWithin } from '@domainproof/core';
import { childSignal, unlessAborted } from '../abort.js';
import type { Authority } from '../asking/authority.js';
import type { ResolverClient } from '../asking/resolver.js';
import type { Clock } from '../clock.js';
import type { Delegation, NameServer } from '../types/index.js';
import {
  addressesIn,
  type Bearing,
  bearingOf,
  denyingZone,
  glueOf,
  nameServersOf,
  type ZoneCut,
} from './zone-cut.js';

/** Bounds on what one hostile or broken zone can make us ask. */
const MAX_DEPTH = 16;
const MAX_HOSTS = 16;
const MAX_ADDRESSES = 32;
/** Hosts that are asked together which zone holds a name, and how many such groups. */
const SCOUTS = 3;
const SCOUT_GROUPS = 2;
const KEEP_MS = 60_000;

export interface DelegationsOptions {
  resolver: ResolverClient;
  authority: Authority;
  clock: Clock;
}

/**
 * Finds the zone that holds a name, and its servers.
 *
 * A resolver is asked for a zone above the name only; from there the authoritative servers themselves lead down.
 * A resolver that is asked for a name too early keeps "does not exist" for all its types and for everything below it
 * (RFC 2308, RFC 8020), and a certificate authority may use the same resolver.
 */
export class Delegations {
  readonly #resolver: ResolverClient;
  readonly #authority: Authority;
  readonly #clock: Clock;
  /** Zones whose servers have answered for some name. */
  readonly #serving = new Map<Fqdn, { delegation: Delegation; until: number }>();
  /** Searches under way, by the zone where they start. */
  readonly #leaders = new Map<Fqdn, Promise<void>>();

  constructor({ resolver, authority, clock }: DelegationsOptions) {
    this.#resolver = resolver;
    this.#authority = authority;
    this.#clock = clock;
  }

  /**
   * The closest enclosing zone of `name`. With `isExact` false a zone that is known from another name is enough: the answers
   * of its servers about `name` then show whether a zone below holds it, and `follow` goes on.
   *
   * @throws DnsError `ZONE_NOT_FOUND`, `TIMEOUT` if no resolver answers, `TRANSIENT` if the address of a server cannot be found now.
   */
  async find(name: Fqdn, hint: Fqdn | undefined, isExact: boolean, signal: AbortSignal): Promise<Delegation> {
    const start = hint ?? startingZone(name);
    // Many names of one zone come at once: the first finds it for all.
    const leader = this.#leaders.get(start);
    if (leader) await unlessAborted(leader, signal);
    const known = isExact ? undefined : this.#servingZone(name, hint);
    if (known) return known;
    const search = this.#search(name, hint, signal);
    if (!leader) {
      const leave = () => void this.#leaders.delete(start);
      this.#leaders.set(start, search.then(leave, leave));
    }
    return search;
  }

  /** The delegation that an answer of `address`, a server of `from`, leads to. */
  async follow(
    from: Delegation,
    bearing: Bearing,
    address: string,
    name: Fqdn,
    signal: AbortSignal,
  ): Promise<Delegation> {
    const glue = new Map(from.nameServers.map(({ host, addresses }) => [host, addresses]));
    const cut = { zone: from.zone, hosts: [...glue.keys()], glue };
    return this.#descend(await this.#nextCut(cut, bearing, address, signal), name, signal);
  }

  async #search(name: Fqdn, hint: Fqdn | undefined, signal: AbortSignal): Promise<Delegation> {
    // A hint that is the name itself would be a question for that name.
    const hosts = hint && hint !== name ? await this.#delegatedHosts(hint, signal) : [];
    const cut =
      hint && hosts.length > 0 ? { zone: hint, hosts, glue: new Map() } : await this.#top(name, signal);
    return this.#descend(cut, name, signal);
  }

  async #delegatedHosts(zone: Fqdn, signal: AbortSignal): Promise<Fqdn[]> {
    const message = await this.#resolver.ask(zone, 'NS', signal);
    return message.rcode === 'NOERROR' ? nameServersOf(message.answers, zone) : [];
  }

  /** A zone above the name that a resolver knows, looked for upwards from the last two labels. */
  async #top(name: Fqdn, signal: AbortSignal): Promise<ZoneCut> {
    let zone: Fqdn | undefined = startingZone(name);
    let failed: Fqdn | undefined;
    while (zone) {
      const message = await this.#resolver.ask(zone, 'NS', signal);
      if (message.rcode === 'NXDOMAIN') throw notRegistered(zone);
      const hosts = message.rcode === 'NOERROR' ? nameServersOf(message.answers, zone) : [];
      if (hosts.length > 0) return { zone, hosts, glue: new Map() };
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

  async #descend(start: ZoneCut, name: Fqdn, signal: AbortSignal): Promise<Delegation> {
    let cut = start;
    for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
      const found = await this.#scout(cut, name, signal);
      if (found && found.bearing.kind !== 'here') {
        cut = await this.#nextCut(cut, found.bearing, found.address, signal);
        continue;
      }
      const delegation = await this.#withAddresses(cut, signal);
      if (found) this.#keep(delegation);
      return delegation;
    }
    return this.#withAddresses(cut, signal);
  }

  /** Asks some servers of the zone about the name; the first answer with authority counts. Undefined if none has any. */
  async #scout(
    cut: ZoneCut,
    name: Fqdn,
    signal: AbortSignal,
  ): Promise<{ bearing: Bearing; address: string } | undefined> {
    for (let group = 0; group < SCOUT_GROUPS; group += 1) {
      const hosts = cut.hosts.slice(group * SCOUTS, (group + 1) * SCOUTS);
      const looked = await Promise.allSettled(hosts.map((host) => this.#addresses(cut, host, signal)));
      signal.throwIfAborted();
      const addresses = new Set(
        looked.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])),
      );
      const others = childSignal(signal);
      try {
        return await Promise.any(
          [...addresses].map(async (address) => {
            const outcome = await this.#authority.ask({ name, type: 'SOA' }, address, others.signal);
            const bearing =
              outcome.kind === 'answer' ? bearingOf(outcome.message, cut.zone, name) : undefined;
            if (!bearing) throw new Error('no authority');
            return { bearing, address };
          }),
        );
      } catch {
        signal.throwIfAborted();
      } finally {
        others.abort();
        others.release();
      }
    }
    return undefined;
  }

  async #nextCut(cut: ZoneCut, bearing: Bearing, address: string, signal: AbortSignal): Promise<ZoneCut> {
    if (bearing.kind === 'here') return cut;
    if (bearing.kind === 'below') return bearing.cut;
    const { zone } = bearing;
    const outcome = await this.#authority.ask({ name: zone, type: 'NS' }, address, signal);
    const message = outcome.kind === 'answer' && outcome.message.authoritative ? outcome.message : undefined;
    const hosts = message ? nameServersOf(message.answers, zone) : [];
    // The server that answered for the zone below serves it in any case.
    if (!message || hosts.length === 0) return { ...cut, zone };
    return { zone, hosts, glue: new Map([...cut.glue, ...glueOf(message, hosts, cut.zone)]) };
  }

  async #withAddresses(cut: ZoneCut, signal: AbortSignal): Promise<Delegation> {
    const hosts = cut.hosts.slice(0, MAX_HOSTS);
    const found = await Promise.all(hosts.map((host) => this.#addresses(cut, host, signal)));
    let left = MAX_ADDRESSES;
    const nameServers = hosts.map((host, index): NameServer => {
      const addresses = found[index]!.slice(0, left);
      left -= addresses.length;
      return { host, addresses };
    });
    if (left === MAX_ADDRESSES)
      throw new DnsError(
        'ZONE_NOT_FOUND',
        `No name server of ${cut.zone} has an address: ${hosts.join(', ')}`,
        {
          hint: 'Correct the name servers at the registrar, or in the zone above.',
        },
      );
    return { zone: cut.zone, nameServers };
  }

  async #addresses(cut: ZoneCut, host: Fqdn, signal: AbortSignal): Promise<readonly string[]> {
    const glue = cut.glue.get(host);
    if (glue) return glue;
    const [v4, v6] = await Promise.all([
      this.#resolver.ask(host, 'A', signal),
      this.#resolver.ask(host, 'AAAA', signal),
    ]);
    // A failure is not "no address": a server left out unseen would make the verdict wrong. Without A alone, others know the host by A.
    if (v4.rcode === 'SERVFAIL')
      throw new DnsError(
        'TRANSIENT',
        `The resolvers (${this.#resolver.description}) answer SERVFAIL for the address of ${host}, a name server of ${cut.zone}`,
        {
          hint: 'Try another resolver (--resolver), or correct the name servers at the registrar.',
        },
      );
    return addressesIn([...v4.answers, ...v6.answers]);
  }

  #servingZone(name: Fqdn, hint: Fqdn | undefined): Delegation | undefined {
    const now = this.#clock.now();
    for (const zone of ancestors(name)) {
      const entry = this.#serving.get(zone);
      if (!entry) continue;
      if (entry.until <= now) this.#serving.delete(zone);
      else if (!hint || isWithin(zone, hint)) return entry.delegation;
    }
    return undefined;
  }

  #keep(delegation: Delegation): void {
    this.#serving.set(delegation.zone, { delegation, until: this.#clock.now() + KEEP_MS });
  }
}

/** The last two labels of a name, which is where registries delegate; one if the challenge's own label would be among them. */
function startingZone(name: Fqdn): Fqdn {
  const above = ancestors(name);
  const two = above.at(-2) ?? name;
  return two.startsWith('_') || two.startsWith('*') ? above.at(-1)! : two;
}

function notRegistered(zone: Fqdn): DnsError {
  return new DnsError(
    'ZONE_NOT_FOUND',
    `${zone} is not in the registry's zone: the domain does not exist in public DNS.`,
    {
      hint: 'Check the spelling. If the domain is yours, it has expired, is on hold, or waits for real-name verification at the registrar.',
    },
  );
}
