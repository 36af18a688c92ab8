import { ancestors, type DnsError, type Fqdn, isWithin, toFqdn } from '@domainproof/core';
import type { Delegation, DiagnosedFinding, Operator } from '../../types/index.js';
import { finding } from '../finding.js';
import { mayAskResolver, mayBeIntercepted } from '../network/seen.js';
import { authoritativeAnswer, valuesOf } from '../reading.js';

import type { Check, Observation, Scene } from '../scene.js';
import { bare, listed } from '../wording.js';

const MAX_OPERATORS = 4;
const MAX_OPERATOR_HOSTS = 4;
const MAX_REGISTRY_STEPS = 4;
/** Servers of the zone above that are asked, one after the other, until one answers. */
const MAX_ABOVE = 2;

/** No servers were found: what the zones above say of it, or that no resolver answers. */
export const noZone: Check = async (scene) => {
  const { failure } = scene;
  if (!failure) return [];
  return [withoutServers(failure, failure.code === 'ZONE_NOT_FOUND' ? await denial(scene) : [])];
};

export function withoutServers(failure: DnsError, observed: readonly Observation[] = []): DiagnosedFinding {
  const remedy = failure.hint === undefined ? {} : { remedy: failure.hint };
  if (failure.code === 'TIMEOUT') return finding('RESOLVER_UNREACHABLE', failure.message, observed, remedy);
  // What resolvers or servers fail on now may work in a moment.
  const severity = failure.code === 'ZONE_NOT_FOUND' ? 'fatal' : 'warning';
  return finding('ZONE_NOT_SERVED', failure.message, observed, { severity, ...remedy });
}

/** The registry's own word that a name above the record does not exist. */
async function denial(scene: Scene): Promise<Observation[]> {
  const fromTop = ancestors(scene.name)
    .reverse()
    .slice(1, 1 + MAX_REGISTRY_STEPS);
  for (const name of fromTop) {
    const above = await scene.ask.delegation(name.slice(name.indexOf('.') + 1) as Fqdn);
    const observation = above && (await anyOf(scene, above, { name, type: 'NS' }));
    if (observation && authoritativeAnswer(observation)?.rcode === 'NXDOMAIN') return [observation];
  }
  return [];
}

async function anyOf(
  scene: Scene,
  { nameServers }: Delegation,
  question: Parameters<Scene['ask']['server']>[1],
): Promise<Observation | undefined> {
  for (const address of nameServers.flatMap(({ addresses }) => addresses).slice(0, MAX_ABOVE)) {
    const observation = await scene.ask.server(address, question);
    if (observation.outcome.kind === 'answer') return observation;
  }
  return undefined;
}

/** The lists of name servers in the zone above and in the zone. */
export const mismatch: Check = async ({ delegation, ask }) => {
  const { parent, child, zone } = delegation!;
  if (!parent || !child) return [];
  const onlyAbove = parent.hosts.filter((host) => !child.includes(host));
  const onlyBelow = child.filter((host) => !parent.hosts.includes(host));
  if (onlyAbove.length + onlyBelow.length === 0) return [];
  const lists = `${bare(parent.zone)} lists ${hosts(parent.hosts)} for ${bare(zone)}, and the zone itself lists ${hosts(child)}`;
  const address = delegation!.nameServers.flatMap(({ addresses }) => addresses)[0];
  const observed = address === undefined ? [] : [await ask.server(address, { name: zone, type: 'NS' })];
  return [
    finding(
      'NS_PARENT_CHILD_MISMATCH',
      `${lists}. Certificate authorities start from the list above.`,
      observed,
    ),
  ];
};

function hosts(names: readonly string[]): string {
  return names.length === 0 ? 'none' : listed(names.map(bare));
}

/** The record is on the servers of an operator, and the domain is delegated to others. */
export const wrongProvider: Check = async (scene) => {
  const { delegation, operators } = scene;
  if (mayBeIntercepted(scene)) return [];
  const delegated = delegation!.nameServers.map(({ host }) => host);
  const strangers = operators
    .slice(0, MAX_OPERATORS)
    .filter((operator) => !delegated.some((host) => isRunBy(operator, host)));
  const found = await Promise.all(strangers.map((operator) => recordAt(scene, operator, delegated)));
  return found.flat().slice(0, 1);
};

function isRunBy({ nameServers, pattern }: Operator, host: Fqdn): boolean {
  // `test` of a global pattern remembers where it was; `search` does not.
  return host.search(pattern ?? /(?!)/) >= 0 || nameServers.some((name) => toFqdn(name) === host);
}

async function recordAt(
  scene: Scene,
  { name: operator, nameServers }: Operator,
  delegated: readonly Fqdn[],
): Promise<DiagnosedFinding[]> {
  const question = { name: scene.name, type: scene.type! };
  const found = await Promise.all(
    nameServers.slice(0, MAX_OPERATOR_HOSTS).map(async (host) => {
      const address = await addressOf(scene, toFqdn(host));
      if (address === undefined) return [];
      const observation = await scene.ask.server(address, question);
      const isThere = valuesOf(observation, question).some((value) => scene.values.includes(value));
      return isThere ? [observation] : [];
    }),
  );
  const observed = found.flat();
  if (observed.length === 0) return [];
  const zone = scene.delegation!.zone;
  return [
    finding(
      'WRONG_PROVIDER',
      `The record is at ${operator}, and ${bare(zone)} is delegated to ${hosts(delegated)}, which ${operator} does not run: nobody asks there.`,
      observed,
      {
        remedy: `Add the record at the operator of ${hosts(delegated)}, or change the name servers of ${bare(zone)} at the registrar to those of ${operator}.`,
      },
    ),
  ];
}

/** Undefined also for a host in whose place a resolver could keep that the record is absent. */
async function addressOf(scene: Scene, host: Fqdn): Promise<string | undefined> {
  if (!mayAskResolver(scene, host)) return undefined;
  for (const type of ['A', 'AAAA'] as const) {
    const observation = await scene.ask.resolver({ name: host, type });
    const answers = observation?.outcome.kind === 'answer' ? observation.outcome.message.answers : [];
    for (const record of answers) if (record.type === 'A' || record.type === 'AAAA') return record.address;
  }
  return undefined;
}

/** The record was written in a zone above the one that holds the name. */
export const subzone: Check = async (scene) => {
  const { delegation, type, hint, name } = scene;
  const parent = delegation && ancestors(delegation.zone)[1];
  if (!type || !parent || scene.chain.length > 0 || mayBeIntercepted(scene)) return [];
  const above = await scene.ask.delegation(parent);
  if (!above) return [];
  const isNamed = hint !== undefined && hint !== delegation.zone && isWithin(delegation.zone, hint);
  // Most servers answer with a referral here; some show what is hidden below it.
  const question = { name, type };
  const observation = await anyOf(scene, above, question);
  const isThere =
    observation !== undefined && valuesOf(observation, question).some((one) => scene.values.includes(one));
  if (!isNamed && !isThere) return [];
  const zone = bare(delegation.zone);
  const written = bare(isNamed ? hint : above.zone);
  const servers = hosts(delegation.nameServers.map(({ host }) => host));
  return [
    finding(
      'DELEGATED_SUBZONE',
      `${zone} is a zone of its own, on ${servers}. A record for ${bare(name)} in the zone ${written} is never asked for.`,
      observation ? [observation] : [],
      { remedy: `Add the record in the zone ${zone}, at the operator of ${servers}.` },
    ),
  ];
};
