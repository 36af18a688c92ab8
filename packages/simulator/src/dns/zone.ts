import type { SoaData } from 'dns-packet';
import { parentOf, upwards } from './names.js';
import type { ServedData } from './rdata.js';

export interface ZoneOptions {
  /** Absolute, lower case. */
  name: string;
  /** Host names of the zone's servers: its NS records. The first is the primary of its SOA. */
  nameServers: readonly string[];
  /** Seconds that an absence may be cached: the last field of the SOA (RFC 2308 section 4). */
  negativeTtl: number;
}

const NS_TTL = 3_600;
const SOA_TTL = 3_600;

/** The data of one zone as one name server holds it. All names are absolute and in lower case. */
export class Zone {
  readonly name: string;
  readonly #soa: SoaData & { serial: number; minimum: number };
  readonly #sets = new Map<string, Map<string, ServedData>>();
  readonly #delegations = new Map<string, ServedData>();
  /** For every name that exists, how many sets and delegations stand at it or below it: this tells empty non-terminals from nothing. */
  readonly #existing = new Map<string, number>();

  constructor({ name, nameServers, negativeTtl }: ZoneOptions) {
    this.name = name;
    this.#soa = {
      mname: nameServers[0]!,
      rname: name === '.' ? 'hostmaster.' : `hostmaster.${name}`,
      serial: 1,
      refresh: 3_600,
      retry: 600,
      expire: 86_400,
      minimum: negativeTtl,
    };
    this.replace(name, 'SOA', { ttl: SOA_TTL, data: [this.#soa] });
    this.replace(name, 'NS', { ttl: NS_TTL, data: nameServers });
  }

  /** Replaces one record set; one without data takes it away. */
  replace(name: string, type: string, set: ServedData): void {
    const sets = this.#sets.get(name) ?? new Map<string, ServedData>();
    const before = sets.has(type);
    if (set.data.length > 0) sets.set(type, set);
    else sets.delete(type);
    if (sets.size > 0) this.#sets.set(name, sets);
    else this.#sets.delete(name);
    this.#count(name, Number(set.data.length > 0) - Number(before));
    this.#soa.serial += 1;
  }

  /** Points a name below the apex to other servers, beside what the owner's records say; an empty list ends it. */
  delegate(name: string, hosts: readonly string[]): void {
    const before = this.#delegations.has(name);
    if (hosts.length > 0) this.#delegations.set(name, { ttl: NS_TTL, data: hosts });
    else this.#delegations.delete(name);
    this.#count(name, Number(hosts.length > 0) - Number(before));
    this.#soa.serial += 1;
  }

  /** The record sets at a name; undefined where it holds none. */
  sets(name: string): ReadonlyMap<string, ServedData> | undefined {
    return this.#sets.get(name);
  }

  /** True also for an empty non-terminal: a name that holds nothing but stands above one that does (RFC 4592 section 2.2.2). */
  exists(name: string): boolean {
    return this.#existing.has(name);
  }

  /** The uppermost zone cut at or above a name, the apex left out. The owner's NS records go before a delegation. */
  cut(name: string): { name: string; nameServers: ServedData } | undefined {
    let uppermost: { name: string; nameServers: ServedData } | undefined;
    for (const at of upwards(name)) {
      if (at === this.name) break;
      const nameServers = this.#sets.get(at)?.get('NS') ?? this.#delegations.get(at);
      if (nameServers) uppermost = { name: at, nameServers };
    }
    return uppermost;
  }

  /** The SOA as it stands beside an absence: its TTL says how long the absence may be cached (RFC 2308 section 3). */
  negativeSoa(): ServedData {
    return { ttl: Math.min(SOA_TTL, this.#soa.minimum), data: [this.#soa] };
  }

  #count(name: string, change: number): void {
    if (change === 0) return;
    for (const at of upwards(name)) {
      const count = (this.#existing.get(at) ?? 0) + change;
      if (count > 0) this.#existing.set(at, count);
      else this.#existing.delete(at);
      if (at === this.name) break;
    }
  }
}

/** The name in the zone that decides about a name that is not there: its deepest ancestor that exists (RFC 4592 section 3.3.1). */
export function closestEncloser(zone: Zone, name: string): string {
  let at = name;
  while (at !== zone.name && !zone.exists(at)) at = parentOf(at) ?? zone.name;
  return at;
}
