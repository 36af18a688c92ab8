import { getServers, promises, setServers } from 'node:dns';
import type { DnsProvider } from '@domainproof/core';
import type {
  Fault,
  ForeignSet,
  HeldSet,
  ProviderOptions,
  World,
  WorldSetup,
} from '@domainproof/provider-testkit';
import {
  type Fault as SimulatedFault,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '@domainproof/simulator';

/** What the worlds of the two clouds do not have in common. */
export interface CloudSide {
  cloud: SimulatedFault['cloud'];
  switches(setup: WorldSetup): Omit<SimulatorOptions, 'zones'>;
  provider(simulator: Simulator, options: ProviderOptions): DnsProvider;
  isWrite(operation: string): boolean;
  /** Somebody else's write, through the cloud's API and not through the adapter. */
  put(simulator: Simulator, zone: string, set: ForeignSet): Promise<void>;
  secrets(simulator: Simulator): readonly string[];
}

const ZONE = 'example.com';
const FAULTS: Readonly<Record<Fault['kind'], SimulatedFault['kind']>> = {
  hang: 'hang',
  reset: 'reset',
  truncated: 'truncated-body',
  empty: 'empty-body',
  'internal-error': 'internal-error',
  html: 'unavailable-html',
  throttle: 'throttle',
  busy: 'busy',
};
const systemServers = getServers();
const open = new Set<Simulator>();

/** A world for `@domainproof/provider-testkit` on the simulator: its state and its name servers are the oracle. */
export async function simulatedWorld(side: CloudSide, setup: WorldSetup): Promise<World> {
  const { cloud } = side;
  const simulator = await startSimulator({ zones: [{ name: ZONE, cloud }], ...side.switches(setup) });
  // An adapter that asks the system's resolver for anything asks this one, which keeps a log. Worlds that are open at the
  // same time share what the system has one of, so each of them shows what all of them were asked.
  setServers([simulator.resolver]);
  open.add(simulator);
  const ownCalls = new Set<unknown>();

  /** Requests of `work` are not the adapter's: no adapter is at work meanwhile, or it waits for this one. */
  async function unseen<T>(work: () => Promise<T>): Promise<T> {
    const before = simulator.calls.length;
    try {
      return await work();
    } finally {
      for (const call of simulator.calls.slice(before)) ownCalls.add(call);
    }
  }

  return {
    zone: ZONE,
    provider: (options = {}) => side.provider(simulator, options),
    records: async (zone) => held(simulator, cloud, zone),
    ask: (name, type) => askAll(simulator, name, type),
    put: (zone, set) => unseen(() => side.put(simulator, zone, set)),
    async addZones(names) {
      for (const name of names) simulator.addZone({ name, cloud });
    },
    fail: ({ kind, skip, afterCommit }) =>
      simulator.faults.add({ cloud, kind: FAULTS[kind], skip, afterCommit }),
    get calls() {
      return simulator.calls
        .filter((call) => !ownCalls.has(call))
        .map(({ operation }) => ({ operation, write: side.isWrite(operation) }));
    },
    get resolverQuestions() {
      const questions = [...open].flatMap((other) => other.questions);
      return questions.filter(({ server }) => server === 'resolver').map(({ name }) => name);
    },
    secrets: side.secrets(simulator),
    close: () => {
      open.delete(simulator);
      if (open.size === 0) setServers(systemServers);
      return simulator.close();
    },
  };
}

/** The account as the simulator tells it. A set that is being deleted is not held any more. */
function held(simulator: Simulator, cloud: CloudSide['cloud'], zone: string): HeldSet[] {
  return simulator
    .records(cloud, zone)
    .filter(({ status }) => status !== 'PENDING_DELETE')
    .map(({ name, type, line, ttl, values, records }) => ({
      name,
      type,
      line: line === 'default_view' ? 'default' : line,
      ttl,
      values,
      ...(records ? { stored: records } : {}),
    }));
}

/** What every address of every name server of the zone answers. */
async function askAll(simulator: Simulator, name: string, type: string): Promise<string[]> {
  const resolver = resolverAt(simulator.resolver);
  const hosts = await resolver.resolveNs(ZONE);
  const addresses = (await Promise.all(hosts.map((host) => addressesOf(resolver, host)))).flat();
  const answers = await Promise.all(
    addresses.map((address) => answerOf(resolverAt(`${address}:${simulator.authoritativePort}`), name, type)),
  );
  const [first = []] = answers;
  return first.filter((value) => answers.every((answer) => answer.includes(value)));
}

async function addressesOf(resolver: promises.Resolver, host: string): Promise<string[]> {
  const v4 = await resolver.resolve4(host).catch(() => []);
  const v6 = await resolver.resolve6(host).catch(() => []);
  return [...v4, ...v6.map((address) => `[${address}]`)];
}

async function answerOf(server: promises.Resolver, name: string, type: string): Promise<string[]> {
  try {
    if (type === 'TXT') return (await server.resolveTxt(name)).map(textOf);
    return (await server.resolveCname(name)).map((host) => `${host.replace(/\.$/, '').toLowerCase()}.`);
  } catch (error) {
    if (['ENODATA', 'ENOTFOUND'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/** Node gives every byte of a character string as one character. */
function textOf(strings: readonly string[]): string {
  return Buffer.from(strings.join(''), 'latin1').toString('utf8');
}

function resolverAt(server: string): promises.Resolver {
  const resolver = new promises.Resolver();
  resolver.setServers([server]);
  return resolver;
}
