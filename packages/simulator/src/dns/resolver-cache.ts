import type { Answer } from 'dns-packet';

/** What is known about one name and type: records, or their absence with the SOA that vouches for it. */
export interface Known {
  rcode: number;
  records: readonly Answer[];
  soa?: Answer;
}

/** A zone's servers as a referral named them; an empty list of addresses means that they have to be looked up. */
export interface KnownServers {
  zone: string;
  servers: readonly { host: string; addresses: readonly string[] }[];
}

interface Entry<T> {
  expires: number;
  value: T;
}

const MAX_ENTRIES = 20_000;
const MAX_TTL = 86_400;
/** In place of a type: the whole name does not exist. */
const NO_NAME = '*';

/** What a resolver remembers: answers by their TTL, absences by the SOA (RFC 2308 section 5), delegations by the TTL of their NS records. */
export class ResolverCache {
  readonly #answers = new Map<string, Entry<Known>>();
  readonly #servers = new Map<string, Entry<KnownServers>>();
  readonly #now: () => number;

  /** @param now Milliseconds on a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** What answers a question: records of the type, an alias, or an absence. Records come with the seconds that they have left. */
  answer(name: string, type: string): Known | undefined {
    const entry = [type, NO_NAME, 'CNAME']
      .map((key) => this.#live(this.#answers, `${name} ${key}`))
      .find((found, index) => found && (index < 2 || found.value.records.length > 0));
    if (!entry) return undefined;
    const ttl = Math.ceil((entry.expires - this.#now()) / 1000);
    const { rcode, records, soa } = entry.value;
    const aged = records.map((record) => withTtl(record, ttl));
    return { rcode, records: aged, ...(soa && { soa: withTtl(soa, ttl) }) };
  }

  /** @param noName The whole name does not exist, whatever the type. */
  keepAnswer(name: string, type: string, known: Known, noName: boolean): void {
    const ttl = known.records.length > 0 ? Math.min(...known.records.map(ttlOf)) : negativeTtl(known.soa);
    const key = noName ? NO_NAME : (known.records[0]?.type ?? type);
    this.#keep(this.#answers, `${name} ${key}`, known, ttl);
  }

  servers(zone: string): KnownServers | undefined {
    return this.#live(this.#servers, zone)?.value;
  }

  keepServers(known: KnownServers, ttl: number): void {
    this.#keep(this.#servers, known.zone, known, ttl);
  }

  forgetServers(zone: string): void {
    this.#servers.delete(zone);
  }

  #keep<T>(entries: Map<string, Entry<T>>, key: string, value: T, ttl: number): void {
    if (ttl <= 0) return;
    entries.delete(key);
    // Maps keep the order of insertion, so the first is the oldest.
    if (entries.size >= MAX_ENTRIES) entries.delete(entries.keys().next().value!);
    entries.set(key, { expires: this.#now() + 1000 * Math.min(ttl, MAX_TTL), value });
  }

  #live<T>(entries: Map<string, Entry<T>>, key: string): Entry<T> | undefined {
    const entry = entries.get(key);
    if (entry && entry.expires <= this.#now()) {
      entries.delete(key);
      return undefined;
    }
    return entry;
  }
}

function ttlOf(record: Answer): number {
  return 'ttl' in record ? (record.ttl ?? 0) : 0;
}

/** Without a SOA an absence is not cached (RFC 2308 section 5). */
function negativeTtl(soa: Answer | undefined): number {
  return soa?.type === 'SOA' ? Math.min(soa.ttl ?? 0, soa.data.minimum ?? 0) : 0;
}

function withTtl(record: Answer, ttl: number): Answer {
  return { ...record, ttl } as Answer;
}
