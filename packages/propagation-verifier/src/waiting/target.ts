import type { DnsError, Fqdn } from '@domainproof/core';
import type { ChainLink, Delegation } from '../types/index.js';
import { agrees } from './consensus.js';
import type { Expected } from './expectation.js';
import type { Heard, Hop } from './hop.js';
import { ExpectedRecord } from './record.js';

/** Why a chain of CNAMEs leads to no place that could be asked; `names` from the record's to the last. */
export interface ChainFailure {
  kind: 'dangling' | 'loop' | 'long';
  names: readonly string[];
}

/** One question (a name and a type) and what its answers must hold; records of one name share the asking. */
export class Target {
  readonly name: Fqdn;
  readonly type: 'TXT' | 'CNAME';
  /** The zone that the caller named. */
  readonly hint: Fqdn | undefined;
  readonly records: ExpectedRecord[] = [];
  /** The name itself, and each one that a CNAME has led to. */
  readonly hops: Hop[] = [];
  /** Why a delegation was not found at the last try. */
  failure: DnsError | undefined;
  #chainFailure: ChainFailure | undefined;

  constructor(name: Fqdn, type: 'TXT' | 'CNAME', hint: Fqdn | undefined) {
    this.name = name;
    this.type = type;
    this.hint = hint;
  }

  /** Where the chain of CNAMEs has led; the name itself without one. */
  get owner(): Fqdn {
    return this.#chainFailure ? (this.names.at(-1) as Fqdn) : (this.hops.at(-1)?.name ?? this.name);
  }

  /** Of the owner; undefined if it is not known, or the chain leads nowhere. */
  get delegation(): Delegation | undefined {
    return this.#chainFailure ? undefined : this.hops.at(-1)?.delegation;
  }

  get chain(): ChainLink[] {
    return this.hops.flatMap(({ name, delegation, link }) =>
      link === undefined ? [] : [{ name, zone: delegation.zone, target: link as Fqdn }],
    );
  }

  /** Names that the target has been led over, and where it is led now. */
  get names(): string[] {
    const last = this.hops.at(-1)?.link;
    return [...this.hops.map(({ name }) => name), ...(last === undefined ? [] : [last])];
  }

  /** Also set while the name at the end does not exist on any of its servers: the record may still be added there. */
  get chainFailure(): ChainFailure | undefined {
    const last = this.hops.length > 1 ? this.hops.at(-1) : undefined;
    const answered = last?.posts.flatMap((post) => (post.last?.reading.serves ? [post.last] : [])) ?? [];
    const isDangling = answered.length > 0 && answered.every(isDenial);
    return this.#chainFailure ?? (isDangling ? { kind: 'dangling', names: this.names } : undefined);
  }

  /** The last answer of each address that serves the owner's zone, those aside that have given none. */
  get heard(): ({ host: Fqdn; address: string } & Heard)[] {
    const posts = this.#chainFailure ? [] : (this.hops.at(-1)?.posts ?? []);
    return posts.flatMap(({ host, address, last }) => (last ? [{ host, address, ...last }] : []));
  }

  get isOver(): boolean {
    return this.records.every((record) => !record.isAwaited);
  }

  /** Puts a hop in its place; those behind it are no longer on the way. */
  enter(index: number, hop: Hop): void {
    this.hops.splice(index, this.hops.length, hop);
    this.failure = undefined;
    this.#chainFailure = undefined;
    this.#list();
  }

  /** Forgets where the chain has led from a hop on. */
  leaveBehind(index: number): void {
    this.hops.splice(index + 1, this.hops.length);
    this.#chainFailure = undefined;
    this.#list();
  }

  failChain(kind: ChainFailure['kind']): void {
    this.#chainFailure = { kind, names: this.names };
  }

  /**
   * The records that every server on the way now serves, and did not before. Addresses that were seen with a record before
   * `trustedSince` only must first show that they have it still.
   */
  review(now: number, networkSince: number, trustedSince: number): ExpectedRecord[] {
    if (this.hops.length === 0 || this.hops.at(-1)!.link !== undefined) return [];
    const agreed = this.records.filter(
      (record) => record.isAwaited && this.hops.every((hop) => agrees(hop, record, now, networkSince)),
    );
    const fresh = agreed.filter((record) => {
      const recalling = this.hops.map((hop) => hop.recall(record, trustedSince));
      return !recalling.includes(true);
    });
    if (fresh.length === 0) return [];
    const unproven = this.hops.filter(({ isProven, isComplete }) => !isProven || !isComplete);
    for (const hop of unproven) hop.demandProof();
    return unproven.length === 0 ? fresh : [];
  }

  #list(): void {
    for (const record of this.records)
      record.servers = this.hops.flatMap(({ posts }) => posts.map((post) => post.views.get(record)!.server));
  }
}

function isDenial({ outcome }: Heard): boolean {
  return outcome.kind === 'answer' && outcome.message.rcode === 'NXDOMAIN';
}

/** The targets of a list of expectations, and the place of each expectation among them. */
export interface Targets {
  targets: Target[];
  places: { target: Target; record: ExpectedRecord }[];
}

/** Records of one name share a target. */
export function toTargets(expected: readonly Expected[]): Targets {
  const targets = new Map<string, Target>();
  const places = expected.map(({ name, type, hint, values, match, operator }) => {
    const key = `${type} ${name} ${hint ?? ''}`;
    const target = targets.get(key) ?? new Target(name, type, hint);
    targets.set(key, target);
    let record = target.records.find((other) => other.match === match && isSame(other.values, values));
    if (!record) {
      record = new ExpectedRecord(values, match);
      target.records.push(record);
    }
    if (operator) record.operators.push(operator);
    return { target, record };
  });
  return { targets: [...targets.values()], places };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value) => other.includes(value));
}
