import type { DnsError, Fqdn } from '@domainproof/core';
import type { AuthorityQuery } from '../asking/authority.js';
import type { Outcome } from '../asking/exchange.js';
import type {
  CertificateAuthority,
  ChainLink,
  Delegation,
  DiagnosedFinding,
  Evidence,
  Operator,
} from '../types/index.js';
import type { QueryOptions, Question } from '../wire/query.js';

/** An answer, and how it is told. */
export interface Observation {
  outcome: Outcome;
  evidence: Evidence;
}

/** What one address of the zone said to the question for the record (for a name alone: for the zone's SOA). */
export interface SeenServer extends Observation {
  host: Fqdn;
  address: string;
}

export interface ServerQuery extends Omit<AuthorityQuery, 'onSent'> {
  /** Sets apart questions that are alike and are to go out each. Default 0. */
  repeat?: number;
}

/** Asks for a diagnosis. The same question to the same server goes out once. */
export interface Questions {
  /** An authoritative server, without recursion; silence is asked once more. Rejects on abort only. */
  server(address: string, question: Question, options?: ServerQuery): Promise<Observation>;
  /**
   * The given resolvers; undefined if none answers.
   *
   * @throws Error if it is the record's name, or a name below it, before every server serves it: the answer "absent" would be kept. SOA and NS of the zone may be asked for at any time.
   */
  resolver(question: Question, options?: QueryOptions): Promise<Observation | undefined>;
  /** Zone and servers of another name; undefined if they are not found. */
  delegation(name: Fqdn): Promise<Delegation | undefined>;
}

/** Why a chain of CNAMEs has led to no servers; `names` are its names in order. */
export interface ChainFailure {
  kind: 'dangling' | 'loop' | 'long';
  names: readonly string[];
}

/** All that the checks need to know about one record, or about a name alone. */
export interface Scene {
  name: Fqdn;
  /** Null for a name alone. */
  type: 'TXT' | 'CNAME' | null;
  /** Canonical; empty for a name alone. */
  values: readonly string[];
  match: 'contains' | 'exactSet';
  /** The zone that the caller says holds the record. */
  hint?: Fqdn | undefined;
  /** Null if it was not found; `failure` tells why. */
  delegation: Delegation | null;
  failure: DnsError | undefined;
  /** Where a chain of CNAMEs has led; the name itself without one. `delegation` and `servers` are of this name's zone. */
  owner: Fqdn;
  chain: readonly ChainLink[];
  chainFailure?: ChainFailure | undefined;
  servers: readonly SeenServer[];
  /** Every server that serves the zone holds the record, so resolvers may be asked for it. */
  isServedEverywhere: boolean;
  authority: CertificateAuthority | undefined;
  operators: readonly Operator[];
  ask: Questions;
  now: { epochMs(): number };
  signal: AbortSignal;
}

/** Looks at one concern. Empty if nothing is wrong there. Rejects on abort only. */
export type Check = (scene: Scene) => Promise<readonly DiagnosedFinding[]>;
