import type { DiagnosedFinding } from '../../types/index.js';
import { finding } from '../finding.js';
import type { Check, Observation, Scene, SeenServer } from '../scene.js';
import { bare } from '../wording.js';
import { answersAsResolver, hasAuthority } from './seen.js';

/** Of a network that exists in documents only (TEST-NET-3, RFC 5737): no server has this address. */
const NO_SERVER = '203.0.113.254';
/** One server that answers like a resolver may be one. */
const LEAST_ALIKE = 2;

/**
 * `PORT53_HIJACKED`: something on the way answers in place of the servers. Looked for only where no server answers with authority.
 * `PORT53_CLOSED`: no server answers at all, and the resolver knows the zone.
 */
export const port53: Check = async (scene) => {
  const { servers } = scene;
  if (servers.length === 0 || servers.some((server) => hasAuthority(scene, server))) return [];
  if (servers.every(({ outcome }) => outcome.kind === 'timeout')) return closed(scene);
  // Root servers' names are in every resolver's cache, and no name of the zone is told to a stranger.
  const stranger = await scene.ask.server(NO_SERVER, { name: '.', type: 'NS' });
  if (stranger.outcome.kind === 'answer') return [intercepted(scene, stranger)];
  const alike = servers.filter(answersAsResolver);
  const answering = servers.filter(({ outcome }) => outcome.kind === 'answer');
  return alike.length >= LEAST_ALIKE && alike.length === answering.length
    ? [answeredByResolver(scene, alike)]
    : [];
};

function intercepted({ servers }: Scene, stranger: Observation): DiagnosedFinding {
  return finding(
    'PORT53_HIJACKED',
    `An answer came from ${NO_SERVER}, where no server is: something on this network answers questions to port 53 itself, and none of the name servers could be asked.`,
    [stranger, ...servers],
    {
      remedy:
        'Run from another network, or have port 53 (UDP and TCP) to the internet let through. What the servers hold cannot be known from here.',
    },
  );
}

function answeredByResolver({ delegation }: Scene, alike: readonly Observation[]): DiagnosedFinding {
  return finding(
    'PORT53_HIJACKED',
    `Every name server of ${bare(delegation!.zone)} that answers does so as a resolver would, with recursion and without authority. Either this network answers in their place, or the zone is delegated to resolvers; which of the two cannot be known from here.`,
    alike,
    {
      remedy: 'Run from another network. If it is the same there, correct the name servers at the registrar.',
    },
  );
}

async function closed(scene: Scene): Promise<DiagnosedFinding[]> {
  const { delegation, servers } = scene;
  if (!delegation || servers.length < LEAST_ALIKE || !(await isSilent(scene, servers[0]!))) return [];
  const zone = delegation.zone;
  const known = await scene.ask.resolver({ name: zone, type: 'SOA' });
  if (known?.outcome.kind !== 'answer' || known.outcome.message.answers.length === 0) return [];
  return [
    finding(
      'PORT53_CLOSED',
      `None of the ${servers.length} addresses of name servers of ${bare(zone)} answers, and the resolver knows the zone: this network may let questions to port 53 through to its own resolver only.`,
      [known, ...servers],
      {
        remedy:
          'Have port 53 (UDP and TCP) to the internet let through, or run from another network. If it is open, all servers are down.',
      },
    ),
  ];
}

/** The server is silent also to a question in the plainest form, so it is neither EDNS nor letter case that puts it off. */
async function isSilent({ ask, delegation }: Scene, { address }: SeenServer): Promise<boolean> {
  const question = { name: delegation!.zone, type: 'SOA' } as const;
  const { outcome } = await ask.server(address, question, { edns: false, mixedCase: false });
  return outcome.kind === 'timeout';
}
