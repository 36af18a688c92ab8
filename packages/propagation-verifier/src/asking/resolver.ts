import { DnsError, type Fqdn } from '@domainproof/core';
import type { Clock } from '../clock.js';
import { SharedWork } from '../shared-work.js';
import { isV6 } from '../transport/family.js';
import type { Endpoint } from '../transport/transport.js';
import type { Message } from '../wire/message.js';
import type { QueryOptions, Question, QuestionType } from '../wire/query.js';
import type { Exchange, Outcome } from './exchange.js';

export interface ResolverOptions {
  exchange: Exchange;
  clock: Clock;
  resolvers: readonly Endpoint[];
  queryTimeoutMs: number;
}

/** How often all resolvers are gone through before none is said to answer, and the pause before each further round. */
const ROUNDS = 3;
const ROUND_PAUSE_MS = 250;
/** Seconds that an answer is kept, whatever its TTL: name servers may move, and one search must not ask twice. */
const LONGEST_KEEP_S = 60;
const SHORTEST_KEEP_S = 5;
/** Addresses of hosts and the servers of the root and of top-level domains rarely change. */
const LONGEST_KEEP_OF_HOSTS_S = 3_600;

export interface ResolverQuery extends Omit<QueryOptions, 'recursionDesired'> {
  /** Straight over TCP. */
  tcp?: boolean;
}

/** Asks recursive resolvers for name servers and their addresses: one after the other until one answers, the one that answered last first. */
export class ResolverClient {
  readonly #options: ResolverOptions;
  readonly #shared: SharedWork<Message>;
  #preferred = 0;
  #hasAnswered = false;

  constructor(options: ResolverOptions) {
    this.#options = options;
    this.#shared = new SharedWork(options.clock);
  }

  /** True once any resolver has answered anything. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** The resolvers as the operator writes them. */
  get description(): string {
    return this.#options.resolvers.map(describe).join(', ');
  }

  /**
   * The first answer that a resolver stands for: `NOERROR`, `NXDOMAIN`, or `SERVFAIL` if it is all that they say.
   * `NOERROR` answers are kept as long as their TTL says, but for a minute at most; addresses and top-level domains for an hour.
   * Questions with the same options at the same time are asked once.
   *
   * @throws DnsError `TIMEOUT` if no resolver answers; not retryable if none has ever answered.
   */
  ask(name: Fqdn, type: QuestionType, signal: AbortSignal, options: ResolverQuery = {}): Promise<Message> {
    return this.#shared.run(
      `${type} ${name} ${JSON.stringify(Object.entries(options).sort())}`,
      signal,
      () => this.#askAll(name, type, signal, options),
      (message) => (message.rcode === 'NOERROR' ? keepMs(message, name, type) : 0),
    );
  }

  /** One question with options of its own, put to one resolver after the other; undefined if none answers. Nothing is kept. */
  async query(
    question: Question,
    options: QueryOptions,
    signal: AbortSignal,
  ): Promise<{ server: string; outcome: Outcome & { kind: 'answer' } } | undefined> {
    const { exchange, resolvers, queryTimeoutMs } = this.#options;
    for (const resolver of resolvers) {
      const outcome = await exchange(question, resolver, {
        mixedCase: false,
        ...options,
        recursionDesired: true,
        timeoutMs: queryTimeoutMs,
        signal,
      });
      if (outcome.kind === 'answer') return { server: describe(resolver), outcome };
    }
    return undefined;
  }

  async #askAll(name: Fqdn, type: QuestionType, signal: AbortSignal, query: ResolverQuery): Promise<Message> {
    const { exchange, clock, resolvers, queryTimeoutMs } = this.#options;
    const outcomes = new Map<Endpoint, string>();
    let failure: Message | undefined;
    for (let round = 0; round < ROUNDS; round += 1) {
      if (round > 0) await clock.sleep(round * ROUND_PAUSE_MS, signal);
      const first = this.#preferred;
      let refusals = 0;
      for (let step = 0; step < resolvers.length; step += 1) {
        const index = (first + step) % resolvers.length;
        const resolver = resolvers[index]!;
        const options = { mixedCase: false, ...query, recursionDesired: true };
        const outcome = await exchange({ name, type }, resolver, {
          ...options,
          timeoutMs: queryTimeoutMs,
          signal,
        });
        if (outcome.kind === 'answer') {
          const { message } = outcome;
          this.#hasAnswered ||= message.rcode !== 'REFUSED';
          if (message.rcode === 'NOERROR' || message.rcode === 'NXDOMAIN') {
            this.#preferred = index;
            return message;
          }
          if (message.rcode === 'SERVFAIL') failure = message;
          if (message.rcode === 'REFUSED') refusals += 1;
        }
        outcomes.set(resolver, inWords(outcome));
      }
      // A refusal is meant: asking again would not change it.
      if (refusals === resolvers.length) break;
    }
    if (failure) return failure;
    const details = resolvers.map((resolver) => `${describe(resolver)} (${outcomes.get(resolver)})`);
    throw new DnsError('TIMEOUT', `No resolver answers: ${details.join(', ')}.`, {
      retryable: this.#hasAnswered,
      hint: 'Check the addresses (--resolver, DOMAINPROOF_RESOLVERS) and the network: port 53 may be closed by a firewall.',
    });
  }
}

function keepMs({ answers, authority }: Message, name: Fqdn, type: QuestionType): number {
  const isOfHosts =
    type === 'A' || type === 'AAAA' || (type === 'NS' && name.indexOf('.') === name.length - 1);
  const longest = isOfHosts ? LONGEST_KEEP_OF_HOSTS_S : LONGEST_KEEP_S;
  // A negative answer lives as long as its SOA record says (RFC 2308 section 5).
  const lives = answers.length > 0 ? answers : authority;
  const seconds = Math.min(longest, ...lives.map(({ ttl }) => ttl));
  return 1_000 * Math.max(SHORTEST_KEEP_S, lives.length > 0 ? seconds : Math.min(seconds, LONGEST_KEEP_S));
}

function inWords(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'answer':
      return `answered ${outcome.message.rcode}`;
    case 'malformed':
      return 'answered with something that is not DNS';
    case 'no-route':
      return 'this machine has no route to it';
    case 'timeout':
    case 'truncated':
    case 'case-lost':
      return 'no answer in time';
  }
}

function describe({ address, port }: Endpoint): string {
  return isV6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
