import type { DnsError, Fqdn } from '@domainproof/core';
import type { Outcome } from '../asking/exchange.js';
import type { CertificateAuthority, ChainLink, Delegation, Operator } from '../types/index.js';
import { evidenceOf } from './evidence.js';
import { type AskContext, CachedQuestions } from './questions.js';
import type { ChainFailure, Scene } from './scene.js';
import { hostAndAddress } from './wording.js';

/** The last answer of one address. */
export interface HeardServer {
  host: Fqdn;
  address: string;
  outcome: Outcome;
  epochMs: number;
}

/** What a wait knows of one name and type. */
export interface SeenTarget {
  readonly name: Fqdn;
  readonly type: 'TXT' | 'CNAME';
  readonly hint: Fqdn | undefined;
  readonly delegation: Delegation | undefined;
  readonly failure: DnsError | undefined;
  readonly owner: Fqdn;
  readonly chain: readonly ChainLink[];
  readonly chainFailure: ChainFailure | undefined;
  readonly heard: readonly HeardServer[];
}

/** One record that is expected there. */
export interface SeenRecord {
  readonly values: readonly string[];
  readonly match: 'contains' | 'exactSet';
  readonly operators: readonly Operator[];
  /** Null until every server that serves the zone has it. */
  readonly servedAfterMs: number | null;
}

export interface SceneOptions {
  authority?: CertificateAuthority | undefined;
  operators?: readonly Operator[] | undefined;
  signal: AbortSignal;
}

/** What a wait has heard about one record, as the checks look at it. */
export function sceneOf(
  context: AskContext,
  target: SeenTarget,
  record: SeenRecord,
  { authority, operators = [], signal }: SceneOptions,
): Scene {
  const { name, type, hint, delegation, failure, owner, chain, chainFailure } = target;
  const isServedEverywhere = record.servedAfterMs !== null;
  const names = [name, ...chain.map((link) => link.target)];
  const ask = new CachedQuestions(context, { names, isServedEverywhere }, signal);
  if (delegation) ask.introduce(delegation);
  const servers = target.heard.map(({ host, address, outcome, epochMs }) => ({
    host,
    address,
    outcome,
    evidence: evidenceOf(hostAndAddress(host, address), { name: owner, type }, {}, outcome, epochMs),
  }));
  return {
    name,
    type,
    values: record.values,
    match: record.match,
    hint,
    delegation: delegation ?? null,
    failure: delegation ? undefined : failure,
    owner,
    chain,
    chainFailure,
    servers,
    isServedEverywhere,
    authority,
    operators: [...record.operators, ...operators],
    ask,
    now: context.clock,
    signal,
  };
}

/** A name alone: every server of its zone is asked for the zone's SOA. */
export async function sceneOfName(
  context: AskContext,
  name: Fqdn,
  found: { delegation: Delegation } | { failure: DnsError },
  { authority, operators = [], signal }: SceneOptions,
): Promise<Scene> {
  const delegation = 'delegation' in found ? found.delegation : null;
  const ask = new CachedQuestions(context, { names: [name], isServedEverywhere: false }, signal);
  if (delegation) ask.introduce(delegation);
  const addresses = new Map(
    (delegation?.nameServers ?? []).flatMap((server) =>
      server.addresses.map((address) => [address, server.host] as const),
    ),
  );
  const servers = await Promise.all(
    [...addresses].map(async ([address, host]) => ({
      host,
      address,
      ...(await ask.server(address, { name: delegation!.zone, type: 'SOA' })),
    })),
  );
  return {
    name,
    type: null,
    values: [],
    match: 'contains',
    delegation,
    failure: 'failure' in found ? found.failure : undefined,
    owner: name,
    chain: [],
    servers,
    isServedEverywhere: false,
    authority,
    operators,
    ask,
    now: context.clock,
    signal,
  };
}
