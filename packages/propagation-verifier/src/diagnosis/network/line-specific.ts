import type { DiagnosedFinding } from '../../types/index.js';
import { finding } from '../finding.js';
import { questionOf, readingOf } from '../reading.js';
import type { Check, Observation, Scene, SeenServer } from '../scene.js';
import { bare, listed, named, quoted } from '../wording.js';
import { hasAuthority } from './seen.js';

/**
 * Where a question pretends to come from (EDNS Client Subnet, RFC 7871): lines that Chinese providers offer, and places where
 * certificate authorities stand. The first three as lists of BGP prefixes by operator give them (gaoyifan/china-operator-ip), the
 * others as IANA and RIPE assign them: 12.0.0.0/8 to AT&T, 193.0.0.0/21 to the RIPE NCC itself.
 */
const PLACES = [
  { place: 'China Telecom', subnet: '202.96.209.0/24', isAbroad: false },
  { place: 'China Unicom', subnet: '202.106.0.0/24', isAbroad: false },
  { place: 'China Mobile', subnet: '211.136.112.0/24', isAbroad: false },
  { place: 'nowhere (0.0.0.0/0)', subnet: '0.0.0.0/0', isAbroad: true },
  { place: 'the United States', subnet: '12.0.0.0/24', isAbroad: true },
  { place: 'Europe', subnet: '193.0.6.0/24', isAbroad: true },
] as const;

/** Hosts that are asked: all copies of one zone have the same lines. */
const MAX_HOSTS = 2;
/** How often a server must give the same answer before differences are put down to the lines. */
const STEADY = 3;

interface PlacedView {
  hasRecord: boolean;
  /** What stands at the name, for people. */
  values: readonly string[];
  place: string;
  /** Undefined for a question without subnet, which is answered for this machine's own address. */
  isAbroad: boolean | undefined;
  observation: Observation;
}

/**
 * `LINE_SPECIFIC`: what the servers answer depends on where the question comes from, and the record is not there for all. Seen only
 * on servers that heed client subnets; of others it cannot be known from one place.
 */
export const lineSpecific: Check = async (scene) => {
  if (!scene.type) return [];
  const hosts = new Set<string>();
  const first = scene.servers.filter((server) => {
    if (hosts.has(server.host) || !hasAuthority(scene, server)) return false;
    hosts.add(server.host);
    return true;
  });
  const found = await Promise.all(first.slice(0, MAX_HOSTS).map((server) => linesOf(scene, server)));
  return found.flat().slice(0, 1);
};

async function linesOf(scene: Scene, server: SeenServer): Promise<DiagnosedFinding[]> {
  const views = await viewsAt(scene, server);
  const having = views.filter(({ hasRecord }) => hasRecord);
  const lacking = views.filter(({ hasRecord }) => !hasRecord);
  if (having.length === 0 || lacking.length === 0) return [];
  if (!views.some(heedsSubnet) && !(await isSteady(scene, server))) return [];
  const has = `${named([server])} has the ${scene.type} at ${bare(scene.owner)} for questions from ${places(having)}`;
  const observed = views.map(({ observation }) => observation);
  if (isMissedByAuthorities(views))
    return [
      finding('LINE_SPECIFIC', `${has}, and not for those from ${places(lacking)}.`, observed, {
        severity: 'fatal',
        remedy:
          'Add the record on the default line (for all networks, 全网默认): certificate authorities ask from abroad, and from several places.',
      }),
    ];
  return [
    finding(
      'LINE_SPECIFIC',
      `${has}, but for those from ${places(lacking)} it has ${contents(lacking)}.`,
      observed,
      {
        severity: 'warning',
        remedy:
          'Remove the record of this name on those lines, or give it the same value there: a certificate authority may ask from there too.',
      },
    ),
  ];
}

async function viewsAt(scene: Scene, server: SeenServer): Promise<PlacedView[]> {
  const question = questionOf(scene)!;
  const own = { place: 'here', isAbroad: undefined, observation: server };
  const asked = await Promise.all(
    PLACES.map(async ({ place, subnet, isAbroad }) => {
      return {
        place,
        isAbroad,
        observation: await scene.ask.server(server.address, question, { clientSubnet: subnet }),
      };
    }),
  );
  return [own, ...asked].flatMap((seen) => {
    if (!hasAuthority(scene, seen.observation)) return [];
    const { status, shown } = readingOf(scene, seen.observation);
    return [{ ...seen, hasRecord: status === 'visible', values: shown }];
  });
}

/** Certificate authorities ask from abroad; if nothing is known of there, a question without subnet stands for them. */
function isMissedByAuthorities(views: readonly PlacedView[]): boolean {
  const abroad = views.filter(({ isAbroad }) => isAbroad);
  const theirs = abroad.length > 0 ? abroad : views.filter(({ isAbroad }) => isAbroad === undefined);
  return theirs.some(({ hasRecord }) => !hasRecord);
}

function heedsSubnet({ observation: { outcome } }: PlacedView): boolean {
  return outcome.kind === 'answer' && outcome.message.edns?.subnetScope !== undefined;
}

/** The same question from the same place has the same answer each time, so it is not that several machines behind the address differ. */
async function isSteady(scene: Scene, server: SeenServer): Promise<boolean> {
  const content = (observation: Observation) => readingOf(scene, observation).shown.toSorted().join('\n');
  for (let repeat = 1; repeat <= STEADY; repeat += 1) {
    const again = await scene.ask.server(server.address, questionOf(scene)!, { repeat });
    if (content(again) !== content(server)) return false;
  }
  return true;
}

function places(views: readonly PlacedView[]): string {
  return listed(views.map(({ place }) => place));
}

function contents(views: readonly PlacedView[]): string {
  const values = views.flatMap((view) => view.values);
  return values.length === 0 ? 'no such record' : quoted(values);
}
