import type { DnsError, Fqdn } from '@domainproof/core';
import type { CertificateAuthority, Delegation, Operator } from '../types/index.js';
import type { ExpectedRecord } from '../waiting/record.js';
import type { Target } from '../waiting/target.js';
import { evidenceOf } from './evidence.js';
import { type AskContext, type AskOptions, CachedQuestions } from './questions.js';
import type { Scene } from './scene.js';
import { hostAndAddress } from './wording.js';

export interface SceneOptions extends AskOptions {
  authority?: CertificateAuthority | undefined;
  operators?: readonly Operator[] | undefined;
}

/** What a wait has heard about one record, as the checks look at it. */
export function sceneOf(
  context: AskContext,
  target: Target,
  record: ExpectedRecord,
  { authority, operators = [], ...asking }: SceneOptions,
): Scene {
  const { name, type, hint, delegation, failure, owner, chain, chainFailure } = target;
  const isServedEverywhere = record.servedAfterMs !== null;
  const names = [name, ...chain.map((link) => link.target)];
  const ask = new CachedQuestions(context, { names, isServedEverywhere }, asking);
  if (delegation) ask.introduce(delegation);
  const servers = target.heard.map(({ host, address, question, outcome, epochMs }) => ({
    host,
    address,
    outcome,
    evidence: evidenceOf(hostAndAddress(host, address), question, {}, outcome, epochMs),
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
    signal: asking.signal,
  };
}

/** A name alone: every server of its zone is asked for the zone's SOA. There is no record that a resolver could learn of too early. */
export async function sceneOfName(
  context: AskContext,
  name: Fqdn,
  found: { delegation: Delegation } | { failure: DnsError },
  { authority, operators = [], ...asking }: SceneOptions,
): Promise<Scene> {
  const delegation = 'delegation' in found ? found.delegation : null;
  const ask = new CachedQuestions(context, { names: [], isServedEverywhere: false }, asking);
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
    signal: asking.signal,
  };
}
