import { promises } from 'node:dns';
import { type RateLimit, type Simulator, startSimulator } from '@domainproof/simulator';
import { FOREIGN, ZONE } from '../zone.js';
import type { Backend, BackendKind } from './backend.js';

export type Cloud = 'huaweicloud' | 'alidns';

/** A back end that lets tests see what its API was asked. */
export interface SimulatedBackend extends Backend {
  readonly calls: Simulator['calls'];
}

/** Milliseconds from a write until each name server serves it: who does not wait is too early. */
const DELAYS = [150, 600] as const;

/** For the addresses of the name servers. */
const LOOKS = 5;

export const huaweicloud = simulated('Huawei Cloud', 'huaweicloud');
export const alidns = simulated('Alibaba Cloud', 'alidns');

/** The behaviour of an account and of its name servers. */
export interface Behaviour {
  /** Milliseconds from a write until each of the two name servers serves it. */
  delaysMs?: readonly [number, number];
  rateLimit?: RateLimit;
}

/** The zone in a simulated account. */
export function simulated(
  title: string,
  cloud: Cloud,
  { delaysMs = DELAYS, rateLimit }: Behaviour = {},
): BackendKind<SimulatedBackend> {
  return {
    title,
    commands: [],
    async start() {
      const simulator = await startSimulator({
        zones: [
          {
            name: ZONE,
            cloud,
            records: FOREIGN.flatMap(({ values, ...set }) => values.map((value) => ({ ...set, value }))),
          },
        ],
        serverDelaysMs: { [cloud]: delaysMs },
        [cloud]: { rateLimit },
      });
      return {
        environment: simulator.env,
        nameServers: await nameServersOf(simulator),
        calls: simulator.calls,
        snapshot: async () => JSON.stringify(simulator.records(cloud, ZONE), null, 2),
        async values(name) {
          const sets = simulator.records(cloud, ZONE);
          return sets.find((set) => set.name === `${name}.` && set.type === 'TXT')?.values ?? [];
        },
        close: () => simulator.close(),
      };
    },
  };
}

async function nameServersOf({ resolver, authoritativePort }: Simulator): Promise<string[]> {
  const recursive = new promises.Resolver();
  recursive.setServers([resolver]);
  const hosts = await patiently(() => recursive.resolveNs(ZONE));
  const addresses = await Promise.all(hosts.map((host) => patiently(() => recursive.resolve4(host))));
  return addresses.flat().map((address) => `${address}@${authoritativePort}`);
}

/** On a busy machine the simulated resolver may have waited too long for its own name servers, and says so. */
async function patiently<T>(look: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await look();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESERVFAIL' || attempt === LOOKS) throw error;
    }
  }
}
