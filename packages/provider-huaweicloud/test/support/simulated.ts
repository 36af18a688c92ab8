import type { DnsProvider, Zone } from '@domainproof/core';
import { toFqdn } from '@domainproof/core';
import { type Simulator, type SimulatorOptions, startSimulator } from '@domainproof/simulator';
import { huaweicloud } from '../../src/index.js';
import { vendorClient } from './vendor-client.js';
import { newCall, type Via } from './vendor-server.js';

export interface Simulated {
  simulator: Simulator;
  provider: DnsProvider;
  zone: Zone;
  /** What the account holds in `example.com`, as the cloud itself would tell. */
  held(): string[];
  /** The operations that were asked of the cloud since the last call of this. */
  asked(): string[];
}

/** A simulated account with the zone `example.com`, and a provider on it. */
export async function simulated(
  via: Via,
  { records, ...switches }: SimulatorOptions['huaweicloud'] & { records?: Records } = {},
): Promise<Simulated> {
  const simulator = await startSimulator({
    zones: [{ name: 'example.com', cloud: 'huaweicloud', records }],
    huaweicloud: switches,
  });
  const { endpoint, ...keys } = simulator.huaweicloud;
  const provider =
    via === 'its own requests'
      ? huaweicloud({ endpoint, ...keys, environment: {} })
      : huaweicloud({ client: vendorClient(endpoint, keys, via === 'the client with codes') });
  const [zone] = await provider.findZones(toFqdn('example.com'), newCall());
  let seen = simulator.calls.length;
  return {
    simulator,
    provider,
    zone: zone as Zone,
    held: () =>
      simulator
        .records('huaweicloud', 'example.com')
        .flatMap(({ name, type, values }) => values.map((value) => `${name} ${type} ${value}`))
        .sort(),
    asked() {
      const operations = simulator.calls.slice(seen).map(({ operation }) => operation);
      seen = simulator.calls.length;
      return operations;
    },
  };
}

export type Records = NonNullable<NonNullable<SimulatorOptions['zones']>[number]['records']>;
