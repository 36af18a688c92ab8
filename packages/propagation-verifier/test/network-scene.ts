import { absoluteName, type Fqdn, isWithin } from '@domainproof/core';
import { childSignal } from '../src/abort.js';
import { exchangeBy, type Outcome } from '../src/asking/exchange.js';
import type { Check, Observation, Questions, Scene } from '../src/diagnosis/scene.js';
import type { DiagnosedFinding } from '../src/types/index.js';
import type { QueryOptions, Question } from '../src/wire/query.js';
import { RESOLVER, type World } from './world/world.js';

const QUERY_TIMEOUT_MS = 2_000;

export interface SceneOptions {
  /** Null: the zone's name alone is looked at. Default: the TXT `token-1` at `_dnsauth.example.com`. */
  record?: { name: string; values: readonly string[] } | null;
  zone?: string;
  /** Name server hosts as the delegation gives them; default all that the zone above names. */
  hosts?: readonly string[];
  isServedEverywhere?: boolean;
  resolver?: string;
}

/** What a check sees of a zone of the world, every address having been asked once. */
export async function sceneOf(world: World, options: SceneOptions = {}): Promise<Scene> {
  const { record = { name: '_dnsauth.example.com', values: ['token-1'] }, zone = 'example.com' } = options;
  const name = absoluteName(record?.name ?? zone);
  let isServedEverywhere = false;
  const ask = questionsIn(world, options.resolver ?? RESOLVER, ({ name: asked, type }) => {
    const isOfApex = asked === `${zone}.` && (type === 'SOA' || type === 'NS');
    if (!isServedEverywhere && !isOfApex && isWithin(asked as Fqdn, name))
      throw new Error(`A resolver must not be asked for ${asked} ${type} yet.`);
  });
  const hosts = options.hosts ?? delegatedHosts(world, zone);
  const nameServers = hosts.map((host) => {
    return { host: absoluteName(host), addresses: world.servers.get(host)?.addresses ?? [] };
  });
  const question: Question = { name, type: record ? 'TXT' : 'SOA' };
  const servers = await Promise.all(
    nameServers.flatMap(({ host, addresses }) =>
      addresses.map(async (address) => ({ host, address, ...(await ask.server(address, question)) })),
    ),
  );
  isServedEverywhere =
    options.isServedEverywhere ?? (record !== null && servers.every(({ outcome }) => hasAnswer(outcome)));
  return {
    name,
    type: record ? 'TXT' : null,
    values: record?.values ?? [],
    match: 'contains',
    delegation: { zone: absoluteName(zone), nameServers },
    failure: undefined,
    owner: name,
    chain: [],
    servers,
    isServedEverywhere,
    authority: undefined,
    operators: [],
    ask,
    now: world.clock,
    signal: childSignal().signal,
  };
}

/** What a check finds in a world. */
export function findingsIn(
  world: World,
  check: Check,
  options?: SceneOptions,
): Promise<readonly DiagnosedFinding[]> {
  return world.run(sceneOf(world, options).then(check));
}

function questionsIn(world: World, resolver: string, guard: (question: Question) => void): Questions {
  const exchange = exchangeBy(world.internet, world.clock);
  const signal = childSignal().signal;
  const ask = async (to: string, question: Question, options: QueryOptions = {}): Promise<Observation> => {
    const server = { address: to, port: 53 };
    const outcome = await exchange(question, server, { timeoutMs: QUERY_TIMEOUT_MS, signal, ...options });
    return { outcome, evidence: evidenceOf(to, question, options, outcome, world) };
  };
  return {
    server: (address, question, { repeat: _, ...options } = {}) => ask(address, question, options),
    async resolver(question, options) {
      guard(question);
      const seen = await ask(resolver, question, { recursionDesired: true, mixedCase: false, ...options });
      return seen.outcome.kind === 'answer' ? seen : undefined;
    },
    delegation: async () => undefined,
  };
}

function evidenceOf(
  server: string,
  { name, type }: Question,
  options: QueryOptions,
  outcome: Outcome,
  world: World,
) {
  const special = [
    options.clientSubnet && ` client subnet ${options.clientSubnet}`,
    options.checkingDisabled && ' without checking',
  ];
  return {
    server,
    question: `${name} ${type}${special.filter(Boolean).join('')}`,
    answer: outcome.kind === 'answer' ? outcome.message.rcode : outcome.kind,
    at: new Date(world.clock.epochMs()).toISOString(),
  };
}

function delegatedHosts(world: World, zone: string): string[] {
  const above = zone.slice(zone.indexOf('.') + 1);
  const registry = world.servers.get(`a.nic.${above}`)!;
  return registry
    .zone(above)
    .at(zone, 'NS')
    .map((record) => (record as { data: string }).data);
}

function hasAnswer(outcome: Outcome): boolean {
  return outcome.kind === 'answer' && outcome.message.answers.length > 0;
}
