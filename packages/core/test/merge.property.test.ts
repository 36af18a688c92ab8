import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createClient, type DnsClient, DnsError, type Journal, memoryJournal } from '../src/index.js';
import { FakeProvider } from './fake-provider.js';

const NAME = '_acme-challenge.example.com';
const FOREIGN = 'foreign';
const CLIENTS = 3;

/** What one client does: values to have from now on, or to give up. */
interface Turn {
  client: number;
  verb: 'ensure' | 'release';
  values: readonly string[];
}

/** Turns that run at the same time, in any interleaving; then someone else adds or takes away values of his own. */
interface Round {
  turns: readonly Turn[];
  foreign: readonly string[];
  /** Which of the writes lose their answer after they were carried out. */
  lost: readonly number[];
}

const foreignValues = fc.subarray(['foreign 1', 'foreign 2', 'foreign 3']);
const lost = fc.uniqueArray(fc.nat(5), { maxLength: 3 });

function rounds(valuesOf: (client: number) => readonly string[]): fc.Arbitrary<Round[]> {
  const turn = fc.nat(CLIENTS - 1).chain((client) =>
    fc.record({
      client: fc.constant(client),
      verb: fc.constantFrom('ensure' as const, 'ensure' as const, 'release' as const),
      values: fc.subarray([...valuesOf(client)], { minLength: 1 }),
    }),
  );
  const turns = fc.array(turn, { minLength: 1, maxLength: 4 });
  return fc.array(fc.record({ turns, foreign: foreignValues, lost }), { minLength: 1, maxLength: 3 });
}

/** A world in which every call to the provider waits until the scheduler lets it begin, and then until it lets it end. */
function openWorld(scheduler: fc.Scheduler, writes: 'replace' | 'value', journals: readonly Journal[]) {
  const provider = new FakeProvider({ writes });
  provider.put(NAME, 'TXT', [FOREIGN]);
  let round: Round = { turns: [], foreign: [], lost: [] };
  let written = 0;
  provider.before = async (method) => {
    await scheduler.schedule(Promise.resolve(), `${method} begins`);
  };
  provider.after = async (method) => {
    const nth = method === 'applyChange' ? written++ : undefined;
    await scheduler.schedule(Promise.resolve(), `${method} ends`);
    if (nth !== undefined && round.lost.includes(nth))
      throw new DnsError('TIMEOUT', 'no answer', { outcomeUnknown: true });
  };
  const clients = journals.map((journal) => createClient({ providers: [provider], journal }));
  return {
    provider,
    clients,
    async play(next: Round): Promise<void> {
      round = next;
      written = 0;
      const turns = next.turns.map((turn) => take(clients[turn.client] as DnsClient, turn));
      await scheduler.waitFor(Promise.all(turns));
      const ours = provider.values(NAME).filter((value) => !value.startsWith(FOREIGN));
      provider.put(NAME, 'TXT', [FOREIGN, ...next.foreign, ...ours]);
    },
  };
}

async function take(client: DnsClient, { verb, values }: Turn): Promise<void> {
  if (verb === 'ensure') {
    await client.ensureAll(values.map((value) => ({ name: NAME, type: 'TXT', value })));
    return;
  }
  const held = [];
  for await (const lease of client.leases()) if (values.includes(lease.value)) held.push(lease);
  await client.releaseAll(held);
}

const models = [
  ['replace', 'one journal', () => Array(CLIENTS).fill(memoryJournal())],
  ['value', 'one journal', () => Array(CLIENTS).fill(memoryJournal())],
  ['value', 'a journal each', () => Array.from({ length: CLIENTS }, memoryJournal)],
] as const;

test.each(models)(
  'with %s writes and %s, clients with values of their own end with what each asked for last',
  {
    timeout: 120_000,
  },
  async (writes, _, journals) => {
    const own = (client: number) => ['a', 'b', 'c'].map((value) => `${value} of ${client}`);
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), rounds(own), async (scheduler, all) => {
        const world = openWorld(scheduler, writes, journals());
        const wanted = new Set<string>();
        let foreign: readonly string[] = [];
        for (const round of all) {
          const turns = firstOfEach(round.turns);
          await world.play({ ...round, turns });
          for (const { verb, values } of turns)
            for (const value of values) verb === 'ensure' ? wanted.add(value) : wanted.delete(value);
          foreign = round.foreign;
          expect(world.provider.values(NAME)).toEqual([...wanted, FOREIGN, ...foreign].sort());
        }
        expect(await leased(world.clients)).toEqual([...wanted].sort());
        await releaseEverything(scheduler, world.clients);
        expect(world.provider.values(NAME)).toEqual([FOREIGN, ...foreign].sort());
        expect(await leased(world.clients)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  },
);

test.each(models.slice(0, 2))(
  'with %s writes and %s, clients that want and give up the same values leave none without a lease',
  {
    timeout: 120_000,
  },
  async (writes, _, journals) => {
    const same = () => ['a', 'b', 'c'];
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), rounds(same), async (scheduler, all) => {
        const world = openWorld(scheduler, writes, journals());
        let foreign: readonly string[] = [];
        for (const round of all) {
          await world.play(round);
          foreign = round.foreign;
          const there = world.provider.values(NAME);
          expect(there).toEqual(expect.arrayContaining([FOREIGN, ...foreign]));
          const ours = there.filter((value) => !value.startsWith(FOREIGN));
          expect(await leased(world.clients)).toEqual(expect.arrayContaining(ours));
        }
        await releaseEverything(scheduler, world.clients);
        expect(world.provider.values(NAME)).toEqual([FOREIGN, ...foreign].sort());
      }),
      { numRuns: 150 },
    );
  },
);

/** One turn of each client, so that it is plain what it asked for last. */
function firstOfEach(turns: readonly Turn[]): Turn[] {
  return [...new Map([...turns].reverse().map((turn) => [turn.client, turn])).values()];
}

async function leased(clients: readonly DnsClient[]): Promise<string[]> {
  const values = new Set<string>();
  for (const client of clients)
    for await (const { created, value } of client.leases()) if (created) values.add(value);
  return [...values].sort();
}

async function releaseEverything(scheduler: fc.Scheduler, clients: readonly DnsClient[]): Promise<void> {
  for (const client of clients) {
    const held = [];
    for await (const lease of client.leases()) held.push(lease);
    await scheduler.waitFor(client.releaseAll(held));
  }
}
