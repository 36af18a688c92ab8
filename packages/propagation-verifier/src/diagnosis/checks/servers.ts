import { type Fqdn, isWithin } from '@domainproof/core';
import { isV6 } from '../../transport/family.js';
import type { DiagnosedFinding } from '../../types/index.js';
import type { FailureCode } from '../codes.js';
import { finding } from '../finding.js';
import { familyFaults } from '../network/one-family.js';
import { isOfTheZone, questionOf, readingOf, readServers, workingServers } from '../reading.js';
import type { Check, Observation, Scene, SeenServer, ServerQuery } from '../scene.js';
import { bare, named, verb } from '../wording.js';

/** What is asked for over UDP. */
const UDP_PAYLOAD_BYTES = 1_232;
/** Servers that are looked into; the rest of a broken zone is broken alike. */
const MAX_FAULTY = 8;

type Cause =
  | 'refuses'
  | 'fails'
  | 'without-authority'
  | 'upward'
  | 'silent'
  | 'lossy'
  | 'tcp-only'
  | 'malformed'
  | 'edns'
  | 'truncation'
  | 'case'
  | 'no-route';

interface Faulty {
  server: SeenServer;
  cause: Cause;
  observed: readonly Observation[];
}

/** Servers that do not answer as servers of the zone, each with what is wrong with it. */
export const faultyServers: Check = async (scene) => {
  const read = readServers(scene);
  const ofOneFamily = familyFaults(scene).flatMap(({ servers }) => servers);
  const left = read.filter(({ server }) => !ofOneFamily.includes(server));
  const bad = left.filter(({ reading }) => !isOfTheZone(reading)).map(({ server }) => server);
  const good = left.filter(({ reading }) => isOfTheZone(reading)).map(({ server }) => server);
  const looked = [
    ...(await Promise.all(bad.map((server, index) => lookInto(scene, server, index < MAX_FAULTY)))),
    ...(await Promise.all(good.map((server) => impairment(scene, server)))).flat(),
  ];
  const groups = new Map<Cause, Faulty[]>();
  for (const faulty of looked) groups.set(faulty.cause, [...(groups.get(faulty.cause) ?? []), faulty]);
  const reached = read.filter(({ reading }) => reading.status !== 'no-route').length;
  return [
    ...[...groups.values()].flatMap((group) => toldAbout(scene, group, reached)),
    ...withoutAddress(scene),
  ];
};

async function lookInto(scene: Scene, server: SeenServer, isProbed: boolean): Promise<Faulty> {
  const { outcome } = server;
  const faulty = (cause: Cause, ...observed: Observation[]) => ({
    server,
    cause,
    observed: [server, ...observed],
  });
  if (outcome.kind === 'no-route') return faulty('no-route');
  if (outcome.kind === 'truncated') return faulty('truncation');
  if (outcome.kind === 'case-lost') return faulty('case');
  const own = ownCause(scene, server);
  if (!isProbed || own === 'refuses' || own === 'without-authority' || own === 'upward') return faulty(own);
  const probe = (options: ServerQuery) => scene.ask.server(server.address, questionOf(scene)!, options);
  const [again, withoutEdns, inLowerCase] = await Promise.all([
    probe({ repeat: 1 }),
    probe({ edns: false }),
    probe({ mixedCase: false }),
  ]);
  if (works(scene, again)) return faulty('lossy', again);
  if (again.outcome.kind === 'truncated') return faulty('truncation', again);
  if (works(scene, withoutEdns)) return faulty('edns', withoutEdns);
  if (works(scene, inLowerCase)) return faulty('case', inLowerCase);
  return faulty(own, again);
}

/** What a server that serves the zone has made us do. */
async function impairment(scene: Scene, server: SeenServer): Promise<Faulty[]> {
  const { outcome } = server;
  if (outcome.kind !== 'answer') return [];
  if (outcome.withoutEdns) return [{ server, cause: 'edns', observed: [server] }];
  if (outcome.caseLost) return [{ server, cause: 'case', observed: [server] }];
  if (outcome.via !== 'tcp' || outcome.message.bytes > UDP_PAYLOAD_BYTES) return [];
  // It would have fit, so UDP was silent, or cut it off. Twice is no accident.
  const again = await scene.ask.server(server.address, questionOf(scene)!, { repeat: 1 });
  if (again.outcome.kind !== 'answer' || again.outcome.via !== 'tcp') return [];
  return [{ server, cause: 'tcp-only', observed: [server, again] }];
}

