import type { DiagnosedFinding } from '../../types/index.js';
import { finding } from '../finding.js';
import { familyFaults } from '../network/one-family.js';
import {
  answersOf,
  authoritativeAnswer,
  isOfTheZone,
  questionOf,
  type ReadServer,
  readingOf,
  readServers,
  workingServers,
} from '../reading.js';
import type { Check, Observation, Scene, SeenServer } from '../scene.js';
import { bare, hostAndAddress, named, plain, quoted, verb } from '../wording.js';

/** Repeated questions to one address: so many at first, and so many more once they differ. */
const FIRST_REPEATS = 3;
const MORE_REPEATS = 8;

const hasIt = ({ reading }: ReadServer) => reading.status === 'visible';
const serversOf = (read: readonly ReadServer[]) => read.map(({ server }) => server);

/** Several machines behind one address that do not agree. Repeated questions go out from new ports, as anycast and balancers divide by them. */
export const anycast: Check = async (scene) => {
  if (!scene.type) return [];
  const found = await Promise.all(workingServers(scene).map((server) => differing(scene, server)));
  const [first] = found.flat();
  return first ? [first] : [];
};

async function differing(scene: Scene, server: SeenServer): Promise<DiagnosedFinding[]> {
  const heard: Observation[] = [server, ...(await repeated(scene, server, 0, FIRST_REPEATS))];
  if (new Set(statusesOf(scene, heard)).size < 2) return [];
  heard.push(...(await repeated(scene, server, FIRST_REPEATS, MORE_REPEATS)));
  const statuses = statusesOf(scene, heard);
  // Once it has come and stays, it has come just now.
  const came = statuses.indexOf('visible');
  if (came < 0 || statuses.slice(came).every((status) => status === 'visible')) return [];
  const having = statuses.filter((status) => status === 'visible').length;
  const nodes = [...new Set(heard.flatMap(nodeOf))];
  const behind = nodes.length > 1 ? ` (machines behind it: ${quoted(nodes)})` : '';
  return [
    finding(
      'ANYCAST_INCONSISTENT',
      `${hostAndAddress(server.host, server.address)} has the record in ${having} of ${statuses.length} answers: several machines answer there, and not all are up to date${behind}.`,
      heard,
    ),
  ];
}

/** One after the other, as time is part of what they tell. */
async function repeated(
  scene: Scene,
  { address }: SeenServer,
  from: number,
  count: number,
): Promise<Observation[]> {
  const heard: Observation[] = [];
  for (let repeat = from + 1; repeat <= from + count; repeat += 1)
    heard.push(await scene.ask.server(address, questionOf(scene)!, { nsid: true, repeat }));
  return heard;
}

function statusesOf(scene: Scene, heard: readonly Observation[]): string[] {
  return heard
    .map((observation) => readingOf(scene, observation))
    .filter(isOfTheZone)
    .map(({ status }) => status);
}

function nodeOf({ outcome }: Observation): string[] {
  const nsid = outcome.kind === 'answer' ? outcome.message.edns?.nsid : undefined;
  return nsid ? [nsid.toString('latin1')] : [];
}

/** Servers whose faults do not lie in one family of addresses, which is told as that. */
function leftToUs(scene: Scene): ReadServer[] {
  const others = familyFaults(scene).flatMap(({ servers }) => servers);
  return readServers(scene).filter(({ server }) => !others.includes(server));
}

/** Some servers have the record and some do not. */
export const stale: Check = async (scene) => {
  const read = leftToUs(scene).filter(({ reading }) => isOfTheZone(reading));
  const having = read.filter(hasIt);
  const lacking = read.filter((one) => !hasIt(one));
  if (having.length === 0 || lacking.length === 0) return [];
  const serials = await serialsOf(scene, serversOf(read));
  const behind = serversOf(lacking);
  const other = lacking.flatMap(({ reading }) => reading.shown);
  const shows = other.length > 0 ? ` ${verb(behind, 'shows', 'show')} ${quoted(other)} and` : '';
  return [
    finding(
      'STALE_SECONDARY',
      `${named(behind)}${shows} ${verb(behind, 'does', 'do')} not have the record, ${having.length} of ${read.length} addresses do. ${serialsInWords(serials)}`,
      [...behind, ...serials.map(({ observation }) => observation)],
    ),
  ];
};

interface Serial {
  server: SeenServer;
  observation: Observation;
  serial: number;
}

