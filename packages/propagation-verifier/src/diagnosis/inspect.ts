import type { DiagnosedFinding } from '../types/index.js';
import { failingCaa, permission } from './checks/caa.js';
import { brokenChain, hidingCname } from './checks/chain.js';
import { mismatch, noZone, subzone, wrongProvider } from './checks/delegation.js';
import { signatures } from './checks/dnssec.js';
import { deniedParent, otherName, wildcard } from './checks/names.js';
import { closedTcp, faultyServers, misledByCase } from './checks/servers.js';
import { anycast, extraValues, notYet, oldValues, stale } from './checks/spread.js';
import { wronglyEntered, wrongType } from './checks/values.js';
import { isTerminal } from './codes.js';
import { readServers } from './reading.js';
import type { Check, Scene } from './scene.js';

/** Checks that explain the same thing: the first that finds something, in the order here, is the explanation. */
type Explanations = readonly Check[];

/** Why no server has the record. The later ones would find something as well where an earlier one is the truth. */
const NOWHERE: Explanations = [
  wrongType,
  wronglyEntered,
  anycast,
  misledByCase,
  wrongProvider,
  otherName,
  wildcard,
  brokenChain,
  subzone,
  hidingCname,
  oldValues,
  extraValues,
  notYet,
];
/** Why only some servers have it. */
const SOMEWHERE: Explanations = [anycast, misledByCase, stale, notYet];
/** What is to be said where all have it. */
const EVERYWHERE: Explanations = [anycast, wildcard, extraValues];

/** What only more time could change is left out of these. */
const TERMINAL_NOWHERE: Explanations = [
  wrongType,
  wronglyEntered,
  wrongProvider,
  otherName,
  wildcard,
  brokenChain,
  subzone,
  hidingCname,
];

/** Faults of the zone, whatever the record is. */
const OF_THE_ZONE: readonly Check[] = [
  faultyServers,
  mismatch,
  signatures,
  permission,
  failingCaa,
  deniedParent,
  closedTcp,
];
const TERMINAL_OF_THE_ZONE: readonly Check[] = [signatures, permission];

/**
 * Looks for all that is wrong in a scene. `early`: for a wait under way, only findings that more time cannot change
 * (`isTerminal`). `full`: everything that can be seen by asking the zone's servers and those of the zones above.
 *
 * Rejects on abort only. At most about 250 questions to all servers together, whatever a zone looks like: every bound is on
 * the servers (8 of a zone), the names (12 similar ones, 10 levels for CAA) and the repeats (11) of a check.
 */
export async function inspect(scene: Scene, depth: 'early' | 'full'): Promise<readonly DiagnosedFinding[]> {
  if (!scene.delegation)
    return terminalOnly(depth, await firstOf([wrongType, wildcard, brokenChain, noZone], scene));
  const [reason, ...zone] = await Promise.all([
    firstOf(explanationsFor(scene, depth), scene),
    ...(depth === 'full' ? OF_THE_ZONE : TERMINAL_OF_THE_ZONE).map((check) => check(scene)),
  ]);
  return terminalOnly(depth, [...reason, ...zone.flat()]);
}

function explanationsFor(scene: Scene, depth: 'early' | 'full'): Explanations {
  if (!scene.type) return [];
  const statuses = readServers(scene).map(({ reading }) => reading.status);
  const isSomewhere = statuses.includes('visible');
  if (depth === 'early') return isSomewhere ? [] : TERMINAL_NOWHERE;
  if (!isSomewhere) return NOWHERE;
  return scene.isServedEverywhere ? EVERYWHERE : SOMEWHERE;
}

/** Asks all at once, as each answer takes a round trip. */
async function firstOf(checks: Explanations, scene: Scene): Promise<readonly DiagnosedFinding[]> {
  const found = await Promise.all(checks.map((check) => check(scene)));
  return found.find((findings) => findings.length > 0) ?? [];
}

function terminalOnly(
  depth: 'early' | 'full',
  findings: readonly DiagnosedFinding[],
): readonly DiagnosedFinding[] {
  return depth === 'full' ? findings : findings.filter(isTerminal);
}