function works(scene: Scene, observation: Observation): boolean {
  return isOfTheZone(readingOf(scene, observation));
}

/** What the first answer itself says. */
function ownCause(scene: Scene, server: SeenServer): Cause {
  switch (readingOf(scene, server).status) {
    case 'refused':
      // NOTIMP comes from servers that stumble over EDNS, too.
      return rcodeOf(server) === 'REFUSED' ? 'refuses' : 'fails';
    case 'servfail':
      return 'fails';
    case 'not-authoritative':
      return isUpward(scene, server) ? 'upward' : 'without-authority';
    case 'malformed':
      return 'malformed';
    default:
      return 'silent';
  }
}

function rcodeOf({ outcome }: Observation): string {
  return outcome.kind === 'answer' ? outcome.message.rcode : '';
}

/** A referral to a zone above, as servers give that know nothing of the zone. */
function isUpward({ delegation }: Scene, { outcome }: Observation): boolean {
  const { zone } = delegation!;
  if (outcome.kind !== 'answer') return false;
  return outcome.message.authority.some(
    ({ type, name }) => type === 'NS' && (name === '.' || isWithin(zone, name as Fqdn)),
  );
}

const TEXTS: Record<Exclude<Cause, 'no-route'>, [FailureCode, (zone: string, one: boolean) => string]> = {
  refuses: [
    'LAME',
    (zone, one) =>
      `${one ? 'refuses' : 'refuse'} questions for ${zone}: it is delegated there, but not served`,
  ],
  fails: ['LAME', (zone, one) => `${one ? 'fails' : 'fail'} (SERVFAIL or the like) on questions for ${zone}`],
  'without-authority': [
    'LAME',
    (zone, one) => `${one ? 'answers' : 'answer'} without authority for ${zone}, which is delegated there`,
  ],
  upward: [
    'LAME',
    (zone, one) =>
      `${one ? 'refers' : 'refer'} to the zones above instead of answering for ${zone}, which is delegated there`,
  ],
  silent: ['UNREACHABLE', (_, one) => `${one ? 'does' : 'do'} not answer, neither over UDP nor over TCP`],
  'tcp-only': ['UNREACHABLE', (_, one) => `${one ? 'answers' : 'answer'} over TCP and not over UDP`],
  lossy: [
    'UNREACHABLE',
    (_, one) =>
      `did not answer the first question, and ${one ? 'does' : 'do'} now: packets get lost, or the server is overloaded`,
  ],
  malformed: [
    'MALFORMED',
    (_, one) => `${one ? 'answers' : 'answer'} with something that is not a right DNS answer`,
  ],
  edns: [
    'EDNS_BROKEN',
    (_, one) =>
      `${one ? 'fails' : 'fail'} on questions with EDNS, and ${one ? 'answers' : 'answer'} the same without`,
  ],
  truncation: [
    'TRUNCATION_NO_TCP',
    (_, one) =>
      `${one ? 'has' : 'have'} an answer that is too large for UDP, and ${one ? 'gives' : 'give'} none over TCP`,
  ],
  case: [
    'CASE_0x20',
    (_, one) =>
      `${one ? 'changes' : 'change'} the letter case of the question, or ${one ? 'is' : 'are'} misled by it`,
  ],
};

/** What is no fault of the zone, or hardly one. */
const MILD: ReadonlySet<Cause> = new Set(['lossy']);

