import { randomBytes } from 'node:crypto';
import { ancestors, type Fqdn, isWithin } from '@domainproof/core';
import type { Delegation, DiagnosedFinding } from '../../types/index.js';
import { finding } from '../finding.js';
import {
  answersOf,
  authoritativeAnswer,
  isOfTheZone,
  readingOf,
  readServers,
  valuesOf,
  workingServers,
} from '../reading.js';
import type { Check, Observation, Scene } from '../scene.js';
import { bare, named } from '../wording.js';

const MAX_NAME = 254;
const MAX_CANDIDATES = 12;
/** Names above the record's that are asked for, nearest first. */
const MAX_PARENTS = 3;
/** Labels under which certificate services ask for challenges. */
const CHALLENGE_LABELS = ['_acme-challenge', '_dnsauth', '_pki-validation'];

/** The record was added, and stands at another name. Its own zone's servers are asked. */
export const otherName: Check = async (scene) => {
  const { type } = scene;
  const home = scene.chain.length > 0 ? await scene.ask.delegation(scene.name) : scene.delegation;
  const addresses = home ? serversOf(scene, home) : [];
  if (!type || !home || addresses.length === 0) return [];
  const looked = await Promise.all(
    candidates(scene.name, home.zone, scene.hint).map(async (candidate, index) => {
      const question = { name: candidate.name, type };
      const observation = await firstAnswer(scene, taken(addresses, index), question);
      const isHit = observation && valuesOf(observation, question).some((one) => scene.values.includes(one));
      return isHit ? [told(scene.name, candidate, home.zone, observation)] : [];
    }),
  );
  return looked.flat().slice(0, 1);
};

function serversOf(scene: Scene, home: Delegation): string[] {
  if (home === scene.delegation) return workingServers(scene).map(({ address }) => address);
  return home.nameServers.flatMap(({ addresses }) => addresses).slice(0, 2);
}

/** Two servers, the second for where the first does not answer; by turns, so that none gets all questions. */
function taken(addresses: readonly string[], turn: number): string[] {
  const first = turn % addresses.length;
  return [...addresses.slice(first), ...addresses.slice(0, first)].slice(0, 2);
}

async function firstAnswer(
  scene: Scene,
  addresses: readonly string[],
  question: { name: Fqdn; type: 'TXT' | 'CNAME' },
): Promise<Observation | undefined> {
  for (const address of addresses) {
    const observation = await scene.ask.server(address, question);
    if (authoritativeAnswer(observation)) return observation;
  }
  return undefined;
}

interface Candidate {
  code: 'DOUBLED_NAME' | 'WRONG_NAME';
  name: Fqdn;
}

/** Where a record for `name` lands by the usual mistakes, at most twelve names of the zone. */
export function candidates(name: Fqdn, zone: Fqdn, hint: Fqdn | undefined): Candidate[] {
  const doubled = [zone, hint].flatMap((added) => (added ? [`${name}${added}` as Fqdn] : []));
  const { prefix, domain } = split(name, zone);
  const swapped = prefix === '' ? [] : CHALLENGE_LABELS.map((label) => `${label}.${domain}`);
  const withoutUnderscore = prefix.startsWith('_') ? [`${prefix.slice(1)}.${domain}`] : [];
  const below = prefix === '' ? '' : `${prefix}.`;
  const other = domain.startsWith('www.') ? `${below}${domain.slice(4)}` : `${below}www.${domain}`;
  const similar = [domain, ...withoutUnderscore, ...swapped, other, `${below}${zone}`, zone] as Fqdn[];
  const all: Candidate[] = [
    ...doubled.map((one) => ({ code: 'DOUBLED_NAME' as const, name: one })),
    ...similar.map((one) => ({ code: 'WRONG_NAME' as const, name: one })),
  ];
  const seen = new Set<Fqdn>([name]);
  const isNew = (candidate: Candidate) => !seen.has(candidate.name) && seen.add(candidate.name) !== undefined;
  return all
    .filter((one) => isWithin(one.name, zone) && one.name.length <= MAX_NAME && isNew(one))
    .slice(0, MAX_CANDIDATES);
}

/** `_dnsauth` and `www.example.com.` of `_dnsauth.www.example.com.`; no prefix if the name is the zone's own. */
function split(name: Fqdn, zone: Fqdn): { prefix: string; domain: string } {
  if (name === zone || !name.startsWith('_')) return { prefix: '', domain: name };
  const dot = name.indexOf('.');
  return { prefix: name.slice(0, dot), domain: name.slice(dot + 1) };
}

