import { DnsError, type Fqdn, isDnsError, isWithin } from '@domainproof/core';
import type { ResolverClient } from '../asking/resolver.js';
import type { Clock } from '../clock.js';
import type { Message } from '../wire/message.js';
import type { Descent } from './descent.js';
import { Kept } from './kept.js';
import { mayTellResolver, registryName, type Search, searchForHost } from './search.js';
import { addressesIn } from './zone-cut.js';

/** Hosts that have to be looked up to look up a host. */
const MAX_NESTED = 3;
const LONGEST_KEEP_S = 3_600;
const SHORTEST_KEEP_S = 5;

export interface HostAddresses {
  addresses: readonly string[];
  /** The host name is a CNAME. */
  isAlias: boolean;
  /** Why there may be more addresses than these. */
  failure?: DnsError;
  /** With `failure`: the servers that should know the host were asked themselves, so nobody finds it for now. */
  isLost?: boolean;
}

export interface HostsOptions {
  resolver: ResolverClient;
  descent: Descent;
  clock: Clock;
}

/** Finds the addresses of name servers: by the resolvers, and from the root down where they fail. */
export class Hosts {
  readonly #options: HostsOptions;
  readonly #found: Kept<HostAddresses>;

  constructor(options: HostsOptions) {
    this.#options = options;
    this.#found = new Kept(options.clock);
  }

  /** Rejects on abort only. */
  async lookUp(host: Fqdn, search: Search): Promise<HostAddresses> {
    const { resolver } = this.#options;
    // Two zones whose servers have their names in each other, without glue: none of them can be found.
    if (search.hosts.includes(host) || search.hosts.length >= MAX_NESTED || search.budget.questions <= 0)
      return nothing(host);
    const mayTell = mayTellResolver(host, search);
    if (search.isTold) return mayTell ? this.#byResolver(host, search) : nothing(host);
    // The servers of the domain itself are asked for what lies in it, as long as they can be.
    const isForResolver = resolver.hasAnswered && mayTell && !isWithin(host, registryName(search.secret));
    const told = isForResolver ? await this.#byResolver(host, search) : undefined;
    if (told && !told.failure) return told;
    const kept = this.#found.get(host);
    if (kept) return kept;
    const found = await this.#fromAbove(host, search);
    if (found) return found.failure && told ? { ...told, isLost: true } : found;
    if (told) return told;
    return mayTell ? this.#byResolver(host, search) : nothing(host);
  }

  async #byResolver(host: Fqdn, { signal, budget }: Search): Promise<HostAddresses> {
    const { resolver } = this.#options;
    budget.questions -= 2;
    const [v4, v6] = await Promise.allSettled([
      resolver.ask(host, 'A', signal),
      resolver.ask(host, 'AAAA', signal),
    ]);
    signal.throwIfAborted();
    const messages = [v4, v6].flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    const addresses = addressesIn(messages.flatMap(({ answers }) => answers));
    const failure = [v4, v6].map((result) => this.#failureOf(result, host));
    // Without AAAA alone, others know the host by A; without A a server could be hidden.
    const counts = failure[0] ?? (addresses.length === 0 ? failure[1] : undefined);
    return { addresses, isAlias: hasAlias(messages, host), ...(counts && { failure: counts }) };
  }

  #failureOf(result: PromiseSettledResult<Message>, host: Fqdn): DnsError | undefined {
    if (result.status === 'rejected') {
      if (isDnsError(result.reason)) return result.reason;
      throw result.reason;
    }
    if (result.value.rcode !== 'SERVFAIL') return undefined;
    return new DnsError(
      'TRANSIENT',
      `The resolvers (${this.#options.resolver.description}) answer SERVFAIL for the address of the name server ${host}`,
      { hint: 'Try another resolver (--resolver), or correct the name servers at the registrar.' },
    );
  }

  /** Undefined if the servers above cannot be asked from here. */
  async #fromAbove(host: Fqdn, search: Search): Promise<HostAddresses | undefined> {
    const { descent } = this.#options;
    const own = searchForHost(host, search);
    const reached = await descent.fromAbove(own);
    if (!reached) return undefined;
    if ('absent' in reached) return { addresses: [], isAlias: false };
    if (!reached.answer) return nothing(host);
    return this.fromServer(host, reached.answer.address, own);
  }

  /** The addresses that a server of the host's zone gives. */
  async fromServer(host: Fqdn, server: string, search: Search): Promise<HostAddresses> {
    const { descent } = this.#options;
    const [v4, v6] = await Promise.all(
      (['A', 'AAAA'] as const).map((type) => descent.ask({ name: host, type }, server, search)),
    );
    const messages = [v4, v6].flatMap((message) => (isDefinite(message) ? message : []));
    const records = messages.flatMap(({ answers }) => answers);
    const addresses = addressesIn(records);
    if (!isDefinite(v4) || (addresses.length === 0 && !isDefinite(v6)))
      return { ...nothing(host), addresses };
    const found = { addresses, isAlias: hasAlias(messages, host) };
    const ttl = addresses.length > 0 ? Math.min(LONGEST_KEEP_S, ...records.map(({ ttl }) => ttl)) : 0;
    this.#found.set(host, found, 1_000 * Math.max(SHORTEST_KEEP_S, ttl));
    return found;
  }
}

function isDefinite(message: Message | undefined): message is Message {
  return message?.authoritative === true && (message.rcode === 'NOERROR' || message.rcode === 'NXDOMAIN');
}

function hasAlias(messages: readonly Message[], host: Fqdn): boolean {
  return messages.some(({ answers }) =>
    answers.some((record) => record.type === 'CNAME' && record.name === host),
  );
}

function nothing(host: Fqdn): HostAddresses {
  const message = `No server that should know the address of the name server ${host} gives it.`;
  const hint = 'Correct the name servers at the registrar, or the zone in which their names lie.';
  const failure = new DnsError('TRANSIENT', message, { hint });
  return { addresses: [], isAlias: false, failure, isLost: true };
}
