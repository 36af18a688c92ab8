import { type Fqdn, isDnsError, isWithin } from '@domainproof/core';
import type { Authority } from '../asking/authority.js';
import type { ResolverClient } from '../asking/resolver.js';
import type { Clock } from '../clock.js';
import type { Delegations } from '../delegation/delegation.js';
import type { Delegation } from '../types/index.js';
import type { QueryOptions, Question } from '../wire/query.js';
import { evidenceOf } from './evidence.js';
import type { Observation, Questions, ServerQuery } from './scene.js';
import { hostAndAddress } from './wording.js';

export interface AskContext {
  clock: Clock;
  resolver: ResolverClient;
  authority: Authority;
  delegations: Delegations;
}

/** What no resolver may be asked for yet. */
interface Guarded {
  names: readonly Fqdn[];
  isServedEverywhere: boolean;
}

/** The questions of one diagnosis, with the answers that it has had. */
export class CachedQuestions implements Questions {
  readonly #context: AskContext;
  readonly #zones = new Set<string>();
  readonly #guarded: Guarded;
  readonly #signal: AbortSignal;
  readonly #hosts = new Map<string, Fqdn>();
  readonly #observations = new Map<string, Promise<Observation | undefined>>();
  readonly #delegations = new Map<Fqdn, Promise<Delegation | undefined>>();

  constructor(context: AskContext, guarded: Guarded, signal: AbortSignal) {
    this.#context = context;
    this.#guarded = guarded;
    this.#signal = signal;
  }

  /** So that evidence can name the hosts of these addresses. */
  introduce(delegation: Delegation): void {
    this.#zones.add(delegation.zone);
    for (const { host, addresses } of delegation.nameServers)
      for (const address of addresses) if (!this.#hosts.has(address)) this.#hosts.set(address, host);
  }

  server(address: string, question: Question, options: ServerQuery = {}): Promise<Observation> {
    const key = JSON.stringify([address, question.name, question.type, options]);
    return this.#once(key, () => this.#askServer(address, question, options)) as Promise<Observation>;
  }

  async resolver(question: Question, options: QueryOptions = {}): Promise<Observation | undefined> {
    const { names, isServedEverywhere } = this.#guarded;
    // What stands at every apex cannot be planted as absent, not even if the record stands there too.
    const isOfApex = (question.type === 'SOA' || question.type === 'NS') && this.#zones.has(question.name);
    if (!isServedEverywhere && !isOfApex && names.some((name) => isWithin(question.name as Fqdn, name)))
      throw new Error(`A resolver must not be asked for ${question.name} before its servers have it.`);
    const key = JSON.stringify(['resolver', question.name, question.type, options]);
    return this.#once(key, async () => {
      const heard = await this.#context.resolver.query(question, options, this.#signal);
      if (!heard) return undefined;
      const asked = { ...options, recursionDesired: true };
      return {
        outcome: heard.outcome,
        evidence: evidenceOf(heard.server, question, asked, heard.outcome, this.#context.clock.epochMs()),
      };
    });
  }

  delegation(name: Fqdn): Promise<Delegation | undefined> {
    const known = this.#delegations.get(name);
    if (known) return known;
    const search = this.#findDelegation(name);
    this.#delegations.set(name, search);
    return search;
  }

  async #findDelegation(name: Fqdn): Promise<Delegation | undefined> {
    try {
      const found = await this.#context.delegations.find(name, undefined, true, this.#signal);
      this.introduce(found);
      return found;
    } catch (error) {
      this.#signal.throwIfAborted();
      if (isDnsError(error)) return undefined;
      throw error;
    }
  }

  async #askServer(address: string, question: Question, options: ServerQuery): Promise<Observation> {
    const { authority, clock } = this.#context;
    const { repeat: _, ...query } = options;
    let outcome = await authority.ask(question, address, this.#signal, query);
    // One lost packet is no news.
    if (outcome.kind === 'timeout') outcome = await authority.ask(question, address, this.#signal, query);
    const host = this.#hosts.get(address);
    const server = host === undefined ? address : hostAndAddress(host, address);
    return { outcome, evidence: evidenceOf(server, question, options, outcome, clock.epochMs()) };
  }

  #once(key: string, ask: () => Promise<Observation | undefined>): Promise<Observation | undefined> {
    const known = this.#observations.get(key);
    if (known) return known;
    const asking = ask();
    this.#observations.set(key, asking);
    return asking;
  }
}
