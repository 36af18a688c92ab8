import { Resolver } from 'node:dns/promises';
import { expect, onTestFinished } from 'vitest';
import type { SeededRecord, SimulatedZone } from '../src/scenario.js';
import { type Simulator, type SimulatorOptions, startSimulator } from '../src/simulator.js';

export const CHALLENGE = '_acme-challenge';
/** Another order's token, under the same name: whatever a program does to its own values, this one stays. */
export const FOREIGN = 'token of another order';

/** Names that a careless search takes for the challenge's: in front, behind, in its value. */
const NEAR_MISSES: readonly SeededRecord[] = [
  { name: `${CHALLENGE}.other`, type: 'TXT', value: 'near miss: a name below another label' },
  { name: `x${CHALLENGE}`, type: 'TXT', value: 'near miss: a name that ends alike' },
  { name: 'other', type: 'TXT', value: `near miss: ${CHALLENGE} in the value` },
];

/** More names than the default page of Alibaba Cloud holds. */
const CROWD: readonly SeededRecord[] = Array.from({ length: 25 }, (_, index) => ({
  name: `crowd-${index}`,
  type: 'TXT',
  value: `crowd ${index}`,
}));

/** A simulator whose two zones are full of what does not belong to the program under test, and two ways to look at what it did. */
export async function foreignWorld(options: Omit<SimulatorOptions, 'zones'> = {}) {
  const foreign = { name: CHALLENGE, type: 'TXT', value: FOREIGN };
  const zone = { records: [...CROWD, ...NEAR_MISSES, foreign] };
  const simulator = await startSimulator({
    ...options,
    zones: [
      { name: 'my-example.net', cloud: 'alidns' },
      { name: 'example.net', cloud: 'alidns', ...zone },
      { name: 'my-example.com', cloud: 'huaweicloud' },
      { name: 'example.com', cloud: 'huaweicloud', ...zone },
    ],
  });
  onTestFinished(() => simulator.close());
  const held = (cloud: SimulatedZone['cloud'], name: string, type = 'TXT') =>
    simulator
      .records(cloud, ZONES[cloud])
      .filter((set) => set.name === `${name}.${ZONES[cloud]}.` && set.type === type)
      .flatMap(({ values }) => values)
      .sort();
  const bystanders = (cloud: SimulatedZone['cloud']) =>
    simulator
      .records(cloud, ZONES[cloud])
      .filter(({ name }) => NEAR_MISSES.some((near) => name === `${near.name}.${ZONES[cloud]}.`)).length;

  return {
    simulator,
    /** What each name server of the zone answers. */
    served: (cloud: SimulatedZone['cloud'], name: string) =>
      askNameServers(simulator, ZONES[cloud], `${name}.${ZONES[cloud]}`, 'TXT'),
    /** What the account holds under a name of the zone, as its own state says. */
    held,
    /** The same, once every name server of the zone has been asked and given just that. */
    async proved(cloud: SimulatedZone['cloud'], name: string, type: 'TXT' | 'CNAME' = 'TXT') {
      const values = held(cloud, name, type);
      for (const answer of await askNameServers(simulator, ZONES[cloud], `${name}.${ZONES[cloud]}`, type))
        expect(answer).toEqual(values);
      return values;
    },
    /** How many of the near misses are still there. */
    bystanders,
  };
}

export const ALL_BYSTANDERS = NEAR_MISSES.length;
/** c-ares gives a text's bytes as characters. */
const utf8 = (text: string) => Buffer.from(text, 'latin1').toString('utf8');
const ZONES = { alidns: 'example.net', huaweicloud: 'example.com' } as const;

/** Node's own resolver (c-ares) finds the name servers of the zone through the recursive one, and asks each of them. */
async function askNameServers(simulator: Simulator, zone: string, name: string, type: 'TXT' | 'CNAME') {
  const recursive = new Resolver();
  recursive.setServers([simulator.resolver]);
  const hosts = await recursive.resolveNs(zone);
  expect(hosts).toHaveLength(2);
  return Promise.all(
    hosts.map(async (host) => {
      const [address] = await recursive.resolve4(host);
      const authority = new Resolver();
      authority.setServers([`${address}:${simulator.authoritativePort}`]);
      const values =
        type === 'TXT'
          ? authority.resolveTxt(name).then((texts) => texts.map((strings) => utf8(strings.join(''))))
          : authority.resolveCname(name).then((targets) => targets.map((target) => `${target}.`));
      return values.then(
        (found) => found.sort(),
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOTFOUND' || error.code === 'ENODATA') return [];
          throw error;
        },
      );
    }),
  );
}
