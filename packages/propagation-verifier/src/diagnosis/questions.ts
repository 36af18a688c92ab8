import { type Fqdn, isDnsError, isWithin } from '@domainproof/core';
import type { Authority } from '../asking/authority.js';
import type { ResolverClient } from '../asking/resolver.js';
import type { Clock } from '../clock.js';
import type { Delegations } from '../delegation/delegation.js';
import { SharedWork } from '../shared-work.js';
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

/** What has been heard already; diagnoses of the same moment can share it. */
export class Hearsay {
  readonly observations: SharedWork<Observation | undefined>;
  readonly delegations: SharedWork<Delegation | undefined>;

  constructor(clock: Clock) {
    this.observations = new SharedWork(clock);
    this.delegations = new SharedWork(clock);
  }
}

const forGood = () => Number.POSITIVE_INFINITY;

export interface AskOptions {
  signal: AbortSignal;
  hearsay?: Hearsay | undefined;
  /** Milliseconds between two questions to one address. Default 0. */
  pauseMs?: number | undefined;
}

/** The questions of one diagnosis, with the answers that it has had. */
export class CachedQuestions implements Questions {
  readonly #context: AskContext;
  readonly #zones = new Set<string>();
  readonly #guarded: Guarded;
  readonly #signal: AbortSignal;
  readonly #pauseMs: number;
  readonly #hearsay: Hearsay;
  readonly #hosts = new Map<string, Fqdn>();
  /** When the next question may go to an address. */
  readonly #turns = new Map<string, number>();

  constructor(
    context: AskContext,
    guarded: Guarded,
    { signal, hearsay = new Hearsay(context.clock), pauseMs = 0 }: AskOptions,
  ) {
    this.#context = context;
    this.#guarded = guarded;
    this.#signal = signal;
    this.#hearsay = hearsay;
    this.#pauseMs = pauseMs;
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

  async delegation(name: Fqdn): Promise<Delegation | undefined> {
    const search = () => this.#findDelegation(name);
    const found = await this.#hearsay.delegations.run(name, this.#signal, search, forGood);
    if (found) this.introduce(found);
    return found;
  }

  async #findDelegation(name: Fqdn): Promise<Delegation | undefined> {
    try {
      return await this.#context.delegations.find(name, undefined, true, this.#signal);
    } catch (error) {
      this.#signal.throwIfAborted();
      if (isDnsError(error)) return undefined;
      throw error;
    }
  }

  async #askServer(address: string, question: Question, options: ServerQuery): Promise<Observation> {
    const { authority, clock } = this.#context;
    const { repeat: _, ...query } = options;
    await this.#turn(address);
    let outcome = await authority.ask(question, address, this.#signal, query);
    // One lost packet is no news.
    if (outcome.kind === 'timeout') outcome = await authority.ask(question, address, this.#signal, query);
    const host = this.#hosts.get(address);
    const server = host === undefined ? address : hostAndAddress(host, address);
    return { outcome, evidence: evidenceOf(server, question, options, outcome, clock.epochMs()) };
  }

  async #turn(address: string): Promise<void> {
    const { clock } = this.#context;
    const at = Math.max(this.#turns.get(address) ?? 0, clock.now());
    this.#turns.set(address, at + this.#pauseMs);
    if (at > clock.now()) await clock.sleep(at - clock.now(), this.#signal);
  }

  #once(key: string, ask: () => Promise<Observation | undefined>): Promise<Observation | undefined> {
    return this.#hearsay.observations.run(key, this.#signal, ask, forGood);
  }
}
