import { finding } from '../finding.js';
import { readServers } from '../reading.js';
import type { Check, Observation, Scene } from '../scene.js';
import { bare, listed, named, plain } from '../wording.js';

/** A chain shown as a whole has at most this many characters; it can have sixteen names and more. */
const MAX_CHAIN_CHARACTERS = 1_200;

const FAILED = {
  dangling: ['CNAME_DANGLING', 'leads to a name that no zone holds'],
  loop: ['CNAME_LOOP', 'comes back to a name that it has passed'],
  long: ['CNAME_LONG', 'is longer than certificate authorities follow'],
} as const;

/** A chain of CNAMEs that ends nowhere. */
export const brokenChain: Check = async (scene) => {
  const { chainFailure, owner, delegation } = scene;
  if (!chainFailure) return [];
  const [code, what] = FAILED[chainFailure.kind];
  const shown = plain(chainFailure.names.map(bare).join(' → '), MAX_CHAIN_CHARACTERS);
  const start = `The chain of CNAMEs at ${bare(scene.name)}`;
  const observed = await links(scene);
  // There is a zone to add the record to, so that the name may come into being with it.
  const hasZone = scene.chain.at(-1)?.target === owner;
  if (chainFailure.kind === 'dangling' && delegation && hasZone)
    return [
      finding(
        code,
        `${start} leads to a name that does not exist in the zone ${bare(delegation.zone)}: ${shown}.`,
        [...observed, ...scene.servers],
        {
          severity: 'warning',
          remedy: `Add the record at ${bare(owner)}, in the zone ${bare(delegation.zone)}; or correct or remove the CNAME.`,
        },
      ),
    ];
  return [finding(code, `${start} ${what}: ${shown}.`, observed)];
};

/** A CNAME stands where a TXT was to be, and there is no TXT where it leads. */
export const hidingCname: Check = async (scene) => {
  if (scene.type !== 'TXT') return [];
  const hiding = readServers(scene).filter(({ reading }) => reading.status === 'cname');
  if (hiding.length > 0) {
    const servers = hiding.map(({ server }) => server);
    const targets = listed(hiding.flatMap(({ reading }) => reading.shown).map(bare));
    return [
      finding(
        'CNAME_AT_NAME',
        `A CNAME to ${targets} stands at ${bare(scene.owner)} on ${named(servers)}, and hides a TXT there.`,
        servers,
        { severity: 'fatal' },
      ),
    ];
  }
  if (scene.chain.length === 0 || scene.chainFailure) return [];
  const path = scene.chain.map(({ target }) => bare(target)).join(' → ');
  return [
    finding(
      'CNAME_AT_NAME',
      `${bare(scene.name)} is a CNAME to ${plain(path, MAX_CHAIN_CHARACTERS)}, and no TXT with the value stands there. A TXT at ${bare(scene.name)} itself is hidden.`,
      [...(await links(scene)), ...scene.servers],
      {
        remedy: `Add the TXT at ${bare(scene.owner)}, or remove the CNAME and add it at ${bare(scene.name)}.`,
      },
    ),
  ];
};

/** The CNAMEs of the chain, each asked of a server of its own zone. */
async function links(scene: Scene): Promise<Observation[]> {
  const observed = await Promise.all(
    scene.chain.slice(0, 4).map(async ({ name }) => {
      const delegation = await scene.ask.delegation(name);
      const address = delegation?.nameServers.flatMap(({ addresses }) => addresses)[0];
      return address === undefined ? [] : [await scene.ask.server(address, { name, type: 'CNAME' })];
    }),
  );
  return observed.flat();
}