function toldAbout(scene: Scene, group: readonly Faulty[], reached: number): DiagnosedFinding[] {
  const { cause } = group[0]!;
  const servers = group.map(({ server }) => server);
  const observed = group.flatMap((faulty) => faulty.observed);
  if (cause === 'no-route') return noRoute(servers);
  const [code, text] = TEXTS[cause];
  const zone = bare(scene.delegation!.zone);
  const meets =
    code === 'LAME' || (code === 'UNREACHABLE' && cause !== 'lossy')
      ? `. A certificate authority meets ${verb(servers, 'it', 'them')} in about ${servers.length} of ${reached} tries`
      : '';
  // Half of the servers keep a record from being visible. A silent network is no proof against the zone.
  const isFatal =
    (code === 'LAME' && 2 * servers.length >= reached) ||
    (code === 'EDNS_BROKEN' && servers.length === reached);
  const severity = MILD.has(cause) ? 'info' : isFatal ? 'fatal' : undefined;
  const message = `${named(servers)} ${text(zone, servers.length === 1)}${meets}.`;
  return [finding(code, message, observed, severity ? { severity } : {})];
}

function noRoute(servers: readonly SeenServer[]): DiagnosedFinding[] {
  const v6 = servers.filter(({ address }) => isV6(address));
  const v4 = servers.filter(({ address }) => !isV6(address));
  const findings: DiagnosedFinding[] = [];
  if (v6.length > 0)
    findings.push(
      finding('NO_IPV6_ROUTE', `This machine has no IPv6 route, so ${named(v6)} could not be asked.`, v6),
    );
  if (v4.length > 0)
    findings.push(
      finding('UNREACHABLE', `This machine has no route to ${named(v4)}.`, v4, {
        remedy: 'Check the network and the firewall of this machine.',
      }),
    );
  return findings;
}

function withoutAddress({ delegation }: Scene): DiagnosedFinding[] {
  const hosts = delegation!.nameServers.filter(({ addresses }) => addresses.length === 0);
  if (hosts.length === 0) return [];
  const names = hosts.map(({ host }) => bare(host)).join(', ');
  return [
    finding(
      'UNREACHABLE',
      `${names} ${verb(hosts, 'is a name server', 'are name servers')} of ${bare(delegation!.zone)} without an address.`,
      [],
      { remedy: 'Correct the host name at the registrar, or add its address.' },
    ),
  ];
}

/** Servers that say "there is none" to a question in mixed case only. */
export const misledByCase: Check = async (scene) => {
  const question = questionOf(scene)!;
  const lacking = workingServers(scene).filter((server) => readingOf(scene, server).status === 'absent');
  const heard = await Promise.all(
    lacking.map(async (server) => {
      const observation = await scene.ask.server(server.address, question, { mixedCase: false });
      if (readingOf(scene, observation).status !== 'visible') return [];
      // The record may have come between the two questions.
      const again = await scene.ask.server(server.address, question, { repeat: 1 });
      return readingOf(scene, again).status === 'absent' ? [{ server, observed: [server, observation] }] : [];
    }),
  );
  const misled = heard.flat();
  if (misled.length === 0) return [];
  const servers = misled.map(({ server }) => server);
  return [
    finding(
      'CASE_0x20',
      `${named(servers)} ${verb(servers, 'has', 'have')} the record for the name in lower case only, and ${verb(servers, 'denies', 'deny')} it in mixed case, in which some certificate authorities ask.`,
      misled.flatMap(({ observed }) => observed),
    ),
  ];
};

/** Servers that answer over UDP and take no TCP. */
export const closedTcp: Check = async (scene) => {
  const question = { name: scene.delegation!.zone, type: 'SOA' } as const;
  const overUdp = workingServers(scene).filter(
    ({ outcome }) => outcome.kind === 'answer' && outcome.via === 'udp',
  );
  const heard = await Promise.all(
    overUdp.map(async (server) => {
      const observation = await scene.ask.server(server.address, question, { tcp: true });
      return observation.outcome.kind === 'answer' ? [] : [{ server, observation }];
    }),
  );
  const closed = heard.flat();
  if (closed.length === 0) return [];
  const servers = closed.map(({ server }) => server);
  return [
    finding(
      'TCP_CLOSED',
      `${named(servers)} ${verb(servers, 'takes', 'take')} no TCP. It is not needed now, but as soon as an answer is large.`,
      closed.map(({ observation }) => observation),
    ),
  ];
};
