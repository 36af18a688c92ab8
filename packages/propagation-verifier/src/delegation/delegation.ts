import { ancestors, type Fqdn, isDnsError, isWithin } from '@domainproof/core';
import { unlessAborted } from '../abort.js';
import type { Authority } from '../asking/authority.js';
import type { ResolverClient } from '../asking/resolver.js';
import type { Clock } from '../clock.js';
import { SharedWork } from '../shared-work.js';
import type { Delegation } from '../types/index.js';
import { BothSides, type Read } from './both-sides.js';
import { type Absent, Descent, isTopLevel, type Reached } from './descent.js';
import { Hosts } from './hosts.js';
import { Kept } from './kept.js';
import { notRegistered, ResolverView } from './resolver-view.js';
import { Root } from './root.js';
import { registryName, type Search, searchFor } from './search.js';
import { type Bearing, ROOT, type ZoneCut } from './zone-cut.js';

const KEEP_MS = 60_000;

export interface DelegationsOptions {
  resolver: ResolverClient;
  authority: Authority;
  clock: Clock;
}

/**
 * Finds the zone that holds a name, and its servers: from the root down by the authoritative servers' own referrals, and by the
 * resolvers' word where those cannot be asked. No resolver hears of the name itself.
 */
export class Delegations {
  readonly #descent: Descent;
  readonly #resolvers: ResolverView;
  readonly #bothSides: BothSides;
  /** Zones whose servers have answered for some name. */
  readonly #serving: Kept<Delegation>;
  readonly #reads: SharedWork<Read>;
  /** Searches under way, by the zone where many names meet; what comes out is the name that turned out not to exist. */
  readonly #leaders = new Map<string, Promise<Fqdn | undefined>>();

  constructor({ resolver, authority, clock }: DelegationsOptions) {
    const root = new Root({ resolver, authority, clock });
    this.#descent = new Descent({
      authority,
      clock,
      root,
      lookUp: (host, search) => hosts.lookUp(host, search),
    });
    const hosts = new Hosts({ resolver, clock, descent: this.#descent });
    this.#resolvers = new ResolverView(resolver);
    this.#bothSides = new BothSides(this.#descent, hosts);
    this.#serving = new Kept(clock);
    this.#reads = new SharedWork(clock);
  }

  /**
   * The closest enclosing zone of `name`. With `isExact` false a zone that is known from another name is enough: the answers
   * of its servers about `name` then show whether a zone below holds it, and `follow` goes on.
   *
   * @throws DnsError `ZONE_NOT_FOUND`, `TIMEOUT` if no resolver answers, `TRANSIENT` if the address of a server cannot be found now.
   */
  async find(name: Fqdn, hint: Fqdn | undefined, isExact: boolean, signal: AbortSignal): Promise<Delegation> {
    const start = hint ?? registryName(name);
    // Many names of one zone come at once: the first finds it for all.
    const leader = this.#leaders.get(start);
    const absent = leader && (await unlessAborted(leader, signal));
    if (absent && isWithin(name, absent)) throw notRegistered(absent);
    const known = isExact ? undefined : this.#servingZone(name, hint);
    if (known) return known;
    const search = this.#search(name, hint, signal);
    if (!leader) {
      const leave = (found?: Delegation | Absent) => {
        this.#leaders.delete(start);
        return found && 'absent' in found ? found.absent : undefined;
      };
      this.#leaders.set(
        start,
        search.then(leave, () => leave()),
      );
    }
    const found = await search;
    if ('absent' in found) throw notRegistered(found.absent);
    return found;
  }

  /** The delegation that an answer of `address`, a server of `from`, leads to. */
  async follow(
    from: Delegation,
    bearing: Bearing,
    address: string,
    name: Fqdn,
    signal: AbortSignal,
  ): Promise<Delegation> {
    const search = searchFor(name, signal);
    const glue = new Map(from.nameServers.map(({ host, addresses }) => [host, addresses]));
    const cut = { zone: from.zone, hosts: [...glue.keys()], glue, ttl: 0 };
    const below = bearing.kind === 'here' ? cut : await this.#descent.next(cut, bearing, address, search);
    return this.#read(await this.#descent.descend(below, search), search);
  }

  async #search(name: Fqdn, hint: Fqdn | undefined, signal: AbortSignal): Promise<Delegation | Absent> {
    const search = searchFor(name, signal);
    const reached = await this.#descent.fromAbove(search);
    if (!reached) return this.#byResolvers(search, hint);
    const absent = await this.#absentIn(reached, search, hint);
    if (absent === undefined) return this.#read(reached as Reached, search);
    // Only the given resolvers may know a private zone, and the caller says that there is one.
    const hosted = hint && (await this.#privateZone(hint, search));
    return hosted ? this.#readTold(hosted, search, hint) : { absent };
  }

  async #absentIn(
    reached: Reached | Absent,
    search: Search,
    hint: Fqdn | undefined,
  ): Promise<Fqdn | undefined> {
    if ('absent' in reached) return reached.absent;
    const { cut, answer } = reached;
    const isDenied = answer?.message.rcode === 'NXDOMAIN' && isTopLevel(cut.zone) && cut.zone !== hint;
    const absent = isDenied ? await this.#descent.absentBelow({ cut, answer }, search) : undefined;
    // What the root holds itself is no domain of anybody.
    return absent ?? (cut.zone === ROOT ? ancestors(search.name).at(-1) : undefined);
  }

  async #privateZone(hint: Fqdn, { name, signal }: Search): Promise<ZoneCut | undefined> {
    try {
      return await this.#resolvers.zone(hint, name, signal);
    } catch (error) {
      if (signal.aborted || !isDnsError(error)) throw error;
      return undefined;
    }
  }

  async #byResolvers(search: Search, hint: Fqdn | undefined): Promise<Delegation | Absent> {
    const cut = await this.#resolvers.zoneAbove(search.name, hint, search.signal);
    return 'absent' in cut ? cut : this.#readTold(cut, search, hint);
  }

  async #readTold(cut: ZoneCut, search: Search, hint: Fqdn | undefined): Promise<Delegation | Absent> {
    const told: Search = { ...search, isTold: true };
    const reached = await this.#descent.fromTold(cut, told);
    const absent = await this.#absentIn(reached, told, hint);
    return absent ? { absent } : this.#read(reached, told);
  }

  async #read(reached: Reached, search: Search): Promise<Delegation> {
    const { zone, above, hosts } = reached.cut;
    const { delegation, isSettled } = await this.#reads.run(
      [zone, above?.zone, ...hosts].join(' '),
      search.signal,
      () => this.#bothSides.read(reached, search),
      (read) => (read.isSettled ? KEEP_MS : 0),
    );
    if (isSettled) this.#serving.set(zone, delegation, KEEP_MS);
    return delegation;
  }

  #servingZone(name: Fqdn, hint: Fqdn | undefined): Delegation | undefined {
    for (const zone of ancestors(name)) {
      // A registry's zone holds a name below only as long as no domain there encloses it, which is to be asked each time.
      if (isTopLevel(zone) && zone !== hint) return undefined;
      const delegation = this.#serving.get(zone);
      if (delegation && (!hint || isWithin(zone, hint))) return delegation;
    }
    return undefined;
  }
}
