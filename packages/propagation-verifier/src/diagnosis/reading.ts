import type { ServerStatus } from '../types/index.js';
import { readOutcome } from '../waiting/match.js';
import type { Message, ResourceRecord } from '../wire/message.js';
import type { Question } from '../wire/query.js';
import type { Observation, Scene, SeenServer } from './scene.js';

/** Servers that checks of every server go to; hosts before further addresses of one host. */
const MAX_ASKED_SERVERS = 8;

/** What one observation says about the record. */
export interface Reading {
  status: Exclude<ServerStatus, 'unasked'>;
  /** Values of the asked type, as bytes. */
  found: readonly Buffer[];
  /** The same, for people. */
  shown: readonly string[];
}

/** The question that `scene.servers` answered. Undefined if there is no zone to ask. */
export function questionOf({ type, owner, delegation }: Scene): Question | undefined {
  if (type) return { name: owner, type };
  return delegation ? { name: delegation.zone, type: 'SOA' } : undefined;
}

/** For a name alone `absent` means that the server serves the zone. */
export function readingOf(scene: Scene, observation: Observation): Reading {
  const reading = readOutcome(observation.outcome, questionOf(scene)!);
  const { found, shown } = reading;
  const expected = scene.values.map((value) => Buffer.from(value));
  const present = expected.filter((value) => found.some((one) => one.equals(value))).length;
  if (present === 0) return reading;
  const others = found.filter((one) => !expected.some((value) => value.equals(one))).length;
  if (present < expected.length) return { status: 'partial', found, shown };
  return { status: others > 0 && scene.match === 'exactSet' ? 'extra' : 'visible', found, shown };
}

const OF_THE_ZONE: ReadonlySet<ServerStatus> = new Set([
  'visible',
  'absent',
  'different',
  'partial',
  'extra',
  'cname',
]);

/** The server answered as one that serves the zone. */
export function isOfTheZone({ status }: Pick<Reading, 'status'>): boolean {
  return OF_THE_ZONE.has(status);
}

export interface ReadServer {
  server: SeenServer;
  reading: Reading;
}

export function readServers(scene: Scene): ReadServer[] {
  return scene.servers.map((server) => ({ server, reading: readingOf(scene, server) }));
}

/** Servers that serve the zone, at most eight: every host once before a second address of one. */
export function workingServers(scene: Scene): SeenServer[] {
  const working = readServers(scene)
    .filter(({ reading }) => isOfTheZone(reading))
    .map(({ server }) => server);
  const hosts = new Set<string>();
  const isFirst = ({ host }: SeenServer) => !hosts.has(host) && hosts.add(host) !== undefined;
  const first = working.filter(isFirst);
  return [...first, ...working.filter((server) => !first.includes(server))].slice(0, MAX_ASKED_SERVERS);
}

/** The message of an answer with authority; undefined for all else. */
export function authoritativeAnswer({ outcome }: Observation): Message | undefined {
  if (outcome.kind !== 'answer' || !outcome.message.authoritative) return undefined;
  const { rcode } = outcome.message;
  return rcode === 'NOERROR' || rcode === 'NXDOMAIN' ? outcome.message : undefined;
}

/** Records of one owner and type in the answer section. */
export function answersOf<Type extends ResourceRecord['type']>(
  message: Message | undefined,
  name: string,
  type: Type,
): (ResourceRecord & { type: Type })[] {
  return (message?.answers ?? []).filter(
    (record): record is ResourceRecord & { type: Type } => record.type === type && record.name === name,
  );
}

/** Values of a TXT or CNAME question, as text. */
export function valuesOf(observation: Observation, question: Question): string[] {
  const reading = readOutcome(observation.outcome, question);
  return reading.found.map((value) => value.toString('utf8'));
}
