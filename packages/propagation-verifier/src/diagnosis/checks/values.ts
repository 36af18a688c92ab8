import type { Fqdn } from '@domainproof/core';
import type { DiagnosedFinding } from '../../types/index.js';
import { finding } from '../finding.js';
import {
  answersOf,
  authoritativeAnswer,
  type ReadServer,
  readServers,
  valuesOf,
  workingServers,
} from '../reading.js';
import type { Check, Observation, Scene } from '../scene.js';
import { bare, named, plain, quoted } from '../wording.js';
import { type FormCode, formOf, joinsTo } from './forms.js';

/** Values of one name that are compared; a record set of honest size has fewer. */
const MAX_COMPARED = 50;

const MISTAKES: Record<FormCode, string> = {
  QUOTED: 'with quotation marks, which are part of the value',
  WHITESPACE: 'with spaces, line ends or invisible characters',
  CASE: 'with other upper and lower case letters',
  ESCAPED: 'in an encoded form (percent signs or backslashes)',
  NAME_IN_VALUE: 'with a name or label before it',
  SPLIT_STRINGS: 'in parts with spaces or quotation marks between them',
};

/** The value is at the name, entered wrongly. */
export const wronglyEntered: Check = async (scene) => {
  if (scene.type !== 'TXT') return [];
  for (const { server, reading } of readServers(scene)) {
    const found = reading.found.slice(0, MAX_COMPARED).map((value) => value.toString('utf8'));
    for (const value of scene.values) {
      if (found.includes(value)) continue;
      const mistaken = mistakeIn(scene, server, found, value);
      if (mistaken) return [mistaken];
    }
  }
  return [];
};

function mistakeIn(
  scene: Scene,
  server: ReadServer['server'],
  found: readonly string[],
  value: string,
): DiagnosedFinding | undefined {
  const at = `at ${bare(scene.owner)}`;
  for (const text of found) {
    const form = formOf(text, value);
    if (form) return finding(form, `The value stands ${at} ${MISTAKES[form]}: ${quoted([text])}.`, [server]);
  }
  const strings = stringsIn(scene, server).find((parts) => joinsTo(parts, value));
  if (strings)
    return finding(
      'SPLIT_STRINGS',
      `The value stands ${at} in parts that are in the wrong order: ${quoted(strings)}.`,
      [server],
    );
  const parts = found.filter((text) => text !== '' && value.includes(text));
  if (joinsTo(parts, value))
    return finding(
      'SPLIT_STRINGS',
      `The value stands ${at} spread over ${parts.length} records: ${quoted(parts)}.`,
      [server],
    );
  return undefined;
}

/** The character strings of each TXT record. */
function stringsIn({ owner }: Scene, server: Observation): string[][] {
  return answersOf(authoritativeAnswer(server), owner, 'TXT')
    .slice(0, MAX_COMPARED)
    .map(({ strings }) => strings.map((part) => part.toString('utf8')));
}

/** The value is there, in a record of the other type; or a CNAME leads to the value with a zone added to it. */
export const wrongType: Check = async (scene) => {
  if (scene.type === 'TXT') return cnameForTxt(scene);
  if (scene.type === 'CNAME') return [...targetInZone(scene), ...(await txtForCname(scene))].slice(0, 1);
  return [];
};

async function cnameForTxt(scene: Scene): Promise<DiagnosedFinding[]> {
  const targets = [
    ...scene.chain.map(({ target }) => target),
    ...readServers(scene).flatMap(({ reading }) => (reading.status === 'cname' ? reading.shown : [])),
  ];
  const target = targets.find((one) => scene.values.some((value) => isTargetFor(one, value)));
  if (target === undefined) return [];
  return [
    finding(
      'TYPE_MISMATCH',
      `The value was added at ${bare(scene.name)} as a CNAME (to ${bare(target)}), and a TXT record is asked for.`,
      await linkEvidence(scene, scene.name),
      { remedy: 'Remove the CNAME, and add a TXT record with the value.' },
    ),
  ];
}

/** The CNAME of a name, asked of its own zone's servers. */
async function linkEvidence(scene: Scene, name: Fqdn): Promise<Observation[]> {
  const delegation = await scene.ask.delegation(name);
  const addresses = delegation?.nameServers.flatMap((server) => server.addresses) ?? [];
  return Promise.all(
    addresses.slice(0, 1).map((address) => scene.ask.server(address, { name, type: 'CNAME' })),
  );
}

/** A value as a target: alone, or with a zone added by the console. Targets come in lower case. */
function isTargetFor(target: string, value: string): boolean {
  const start = value.toLowerCase().replace(/\.$/, '');
  return target === `${start}.` || target.startsWith(`${start}.`);
}

function targetInZone(scene: Scene): DiagnosedFinding[] {
  const zone = scene.delegation?.zone;
  for (const { server, reading } of readServers(scene)) {
    const target = reading.found[0]?.toString('utf8');
    const value = scene.values.find((one) => target === `${one}${zone}` || target === `${one}${scene.owner}`);
    if (target === undefined || value === undefined) continue;
    return [
      finding(
        'TYPE_MISMATCH',
        `The CNAME at ${bare(scene.owner)} leads to ${bare(target)}: the zone was added to the target ${bare(value)}.`,
        [server],
        {
          remedy: `Enter the target with a final dot (${plain(value)}), so that the console adds nothing to it.`,
        },
      ),
    ];
  }
  return [];
}

async function txtForCname(scene: Scene): Promise<DiagnosedFinding[]> {
  const question = { name: scene.owner, type: 'TXT' } as const;
  const server = workingServers(scene)[0];
  if (!server) return [];
  const observation = await scene.ask.server(server.address, question);
  const text = valuesOf(observation, question).find((found) =>
    scene.values.some((value) => sameTarget(found, value)),
  );
  if (text === undefined) return [];
  return [
    finding(
      'TYPE_MISMATCH',
      `A TXT record with the value stands at ${bare(scene.owner)} on ${named([server])}, and a CNAME is asked for.`,
      [observation],
      { remedy: 'Remove the TXT record, and add a CNAME that leads to the value.' },
    ),
  ];
}

function sameTarget(text: string, value: string): boolean {
  const name = text.trim().replace(/^"|"$/g, '').toLowerCase();
  return `${name.replace(/\.$/, '')}.` === value;
}
