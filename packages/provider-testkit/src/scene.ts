import assert from 'node:assert/strict';
import {
  type ApiCallEvent,
  type Call,
  type CallOptions,
  type ClientOptions,
  createClient,
  type DnsClient,
  type DnsProvider,
  type Fqdn,
  type Journal,
  memoryJournal,
  type RecordKey,
  toFqdn,
  type Zone,
} from '@domainproof/core';
import type { BackendFacts } from './facts.js';
import type { ProviderOptions, World } from './world.js';

/** A process that uses the framework: a client of its own, and what it reported. */
export interface Process {
  dns: DnsClient;
  journal: Journal;
  events: ApiCallEvent[];
}

/** A world, and the words in which tests speak of it. */
export class Scene {
  readonly world: World;
  readonly facts: BackendFacts;

  constructor(world: World, facts: BackendFacts) {
    this.world = world;
    this.facts = facts;
  }

  /** The absolute name of a host record in the world's zone; `@` for the zone's own name. */
  name(host: string): Fqdn {
    return toFqdn(host === '@' ? this.world.zone : `${host}.${this.world.zone}`);
  }

  key(host: string, type = 'TXT', line = 'default'): RecordKey {
    return { name: this.name(host), type, line };
  }

  record(value: string, host = '_dnsauth', type = 'TXT') {
    return { name: this.name(host), type, value };
  }

  /** Somebody else's record set in the world's zone. */
  put(
    host: string,
    values: readonly (string | readonly string[])[],
    { type = 'TXT', ...rest }: { type?: string; ttl?: number; line?: string } = {},
  ): Promise<void> {
    return this.world.put(this.world.zone, { name: this.name(host), type, values, ...rest });
  }

  /** Values that the account holds, whatever an adapter says. */
  async held(host: string, type = 'TXT', line = 'default'): Promise<string[]> {
    return (await this.set(host, type, line))?.values.slice() ?? [];
  }

  async set(host: string, type = 'TXT', line = 'default') {
    const sets = await this.world.records(this.world.zone);
    const found = sets.filter(
      (set) =>
        set.name === this.name(host) && set.type === type && set.line === line && set.values.length > 0,
    );
    assert.ok(found.length < 2, `the account holds ${found.length} sets at ${this.name(host)} ${type}`);
    return found[0];
  }

  /** Everything that a zone holds, in a form that can be compared. */
  async contents(zone = this.world.zone): Promise<string[]> {
    const sets = await this.world.records(zone);
    return sets
      .filter(({ values }) => values.length > 0)
      .map(({ name, type, line, ttl, values, stored }) =>
        JSON.stringify([name, type, line, ttl, [...values].sort(), [...(stored ?? [])].sort()]),
      )
      .sort();
  }

  /** A call of a provider's method, with what it reports. */
  call(
    signal: AbortSignal = new AbortController().signal,
  ): Call & { events: ApiCallEvent[]; logged: unknown[] } {
    const events: ApiCallEvent[] = [];
    const logged: unknown[] = [];
    const note = (...line: unknown[]) => void logged.push(line);
    return {
      signal,
      events,
      logged,
      log: { debug: note, info: note, warn: note },
      onApiCall: (event) => void events.push(event),
    };
  }

  /** The world's zone as an adapter gives it. */
  async zone(provider: DnsProvider, name = this.world.zone): Promise<Zone> {
    const found = await provider.findZones(toFqdn(`_dnsauth.${name}`), this.call());
    const zone = found.find((candidate) => candidate.name === toFqdn(name));
    assert.ok(
      zone,
      `findZones did not give ${name}, but ${found.map((other) => other.name).join(', ') || 'nothing'}`,
    );
    return zone;
  }

  /** A new process: a new adapter and client, and a journal of its own unless one is given. */
  process(
    options: Partial<ClientOptions> & { provider?: DnsProvider; adapter?: ProviderOptions } = {},
  ): Process {
    const {
      provider = this.world.provider(options.adapter),
      adapter: _,
      journal = memoryJournal(),
      ...rest
    } = options;
    const events: ApiCallEvent[] = [];
    const dns = createClient({
      providers: [provider],
      journal,
      ...rest,
      onApiCall: (event) => {
        events.push(event);
        rest.onApiCall?.(event);
      },
    });
    return { dns, journal, events };
  }

  /** Takes away whatever a journal still lists, as a later process would. */
  async cleanUp(journal: Journal, options?: CallOptions): Promise<void> {
    const { dns } = this.process({ journal });
    await dns.releaseAll(await journal.all(), options);
    assert.deepEqual(await journal.all(), [], 'leases are left in the journal');
  }
}