async function serialsOf(scene: Scene, servers: readonly SeenServer[]): Promise<Serial[]> {
  const zone = scene.delegation!.zone;
  const asked = servers.filter((server) => workingServers(scene).includes(server));
  const heard = await Promise.all(
    asked.map(async (server) => {
      const observation = await scene.ask.server(server.address, { name: zone, type: 'SOA' });
      const [soa] = answersOf(authoritativeAnswer(observation), zone, 'SOA');
      return soa ? [{ server, observation, serial: soa.serial }] : [];
    }),
  );
  return heard.flat();
}

function serialsInWords(serials: readonly Serial[]): string {
  const groups = new Map<number, SeenServer[]>();
  for (const { serial, server } of serials) groups.set(serial, [...(groups.get(serial) ?? []), server]);
  if (groups.size < 2)
    return 'Their SOA serials do not differ, which proves nothing: some operators do not use them.';
  const parts = [...groups].slice(0, 4).map(([serial, servers]) => `${serial} on ${named(servers)}`);
  return `SOA serials: ${parts.join('; ')}.`;
}

/** Other values only, on every server that has any. */
export const oldValues: Check = async (scene) => {
  const holding = readServers(scene).filter(({ reading }) => reading.status === 'different');
  if (holding.length === 0) return [];
  const servers = serversOf(holding);
  const ttl = ttlOf(scene, servers);
  return [
    finding(
      'OLD_VALUE_ONLY',
      `${named(servers)} ${verb(servers, 'serves', 'serve')} other ${scene.type} values only: ${quoted(holding.flatMap(({ reading }) => reading.shown))}${ttl === undefined ? '' : ` (TTL ${ttl} s)`}.`,
      servers,
    ),
  ];
};

function ttlOf({ owner, type }: Scene, servers: readonly Observation[]): number | undefined {
  return authoritativeAnswer(servers[0]!)?.answers.find(
    (record) => record.name === owner && record.type === type,
  )?.ttl;
}

/** Nothing better explains that it is missing. */
export const notYet: Check = async (scene) => {
  const read = leftToUs(scene).filter(({ reading }) => isOfTheZone(reading));
  const lacking = read.filter((one) => !hasIt(one));
  if (lacking.length === 0) return withoutAnswer(scene);
  const servers = serversOf(lacking);
  const partial = lacking.filter(({ reading }) => reading.status === 'partial');
  const [first] = partial;
  const missing = first
    ? scene.values.filter((value) => !first.reading.found.some((one) => one.equals(Buffer.from(value))))
    : [];
  const what = missing.length > 0 ? `Of ${scene.values.length} values ${quoted(missing)} is not` : 'Not';
  return [
    finding(
      'NOT_VISIBLE_YET',
      `${what} there yet at ${bare(scene.owner)} on ${servers.length} of ${scene.servers.length} name server addresses: ${named(servers)}.`,
      servers,
    ),
  ];
};

/** Servers that had no time to answer anything. */
function withoutAnswer({ delegation, servers }: Scene): DiagnosedFinding[] {
  const heard = new Set(servers.map(({ address }) => address));
  const unheard = delegation!.nameServers.flatMap(({ host, addresses }) =>
    addresses.filter((address) => !heard.has(address)).map((address) => ({ host, address })),
  );
  if (unheard.length === 0) return [];
  return [
    finding('NOT_VISIBLE_YET', `The time was over before ${named(unheard)} answered.`, [], {
      remedy: 'Wait longer (--timeout).',
    }),
  ];
}

/** Values beside the one asked for. They stand in the way of `exactSet` only. */
export const extraValues: Check = async (scene) => {
  if (!scene.type) return [];
  const read = readServers(scene).filter(({ reading }) => ['visible', 'extra'].includes(reading.status));
  const holding = read.filter(({ reading }) => othersIn(scene, reading.found).length > 0);
  const [first] = holding;
  if (!first) return [];
  const isInTheWay = first.reading.status === 'extra';
  const others = holding.flatMap(({ reading }) => othersIn(scene, reading.found));
  return [
    finding(
      'EXTRA_VALUES',
      `Beside the value ${bare(scene.owner)} has ${quoted(others)}.`,
      serversOf(holding),
      isInTheWay ? { severity: 'warning', remedy: 'Remove the other values: no other was to be there.' } : {},
    ),
  ];
};

function othersIn(scene: Scene, found: readonly Buffer[]): string[] {
  return found
    .map((value) => value.toString('utf8'))
    .filter((value) => !scene.values.includes(value))
    .map((value) => plain(value));
}
