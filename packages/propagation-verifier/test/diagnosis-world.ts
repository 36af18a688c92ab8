import { absoluteName, canonicalValue, DnsError, type Fqdn, isDnsError } from '@domainproof/core';
import { childSignal } from '../src/abort.js';
import { Authority } from '../src/asking/authority.js';
import { exchangeBy } from '../src/asking/exchange.js';
import { parseResolvers, ResolverClient } from '../src/asking/resolver.js';
import { Delegations } from '../src/delegation/delegation.js';
import type { AskContext } from '../src/diagnosis/questions.js';
import type { ChainFailure, Scene } from '../src/diagnosis/scene.js';
import { type HeardServer, sceneOf, sceneOfName } from '../src/diagnosis/scene-of.js';
import type {
  CertificateAuthority,
  ChainLink,
  Delegation,
  Expectation,
  Operator,
} from '../src/types/index.js';
import { readOutcome } from '../src/waiting/match.js';
import { RESOLVER, type World } from './world/world.js';

const QUERY_TIMEOUT_MS = 2_000;
const MAX_HOPS = 8;

export interface Look {
  authority?: CertificateAuthority;
  operators?: readonly Operator[];
  signal?: AbortSignal;
}

export function contextIn(world: World): AskContext {
  const { clock, internet } = world;
  const exchange = exchangeBy(internet, clock);
  const resolvers = parseResolvers([RESOLVER]);
  const resolver = new ResolverClient({ exchange, clock, resolvers, queryTimeoutMs: QUERY_TIMEOUT_MS });
  const authority = new Authority({ exchange, clock, port: 53, queryTimeoutMs: QUERY_TIMEOUT_MS });
  const delegations = new Delegations({ resolver, authority, clock });
  return { clock, resolver, authority, delegations };
}

/** The scene of a record, every address of its zone having been asked once, and CNAMEs followed. */
export async function sceneIn(world: World, expectation: Expectation, look: Look = {}): Promise<Scene> {
  const context = contextIn(world);
  const { signal = childSignal().signal } = look;
  const name = absoluteName(expectation.name);
  const hint = expectation.zone === undefined ? undefined : absoluteName(`${expectation.zone}.`);
  const type = expectation.type as 'TXT' | 'CNAME';
  const values = [expectation.value].flat().map((value) => canonicalValue(type, value));
  const chain: ChainLink[] = [];
  let chainFailure: ChainFailure | undefined;
  let owner: Fqdn = name;
  let delegation: Delegation | undefined;
  let failure: DnsError | undefined;
  let heard: HeardServer[] = [];
  for (;;) {
    try {
      delegation = await context.delegations.find(owner, chain.length > 0 ? undefined : hint, true, signal);
    } catch (error) {
      if (!isDnsError(error)) throw error;
      delegation = undefined;
      failure = error;
      heard = [];
      if (chain.length > 0) chainFailure = { kind: 'dangling', names: namesOf(name, chain) };
      break;
    }
    const at = owner;
    const zone = delegation.zone;
    heard = await Promise.all(
      delegation.nameServers.flatMap(({ host, addresses }) =>
        addresses.map(async (address) => ({
          host,
          address,
          outcome: await context.authority.ask({ name: at, type }, address, signal),
          epochMs: world.clock.epochMs(),
        })),
      ),
    );
    const read = heard.map(({ outcome }) => readOutcome(outcome, { name: at, type }));
    const target = read.find(({ status }) => status === 'cname')?.shown[0] as Fqdn | undefined;
    if (target === undefined) {
      const isDenied = ({ outcome }: HeardServer) =>
        outcome.kind === 'answer' && outcome.message.rcode === 'NXDOMAIN';
      if (chain.length > 0 && heard.every(isDenied))
        chainFailure = { kind: 'dangling', names: namesOf(name, chain) };
      break;
    }
    const isLoop = target === name || chain.some((link) => link.target === target);
    chain.push({ name: at, zone, target });
    if (isLoop || chain.length > MAX_HOPS) {
      chainFailure = { kind: isLoop ? 'loop' : 'long', names: namesOf(name, chain) };
      break;
    }
    owner = target;
  }
  const expected = values.map((value) => Buffer.from(value));
  const isServed =
    heard.length > 0 &&
    heard.every(({ outcome }) => {
      const { found, status } = readOutcome(outcome, { name: owner, type });
      return status === 'no-route' || expected.every((value) => found.some((one) => one.equals(value)));
    });
  const target = { name, type, hint, delegation, failure, owner, chain, chainFailure, heard };
  const operators = expectation.operator ? [expectation.operator] : [];
  const record = {
    values,
    match: expectation.match ?? 'contains',
    operators,
    servedAfterMs: isServed ? 0 : null,
  } as const;
  return sceneOf(context, target, record, { ...look, signal });
}

export async function sceneOfNameIn(world: World, name: string, look: Look = {}): Promise<Scene> {
  const context = contextIn(world);
  const { signal = childSignal().signal } = look;
  const full = absoluteName(name);
  const found = await context.delegations.find(full, undefined, true, signal).then(
    (delegation) => ({ delegation }),
    (error) => {
      if (error instanceof DnsError) return { failure: error };
      throw error;
    },
  );
  return sceneOfName(context, full, found, { ...look, signal });
}

function namesOf(name: Fqdn, chain: readonly ChainLink[]): Fqdn[] {
  return [name, ...chain.map(({ target }) => target)];
}
