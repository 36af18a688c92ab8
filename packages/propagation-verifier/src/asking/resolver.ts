import { getServers } from 'node:dns';
import { isIP, isIPv6 } from 'node:net';
import { DnsError, type Fqdn } from '@domainproof/core';
import type { Clock } from '../clock.js';
import { SharedWork } from '../shared-work.js';
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

const DNS_PORT = 53;
/** How often all resolvers are gone through before none is said to answer, and the pause before each further round. */
const ROUNDS = 3;
const ROUND_PAUSE_MS = 250;
const KEEP_MS = 60_000;

/**
 * The resolvers of the option, or the system's.
 *
 * @throws DnsError `INVALID_VALUE`
 */
export function parseResolvers(resolvers: readonly string[] | undefined): Endpoint[] {
  const texts = resolvers === undefined || resolvers.length === 0 ? getServers() : resolvers;
  return texts.map(parseResolver);
}

function parseResolver(text: string): Endpoint {
  if (isIP(text)) return { address: text, port: DNS_PORT };
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<v4>[\d.]+)):(?<port>\d{1,5})$/.exec(text);
  const address = match?.groups?.v6 ?? match?.groups?.v4 ?? '';
  const port = Number(match?.groups?.port);
  const isValid = match?.groups?.v6 ? isIPv6(address) : isIP(address) === 4;
  if (!isValid || port < 1 || port > 65_535)
    throw new DnsError(
      'INVALID_VALUE',
      `The option "resolvers" holds "${text}", which is not the address of a resolver.`,
      {
        hint: 'Give an IP address, with a port if it is not 53: 192.0.2.1, 192.0.2.1:5300, 2001:db8::1 or [2001:db8::1]:5300.',
      },
    );
  return { address, port };
}

/** Asks recursive resolvers for name servers and their addresses: one after the other until one answers, the one that answered last first. */
export class ResolverClient {
  readonly #options: ResolverOptions;
  readonly #shared: SharedWork<Message>;
  #preferred = 0;
  #hasAnswered = false;

  constructor(options: ResolverOptions) {
    this.#options = options;
    this.#shared = new SharedWork(options.clock, KEEP_MS);
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
   * `NOERROR` answers are kept for a minute.
   *
   * @throws DnsError `TIMEOUT` if no resolver answers; not retryable if none has ever answered.
   */
  ask(name: Fqdn, type: QuestionType, signal: AbortSignal): Promise<Message> {
    return this.#shared.run(
      `${type} ${name}`,
      signal,
      () => this.#askAll(name, type, signal),
      ({ rcode }) => rcode === 'NOERROR',
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

  async #askAll(name: Fqdn, type: QuestionType, signal: AbortSignal): Promise<Message> {
    const { exchange, clock, resolvers, queryTimeoutMs } = this.#options;
    const outcomes = new Map<Endpoint, string>();
    let failure: Message | undefined;
    for (let round = 0; round < ROUNDS; round += 1) {
      if (round > 0) await clock.sleep(round * ROUND_PAUSE_MS, signal);
      const first = this.#preferred;
      for (let step = 0; step < resolvers.length; step += 1) {
        const index = (first + step) % resolvers.length;
        const resolver = resolvers[index]!;
        const options = { recursionDesired: true, mixedCase: false, timeoutMs: queryTimeoutMs, signal };
        const outcome = await exchange({ name, type }, resolver, options);
        if (outcome.kind === 'answer') {
          const { message } = outcome;
          this.#hasAnswered ||= message.rcode !== 'REFUSED';
          if (message.rcode === 'NOERROR' || message.rcode === 'NXDOMAIN') {
            this.#preferred = index;
            return message;
          }
          if (message.rcode === 'SERVFAIL') failure = message;
        }
        outcomes.set(resolver, inWords(outcome));
      }
    }
    if (failure) return failure;
    const details = resolvers.map((resolver) => `${describe(resolver)} (${outcomes.get(resolver)})`);
    throw new DnsError('TIMEOUT', `No resolver answers: ${details.join(', ')}.`, {
      retryable: this.#hasAnswered,
      hint: 'Check the addresses (--resolver, DOMAINPROOF_RESOLVERS) and the network: port 53 may be closed by a firewall.',
    });
  }
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
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
