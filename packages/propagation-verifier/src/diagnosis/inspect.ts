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
import { cachedByResolver } from './network/cached-by-resolver.js';
import { lineSpecific } from './network/line-specific.js';
import { oneFamilyBad } from './network/one-family.js';
import { port53 } from './network/port53.js';
import { rateLimited } from './network/rate-limited.js';
import { splitHorizon } from './network/split-horizon.js';
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
  lineSpecific,
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
const SOMEWHERE: Explanations = [anycast, misledByCase, lineSpecific, stale, notYet];
/** What is to be said where all have it. */
const EVERYWHERE: Explanations = [anycast, lineSpecific, wildcard, extraValues];

/** The same without questions. */
const SEEN_NOWHERE: Explanations = [wronglyEntered, brokenChain, hidingCname, oldValues, extraValues, notYet];
const SEEN_SOMEWHERE: Explanations = [stale, extraValues, notYet];

/** What only more time could change is left out of these. */
const TERMINAL_NOWHERE: Explanations = [
  wrongType,
  wronglyEntered,
  lineSpecific,
  wrongProvider,
  otherName,
  wildcard,
  brokenChain,
  subzone,
  hidingCname,
];

/** Without servers there is little to be said. */
const WITHOUT_ZONE: Explanations = [wrongType, wildcard, brokenChain, noZone];

/** Faults that stand for themselves, whatever the record is. */
const INDEPENDENT: readonly Check[] = [
  oneFamilyBad,
  mismatch,
  signatures,
  permission,
  failingCaa,
  deniedParent,
  closedTcp,
  rateLimited,
  splitHorizon,
  cachedByResolver,
];
const TERMINAL: readonly Check[] = [signatures, permission];

/** What explains that servers do not answer as they should; these have precedence over each server's own faults. */
const OF_THE_SERVERS: Explanations = [port53, faultyServers];

/**
 * `seen`: what the servers' answers show by themselves, and why servers did not answer; of a healthy zone nothing is asked.
 * `early`: for a wait under way, only findings that more time cannot change (`isTerminal`). `full`: everything.
 */
export type Depth = 'seen' | 'early' | 'full';

/**
 * Looks for what is wrong in a scene. Never rejects on abort: what was found by then counts.
 *
 * At most 400 questions to all servers together, whatever a zone looks like: the servers (8 of a zone), the names (12 similar
 * ones, 10 levels for CAA) and the repeats (11) of each check are bounded.
 */
export async function inspect(scene: Scene, depth: Depth): Promise<readonly DiagnosedFinding[]> {
  const groups = scene.delegation ? GROUPS[depth](scene) : [WITHOUT_ZONE];
  const found = await Promise.all(groups.map((explanations) => firstOf(explanations, scene)));
  const findings = withoutLimits(found.flat());
  return depth === 'early' ? findings.filter(isTerminal) : findings;
}

const GROUPS: Record<Depth, (scene: Scene) => Explanations[]> = {
  seen: (scene) => [
    seenFor(scene),
    [faultyServers],
    [oneFamilyBad],
    ...alone(scene.authority ? [permission] : []),
  ],
  early: (scene) => [terminalFor(scene), ...alone(TERMINAL)],
  full: (scene) => [explanationsFor(scene), OF_THE_SERVERS, ...alone(INDEPENDENT)],
};

const alone = (checks: readonly Check[]): Explanations[] => checks.map((check) => [check]);

function explanationsFor(scene: Scene): Explanations {
  if (!scene.type) return [];
  if (!isSomewhere(scene)) return NOWHERE;
  return scene.isServedEverywhere ? EVERYWHERE : SOMEWHERE;
}

function seenFor(scene: Scene): Explanations {
  if (!scene.type) return [];
  return isSomewhere(scene) ? SEEN_SOMEWHERE : SEEN_NOWHERE;
}

function terminalFor(scene: Scene): Explanations {
  if (!scene.type) return [];
  return isSomewhere(scene) ? [] : TERMINAL_NOWHERE;
}

function isSomewhere(scene: Scene): boolean {
  return readServers(scene).some(({ reading }) => reading.status === 'visible');
}

/** Asks all at once, as each answer takes a round trip. */
async function firstOf(checks: Explanations, scene: Scene): Promise<readonly DiagnosedFinding[]> {
  const found = await Promise.all(checks.map((check) => unlessOver(check, scene)));
  return found.find((findings) => findings.length > 0) ?? [];
}

async function unlessOver(check: Check, scene: Scene): Promise<readonly DiagnosedFinding[]> {
  try {
    return await check(scene);
  } catch (error) {
    if (scene.signal.aborted) return [];
    throw error;
  }
}

/** A server that limits its answers also looks lame or silent, which is then no finding of its own. */
function withoutLimits(findings: readonly DiagnosedFinding[]): readonly DiagnosedFinding[] {
  const limited = findings.filter(({ code }) => code === 'RATE_LIMITED').flatMap(serversIn);
  if (limited.length === 0) return findings;
  const isExplained = (finding: DiagnosedFinding) =>
    (finding.code === 'LAME' || finding.code === 'UNREACHABLE') &&
    finding.evidence.length > 0 &&
    serversIn(finding).every((server) => limited.includes(server));
  return findings.filter((finding) => !isExplained(finding));
}

function serversIn({ evidence }: DiagnosedFinding): string[] {
  return evidence.map(({ server }) => server);
}
