import { type DnsError, type Fqdn, isDnsError, isWithin } from '@domainproof/core';
import type { Delegation } from '../types/index.js';
import { Gate } from './gate.js';
import type { Server } from './server.js';

const KEEP_MS = 60_000;
/** A resolver that does not answer says nothing about one name in particular. */
const RESOLVERS_SILENT_MS = 5_000;
const MOST_ZONES = 2_048;
const MOST_FAILURES = 2_048;
const SEARCHES_AT_ONCE = 32;

/** One address of a zone's servers. */
export interface Seat {
  host: Fqdn;
  address: string;
  server: Server;
}

export interface BulkZone {
  zone: Fqdn;
  seats: readonly Seat[];
  until: number;
}

/** Why the zone of a name is not known. */
export class ZoneFailure {
  readonly error: DnsError;
  readonly until: number;

  constructor(error: DnsError, until: number) {
    this.error = error;
    this.until = until;
  }
}

export type DelegationOf = (name: Fqdn, zoneHint: Fqdn | undefined) => Promise<Delegation>;

/** The zones of a stream of names, so many and no more: one search finds the servers for all names of a zone. */
export class Zones {
  readonly #delegationOf: DelegationOf;
  readonly #createServer: (address: string) => Server;
  /** The one used longest ago first. */
  readonly #zones = new Map<Fqdn, BulkZone>();
  /** How many of the zones have an address. */
  readonly #servers = new Map<string, { server: Server; zones: number }>();
  readonly #failures = new Map<string, ZoneFailure>();
  readonly #searches = new Map<string, Promise<unknown>>();
  readonly #gate = new Gate(SEARCHES_AT_ONCE);
  #resolversSilent: ZoneFailure | undefined;
  #latest: BulkZone | undefined;

  constructor(delegationOf: DelegationOf, createServer: (address: string) => Server) {
    this.#delegationOf = delegationOf;
    this.#createServer = createServer;
  }

  /** The closest known zone above the name, at or below the hint; or why a search for it has failed. */
  known(name: Fqdn, hint: Fqdn | undefined, now: number): BulkZone | ZoneFailure | undefined {
    // Of one zone, most names of a stream lie in it.
    const only = this.#zones.size === 1 && this.#latest;
    if (
      only &&
      only.until > now &&
      !hint &&
      name.endsWith(only.zone) &&
      name.at(-only.zone.length - 1) === '.'
    )
      return only;
    for (let at = 0; at >= 0 && at < name.length; at = name.indexOf('.', at) + 1) {
      const zone = this.#zones.get(name.slice(at) as Fqdn);
      if (!zone) continue;
      if (zone.until <= now) this.#forget(zone);
      else if (!hint || isWithin(zone.zone, hint)) {
        this.#touch(zone);
        return zone;
      }
    }
    const failure = this.#failures.get(keyOf(name, hint)) ?? this.#resolversSilent;
    return failure && failure.until > now ? failure : undefined;
  }

  /** Searches once for names that come at the same time. Rejects with what is no `DnsError`. */
  async find(name: Fqdn, hint: Fqdn | undefined): Promise<BulkZone | ZoneFailure> {
    const key = keyOf(name, hint);
    const leader = this.#searches.get(key);
    if (leader) {
      await leader;
      const known = this.known(name, hint, performance.now());
      if (known) return known;
    }
    const search = this.#gate.pass(() => this.#search(name, hint, key));
    if (!leader) {
      const leave = () => void this.#searches.delete(key);
      this.#searches.set(key, search.then(leave, leave));
    }
    return search;
  }

  async #search(name: Fqdn, hint: Fqdn | undefined, key: string): Promise<BulkZone | ZoneFailure> {
    const known = this.known(name, hint, performance.now());
    if (known) return known;
    try {
      return this.#keep(await this.#delegationOf(name, hint));
    } catch (error) {
      if (!isDnsError(error)) throw error;
      return this.#fail(error, key);
    }
  }

  #keep({ zone, nameServers }: Delegation): BulkZone {
    const hosts = new Map<string, Fqdn>();
    for (const { host, addresses } of nameServers)
      for (const address of addresses) if (!hosts.has(address)) hosts.set(address, host);
    const former = this.#zones.get(zone);
    const seats = [...hosts].map(([address, host]) => ({ host, address, server: this.#share(address) }));
    // Only now, so that servers of both are kept as they are.
    if (former) this.#forget(former);
    const kept = { zone, seats, until: performance.now() + KEEP_MS };
    this.#zones.set(zone, kept);
    this.#latest = kept;
    const [oldest] = this.#zones.values();
    if (this.#zones.size > MOST_ZONES) this.#forget(oldest!);
    return kept;
  }

  #fail(error: DnsError, key: string): ZoneFailure {
    const now = performance.now();
    if (error.code === 'TIMEOUT') {
      this.#resolversSilent = new ZoneFailure(error, now + RESOLVERS_SILENT_MS);
      return this.#resolversSilent;
    }
    const failure = new ZoneFailure(error, now + KEEP_MS);
    this.#failures.delete(key);
    this.#failures.set(key, failure);
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > MOST_FAILURES) this.#failures.delete(oldest!);
    return failure;
  }

  #share(address: string): Server {
    const shared = this.#servers.get(address) ?? { server: this.#createServer(address), zones: 0 };
    shared.zones += 1;
    this.#servers.set(address, shared);
    return shared.server;
  }

  /** Servers without a zone are forgotten; names that are still asked there keep them to the end. */
  #forget(zone: BulkZone): void {
    this.#zones.delete(zone.zone);
    if (this.#latest === zone) this.#latest = undefined;
    for (const { address } of zone.seats) {
      const shared = this.#servers.get(address)!;
      shared.zones -= 1;
      if (shared.zones === 0) this.#servers.delete(address);
    }
  }

  #touch(zone: BulkZone): void {
    if (zone === this.#latest) return;
    this.#latest = zone;
    this.#zones.delete(zone.zone);
    this.#zones.set(zone.zone, zone);
  }
}

/** Names that are most likely in one zone: those with the same hint, or with the same name above theirs. */
function keyOf(name: Fqdn, hint: Fqdn | undefined): string {
  if (hint) return `zone ${hint}`;
  const above = name.slice(name.indexOf('.') + 1);
  return above.indexOf('.') === above.length - 1 ? name : above;
}
