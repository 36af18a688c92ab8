import type { BackendFacts, World } from '@domainproof/provider-testkit';
import { exampleCloud } from '../src/index.js';
import { Backend, PAGE_SIZE, TTL, TXT_BYTES, VALUES_PER_SET } from './backend.js';
import { BackendServer, TOKENS } from './server.js';

const ZONE = 'example.com';

/** What is true of the service, whatever the adapter says. VENDOR: from its documentation, and from trying. */
export const facts: BackendFacts = {
  writes: 'value',
  ttl: TTL,
  valuesPerSet: VALUES_PER_SET,
  txt: { bytes: TXT_BYTES, forbidden: '', empty: true },
  lines: [],
  pageSize: { zones: PAGE_SIZE, records: PAGE_SIZE },
  settlesLater: false,
  faults: ['hang', 'reset', 'truncated', 'empty', 'internal-error', 'html', 'throttle', 'busy'],
  // Find the zone, add, remove.
  calls: { addAndRemove: 3, apexAndWildcard: 5 },
};

/** A service that one test has for itself. */
export async function makeWorld(): Promise<World> {
  const backend = new Backend();
  backend.addZone(ZONE);
  const server = await BackendServer.start(backend);
  return {
    zone: ZONE,
    provider: ({ timeoutMs, credentials = 'right' } = {}) =>
      exampleCloud({
        token: TOKENS[credentials],
        endpoint: server.endpoint,
        environment: {},
        ...(timeoutMs !== undefined && { timeoutMs }),
      }),
    records: async (zone) => backend.held(zone),
    ask: async (name, type) => {
      const sets = backend.zones.flatMap((zone) => backend.held(zone.name));
      return sets.find((set) => set.name === name && set.type === type)?.values ?? [];
    },
    put: async (zone, set) => backend.put(zone, set),
    addZones: async (names) => {
      for (const name of names) backend.addZone(name);
    },
    fail: (fault) => server.fail(fault),
    calls: server.calls,
    secrets: Object.values(TOKENS),
    close: () => server.close(),
  };
}