function told(name: Fqdn, candidate: Candidate, zone: Fqdn, observation: Observation): DiagnosedFinding {
  const { code, name: found } = candidate;
  if (code === 'WRONG_NAME')
    return finding(code, `The value stands at ${bare(found)}, and not at ${bare(name)}.`, [observation], {
      remedy: `Add the record at ${bare(name)} (host record ${hostRecord(name, zone)}).`,
    });
  return finding(
    code,
    `The value stands at ${bare(found)}: the zone was added to a full name.`,
    [observation],
    {
      remedy: `Enter only ${hostRecord(name, zone)} as the host record: the console adds ${bare(zone)} to it.`,
    },
  );
}

function hostRecord(name: Fqdn, zone: Fqdn): string {
  return name === zone ? '@ (or nothing)' : bare(name.slice(0, -(zone.length + 1)));
}

/** The answer at the name is a wildcard's: a name beside it that nobody has made gets the same. */
export const wildcard: Check = async (scene) => {
  const link = scene.chain[0];
  const home = link ? await scene.ask.delegation(scene.name) : scene.delegation;
  const parent = ancestors(scene.name)[1];
  if (!scene.type || !home || !parent || !isWithin(parent, home.zone)) return [];
  const server = link
    ? undefined
    : readServers(scene).find(({ reading }) => reading.shown.length > 0)?.server;
  const address = server?.address ?? (link ? serversOf(scene, home)[0] : undefined);
  if (address === undefined) return [];
  const sibling = `domainproof-${randomBytes(6).toString('hex')}.${parent}` as Fqdn;
  const [own, others] = await Promise.all([
    server ?? scene.ask.server(address, { name: scene.name, type: scene.type }),
    scene.ask.server(address, { name: sibling, type: scene.type }),
  ]);
  const answer = contentOf(own, scene.name);
  if (answer === '' || answer !== contentOf(others, sibling)) return [];
  const isVisible = server !== undefined && readingOf(scene, server).status === 'visible';
  return [
    finding(
      'WILDCARD',
      `What ${bare(scene.name)} shows comes from a wildcard (any name below ${bare(parent)} shows it)${isVisible ? '' : '; a record for exactly this name is missing'}.`,
      [own, others],
      isVisible
        ? {
            severity: 'info',
            remedy:
              'Nothing for now: the value is served. A record for exactly this name would take precedence.',
          }
        : {},
    ),
  ];
};

/** TXT values and CNAME target of a name, to be compared; empty if there are none. */
function contentOf(observation: Observation, name: Fqdn): string {
  const message = authoritativeAnswer(observation);
  const texts = answersOf(message, name, 'TXT').map(({ text }) => `TXT ${text.toString('latin1')}`);
  const targets = answersOf(message, name, 'CNAME').map(({ target }) => `CNAME ${target}`);
  return [...texts, ...targets].sort().join('\n');
}

/** A server denies a name above the record, and so the record, though it has it. */
export const deniedParent: Check = async (scene) => {
  const { delegation, owner } = scene;
  if (!scene.type || !delegation) return [];
  const parents = ancestors(owner)
    .slice(1)
    .filter((name) => isWithin(name, delegation.zone) && name !== delegation.zone)
    .slice(0, MAX_PARENTS);
  const having = workingServers(scene).filter((server) => hasTheName(scene, server));
  const denied = await Promise.all(
    parents.map(async (name) => {
      const heard = await Promise.all(
        having.map(async (server) => ({
          ...(await scene.ask.server(server.address, { name, type: 'TXT' })),
          server,
        })),
      );
      return heard
        .filter((observation) => authoritativeAnswer(observation)?.rcode === 'NXDOMAIN')
        .map((observation) => ({ ...observation, name }));
    }),
  );
  const [first] = denied.flat();
  if (!first) return [];
  const servers = denied.flat().map(({ server }) => server);
  return [
    finding(
      'ENT_NXDOMAIN',
      `${named(servers)} denies that ${bare(first.name)} exists, though ${bare(owner)} is below it: resolvers that trust this find nothing there.`,
      denied.flat(),
    ),
  ];
};

function hasTheName(scene: Scene, server: Observation): boolean {
  const reading = readingOf(scene, server);
  return isOfTheZone(reading) && reading.shown.length > 0;
}
