import { setMaxListeners } from 'node:events';
import { ask } from './ask.js';
import { upwards } from './names.js';
import { readAnswer } from './referral.js';
import { type Known, type KnownServers, ResolverCache } from './resolver-cache.js';
import { absolute, type Question, RCODE, type Reply } from './wire.js';

export interface ResolverOptions {
  /** Where every search starts: the servers of the root. */
  root: KnownServers;
  /** Port of all authoritative servers. */
  port: number;
  /** Milliseconds; a clock that never goes back. Default `performance.now`. */
  now?: () => number;
}

/** Questions to name servers that one question of a client may cost. */
const MAX_ASKS = 80;
const MAX_ALIASES = 12;
const MAX_REFERRALS = 16;
/** Names of name servers that have to be looked up to look up names of name servers. */
const MAX_DEPTH = 5;
/** Questions of clients under way at once; each holds a socket. */
const MAX_ACTIVE = 500;
const ASK_TIMEOUT_MS = 1_000;

const SERVER_FAILURE: Reply = { rcode: RCODE.SERVFAIL, recursionAvailable: true };

/** A recursive resolver: it follows referrals from the root down and remembers what it heard. No DNSSEC, no name minimisation. */
export class Resolver {
  readonly #options: ResolverOptions;
  readonly #cache: ResolverCache;
  readonly #closing = new AbortController();
  readonly #active = new Map<string, Promise<Reply>>();

  constructor(options: ResolverOptions) {
    setMaxListeners(0, this.#closing.signal); // Every question on its way listens to it.
    this.#options = options;
    this.#cache = new ResolverCache(options.now ?? (() => performance.now()));
  }

  /** The answer for a client. Clients that ask the same at the same time share one search. */
  resolve(question: Question): Promise<Reply> {
    const id = `${question.key} ${question.type}`;
    const active = this.#active.get(id);
    if (active) return active;
    if (this.#active.size >= MAX_ACTIVE) return Promise.resolve(SERVER_FAILURE);
    const search = this.#followAliases(question).finally(() => this.#active.delete(id));
    this.#active.set(id, search);
    return search;
  }

  close(): void {
    this.#closing.abort();
  }

  async #followAliases(question: Question): Promise<Reply> {
    const budget = { asks: MAX_ASKS };
    const answers: Known['records'][number][] = [];
    const seen = new Set<string>();
    for (let at = question; !seen.has(at.key) && seen.size < MAX_ALIASES; ) {
      seen.add(at.key);
      const known = await this.#lookUp(at, budget, 0);
      if (!known) return SERVER_FAILURE;
      // The first name is spelled as the client spelled it.
      answers.push(...known.records.map((record) => ({ ...record, name: at.name })));
      const alias = known.records.find((record) => record.type === 'CNAME');
      if (question.type === 'CNAME' || alias?.type !== 'CNAME')
        return {
          rcode: known.rcode,
          recursionAvailable: true,
          answers,
          authorities: known.soa ? [known.soa] : [],
        };
      const name = absolute(alias.data);
      at = { name, key: name.toLowerCase(), type: question.type };
    }
    return SERVER_FAILURE;
  }

  /** Undefined if no server could be made to answer. */
  async #lookUp(question: Question, budget: { asks: number }, depth: number): Promise<Known | undefined> {
    const cached = this.#cache.answer(question.key, question.type);
    if (cached) return cached;
    let servers = this.#closestServers(question.key);
    for (let referrals = 0; referrals <= MAX_REFERRALS; referrals += 1) {
      const next = await this.#askZone(servers, question, budget, depth);
      if (next === undefined) {
        // They may have moved away: the next search starts above.
        this.#cache.forgetServers(servers.zone);
        return undefined;
      }
      if (!('zone' in next)) return next;
      servers = next;
    }
    return undefined;
  }

  /** Asks the servers of a zone one after the other, until one answers or refers to the servers of a zone below. */
  async #askZone(
    { zone, servers }: KnownServers,
    question: Question,
    budget: { asks: number },
    depth: number,
  ): Promise<Known | KnownServers | undefined> {
    for (const { host, addresses } of servers) {
      const known = addresses.length > 0 ? addresses : await this.#addressesOf(host, budget, depth + 1);
      for (const address of known) {
        budget.asks -= 1;
        if (budget.asks < 0 || this.#closing.signal.aborted) return undefined;
        const options = { timeoutMs: ASK_TIMEOUT_MS, signal: this.#closing.signal };
        const packet = await ask({ address, port: this.#options.port }, question, options);
        const reading = packet && readAnswer(packet, question, zone);
        if (reading?.kind === 'referral') {
          this.#cache.keepServers(reading.servers, reading.ttl);
          return reading.servers;
        }
        if (reading?.kind === 'answer') {
          this.#cache.keepAnswer(question.key, question.type, reading.known, reading.noName);
          return reading.known;
        }
      }
    }
    return undefined;
  }

  async #addressesOf(host: string, budget: { asks: number }, depth: number): Promise<string[]> {
    if (depth > MAX_DEPTH) return [];
    const addresses: string[] = [];
    for (const type of ['A', 'AAAA']) {
      const known = await this.#lookUp({ name: host, key: host, type }, budget, depth);
      for (const record of known?.records ?? [])
        if (record.type === 'A' || record.type === 'AAAA') addresses.push(record.data);
    }
    return addresses;
  }

  #closestServers(name: string): KnownServers {
    for (const zone of upwards(name)) {
      const known = this.#cache.servers(zone);
      if (known) return known;
    }
    return this.#options.root;
  }
}
