import type { BackendFacts, ForeignSet, World } from '@domainproof/provider-testkit';
import { rfc2136 } from '../../src/index.js';
import { answered, heldIn, put } from './foreign.js';
import { OURS, WRONG_SECRET } from './keys.js';
import { ADDRESS } from './loopback.js';
import { type NameServer, type ServerProgram, startNameServer } from './name-server.js';
import { FAULTS, startProxy } from './proxy.js';

/** What is true of the three servers alike. */
export const facts: BackendFacts = {
  writes: 'atomic',
  ttl: { min: 1, max: 2_147_483_647, default: 120 },
  valuesPerSet: 100, // BIND's own limit, where nobody has set another; the others have none.
  txt: { bytes: 32_000, forbidden: '', empty: true },
  lines: [],
  settlesLater: false,
  faults: FAULTS,
  calls: { addAndRemove: 5, apexAndWildcard: 5 },
};

/** Zones that are made at a time: it takes a server not much longer than one. */
const STOCK = 100;

/** Worlds on one server: each has a zone of its own, and a proxy that only its adapters go through. */
export class Worlds {
  readonly #program: ServerProgram;
  #server: Promise<NameServer> | undefined;
  #stock: Promise<string[]> = Promise.resolve([]);
  #made = 0;

  constructor(program: ServerProgram) {
    this.#program = program;
  }

  async open(): Promise<World> {
    this.#server ??= startNameServer(this.#program);
    const server = await this.#server;
    const zone = await this.#newZone(server);
    const zones = [zone];
    const proxy = await startProxy(server);
    return {
      zone,
      provider: ({ timeoutMs, credentials } = {}) => {
        const { name, secret, algorithm } = credentials === 'wrong' ? WRONG_SECRET : OURS;
        return rfc2136({
          server: `${ADDRESS}:${proxy.port}`,
          keyName: name,
          keySecret: secret,
          keyAlgorithm: algorithm,
          zones,
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
          environment: {},
        });
      },
      records: (name) => heldIn(server, name),
      ask: (name, type) => answered(server, name, type),
      put: (name: string, set: ForeignSet) => put(server, name, set),
      async addZones(names) {
        await server.addZones(names);
        zones.push(...names);
      },
      fail: (fault) => proxy.fail(fault),
      calls: proxy.calls,
      secrets: [OURS.secret, WRONG_SECRET.secret],
      close: () => proxy.close(),
    };
  }

  async close(): Promise<void> {
    await (await this.#server)?.close();
  }

  #newZone(server: NameServer): Promise<string> {
    const taken = this.#stock.then(async (stock) => {
      if (stock.length === 0) {
        const names = Array.from({ length: STOCK }, () => `zone${this.#made++}.example`);
        await server.addZones(names);
        stock.push(...names);
      }
      return stock;
    });
    this.#stock = taken;
    return taken.then((stock) => stock.pop() as string);
  }
}
