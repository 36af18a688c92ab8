import { createVerifier, type Verifier, type VerifierOptions } from '../../src/index.js';
import { Internet, randomFrom } from './internet.js';
import { NameServer } from './name-server.js';
import { Recursive } from './recursive.js';
import { VirtualClock } from './virtual-clock.js';
import { isWithin, parentOf, ZoneData, type ZoneOptions } from './zone-data.js';

export const RESOLVER = '203.0.113.53';

/**
 * A small internet on a virtual clock: a root, top-level domains, name servers, and a caching resolver at `RESOLVER`.
 * Names in it have no final dot.
 */
export class World {
  readonly clock = new VirtualClock();
  readonly internet = new Internet(this.clock);
  readonly servers = new Map<string, NameServer>();
  readonly resolver: Recursive;

  constructor() {
    const root = this.server('a.root.test', ['198.51.100.1']);
    root.hold(new ZoneData('')).add('', 'NS', 'a.root.test').add('a.root.test', 'A', '198.51.100.1');
    this.resolver = this.addResolver(RESOLVER);
    for (const [index, name] of ['com', 'net', 'org', 'test'].entries()) {
      const host = `a.nic.${name}`;
      this.server(host, [`198.51.100.${10 + index}`]);
      this.zone(name, [host]);
    }
    this.servers.get('a.nic.test')!.zone('test').add('a.root.test', 'A', '198.51.100.1');
  }

  /** Adds a name server. Its addresses stand in the zone of its name once that zone is there, see `zone`. */
  server(host: string, addresses: readonly string[]): NameServer {
    const server = new NameServer(host, addresses);
    this.servers.set(host, server);
    for (const address of addresses)
      this.internet.connect(address, { answer: (asked) => server.answer(asked) });
    return server;
  }

  /** Another resolver; `at` is an address or the URL of a service over HTTPS. */
  addResolver(at: string): Recursive {
    const root = [this.servers.get('a.root.test')!];
    const resolver = new Recursive(root, this.servers, () => this.clock.now());
    this.internet.connect(at, { answer: (asked) => resolver.answer(asked) });
    return resolver;
  }

  /**
   * A zone, each server with its own copy, delegated from the zone above. Addresses of hosts within the zone stand in it, and as glue above.
   *
   * @param hosts servers that exist; the first one's copy is returned.
   */
  zone(name: string, hosts: readonly string[], options: ZoneOptions = {}): ZoneData {
    const original = new ZoneData(name, options);
    for (const host of hosts) original.add(name, 'NS', host);
    for (const host of hosts) if (isWithin(host, name)) this.#addAddresses(original, host);
    this.delegate(name, hosts);
    return hosts.map((host, index) =>
      this.servers.get(host)!.hold(index === 0 ? original : original.copy()),
    )[0]!;
  }

  /** Points a name to servers in every copy of the zone above, in place of what is there. */
  delegate(name: string, hosts: readonly string[]): void {
    for (const above of this.#holdersAbove(name)) {
      above.remove(name, 'NS');
      for (const host of hosts) {
        above.add(name, 'NS', host);
        if (isWithin(host, name) && above.at(host, 'A').length + above.at(host, 'AAAA').length === 0)
          this.#addAddresses(above, host);
      }
    }
  }

  /** Changes every server's copy of a zone. */
  change(zone: string, change: (data: ZoneData, server: NameServer) => void): void {
    for (const server of this.servers.values()) {
      const data = this.#held(server, zone);
      if (data) change(data, server);
    }
  }

  /** Port 53 of every name server is closed to us; resolvers answer. */
  closePort53(): void {
    for (const { addresses } of this.servers.values())
      for (const address of addresses)
        this.internet.connect(address, { ...this.internet.host(address), udp: 'silent', tcp: 'silent' });
  }

  /** Lets an amount of virtual time pass. */
  pass(ms: number): Promise<void> {
    return this.run(this.clock.sleep(ms, new AbortController().signal));
  }

  verifier(options: VerifierOptions = {}): Verifier {
    const { clock, internet } = this;
    return createVerifier({
      resolvers: [RESOLVER],
      clock,
      transport: internet,
      random: randomFrom(7),
      ...options,
    });
  }

  /** Lets virtual time pass until the work is done. */
  run<T>(work: Promise<T>): Promise<T> {
    return this.clock.run(work);
  }

  #holdersAbove(name: string): ZoneData[] {
    for (let above = parentOf(name); above !== undefined; above = parentOf(above)) {
      const zone = above;
      const holders = [...this.servers.values()].flatMap((server) => this.#held(server, zone) ?? []);
      if (holders.length > 0) return holders;
    }
    return [];
  }

  #held(server: NameServer, zone: string): ZoneData | undefined {
    try {
      return server.zone(zone);
    } catch {
      return undefined;
    }
  }

  #addAddresses(zone: ZoneData, host: string): void {
    for (const address of this.servers.get(host)!.addresses)
      zone.add(host, address.includes(':') ? 'AAAA' : 'A', address);
  }
}

/** `example.com` on four servers, two inside the zone and two at another operator, one of them with IPv6 too. Nothing is wrong here. */
export function healthyWorld(): World {
  const world = new World();
  world.server('ns1.example.com', ['192.0.2.1', '2001:db8::1']);
  world.server('ns2.example.com', ['192.0.2.2']);
  world.server('ns1.operator.net', ['192.0.2.3']);
  world.server('ns2.operator.net', ['192.0.2.4']);
  world.zone('operator.net', ['ns1.operator.net', 'ns2.operator.net']);
  world.zone('example.com', ['ns1.example.com', 'ns2.example.com', 'ns1.operator.net', 'ns2.operator.net']);
  world.change('example.com', (zone) =>
    zone.add('example.com', 'A', '192.0.2.80').add('www.example.com', 'A', '192.0.2.80'),
  );
  return world;
}
