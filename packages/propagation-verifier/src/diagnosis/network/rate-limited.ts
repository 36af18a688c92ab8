import { finding } from '../finding.js';
import { authoritativeAnswer, questionOf } from '../reading.js';
import type { Check, Observation, Scene, SeenServer } from '../scene.js';
import { named } from '../wording.js';

/** Identical questions in a row that show a limit, or that there is none. */
const BURST = 5;
/** Addresses that are tried. */
const MAX_TRIED = 2;
/** So short an answer fits in every datagram (RFC 1035). Over TCP it comes only if it was cut off on purpose, or did not come over UDP. */
const FITS_ALWAYS_BYTES = 512;
/** Chance loses one question now and then, and hardly so many in a row. */
const LEAST_REFUSED = 2;
const LEAST_LOST = 3;

type Sign = 'good' | 'slip' | 'refused' | 'lost';

/**
 * `RATE_LIMITED`: identical questions are answered at first, and then cut off, refused or lost. Tried only on addresses that have
 * given such a sign, and never on one that answers nothing at all.
 */
export const rateLimited: Check = async (scene) => {
  const suspects = scene.servers.filter((server) => signOf(server) !== 'good').slice(0, MAX_TRIED);
  const bursts = await Promise.all(suspects.map((server) => burst(scene, server)));
  const limiting = suspects.filter((_server, index) => isLimited(bursts[index]!.map(signOf)));
  if (limiting.length === 0) return [];
  return [
    finding(
      'RATE_LIMITED',
      `${named(limiting)} answered at first, and then no longer, when the same question came ${BURST} times in a row: it limits how often it answers.`,
      suspects.flatMap((server, index) => (limiting.includes(server) ? bursts[index]! : [])),
      { remedy: 'This is no fault of the zone. Ask less often, and not from many processes at once.' },
    ),
  ];
};

async function burst(scene: Scene, { address }: SeenServer): Promise<Observation[]> {
  const seen: Observation[] = [];
  for (let repeat = 1; repeat <= BURST; repeat += 1) {
    seen.push(await scene.ask.server(address, questionOf(scene)!, { repeat }));
    // A server that does not answer the first is down, or lame; asking on would take long and show nothing.
    if (seen.length === 1 && (signOf(seen[0]!) === 'lost' || signOf(seen[0]!) === 'refused')) break;
  }
  return seen;
}

function signOf(observation: Observation): Sign {
  const { outcome } = observation;
  if (outcome.kind === 'truncated') return outcome.message.bytes <= FITS_ALWAYS_BYTES ? 'slip' : 'good';
  if (outcome.kind !== 'answer') return outcome.kind === 'timeout' ? 'lost' : 'good';
  if (outcome.message.rcode === 'REFUSED') return 'refused';
  const isCutOff = outcome.via === 'tcp' && outcome.message.bytes <= FITS_ALWAYS_BYTES;
  return isCutOff && authoritativeAnswer(observation) ? 'slip' : 'good';
}

function isLimited(signs: readonly Sign[]): boolean {
  const tail = signs.slice(signs.lastIndexOf('good') + 1);
  if (tail.length === signs.length) return false;
  return tail.every((sign) => sign === 'refused') ? tail.length >= LEAST_REFUSED : tail.length >= LEAST_LOST;
}
