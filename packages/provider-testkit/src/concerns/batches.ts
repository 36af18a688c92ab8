import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type DnsError,
  type DnsProvider,
  isDnsError,
  type PreparedChange,
  type Receipt,
  type RecordSet,
  type Zone,
} from '@domainproof/core';
import { failureOf, sameValues } from '../assertions.js';
import type { Scene } from '../scene.js';
import type { Suite } from '../suite.js';

const HOSTS = Array.from({ length: 6 }, (_, index) => `_dnsauth.h${index}`);

/**
 * `readRecordSets` and `applyChanges`: the same as one by one, and word for each. An adapter without them is held to the same
 * results through the engine.
 */
export function batches({ it, facts }: Suite): void {
  it('reads many sets as it reads each of them', async (scene) => {
    await scene.put('_dnsauth.h0', ['theirs', 'more of theirs']);
    await scene.put('_dnsauth.h1', ['target.example.org.'], { type: 'CNAME' });
    await scene.put('x_dnsauth.h2', ['decoy']);
    await scene.put('_dnsauth.h3.below', ['decoy']);
    await scene.put('@', ['v=spf1 -all']);
    const { provider, zone, readMany } = await start(scene);
    const hosts = [...HOSTS, '@'];
    const many = await readMany(hosts);
    for (const [index, host] of hosts.entries()) {
      const one = await provider.readRecordSet(zone, scene.key(host), scene.call());
      assert.deepEqual(comparable(many[index]), comparable(one), host);
    }
    sameValues(many[0]?.values, ['theirs', 'more of theirs']);
    assert.equal(many[1]?.conflicts[0]?.type, 'CNAME');
    assert.equal(many[2], undefined);
  });

  it('adds to many sets and takes from them, and leaves what others have there', async (scene) => {
    await scene.put('_dnsauth.h0', ['theirs', ['part one', 'part two']]);
    await scene.put('_dnsauth.h1', ['192.0.2.1'], { type: 'A' });
    await scene.put('x_dnsauth.h2', ['ours']);
    const before = await scene.contents();
    const { readMany, applyMany } = await start(scene);
    const added = receipts(
      await applyMany(changes(scene, await readMany(HOSTS), { add: ['ours', 'ours too'] })),
    );
    for (const receipt of added) sameValues(receipt.present ?? [], []);
    sameValues(await scene.held('_dnsauth.h0'), ['theirs', 'part onepart two', 'ours', 'ours too']);
    for (const host of HOSTS.slice(1)) sameValues(await scene.held(host), ['ours', 'ours too']);
    const later = await start(scene);
    const removal = changes(scene, await later.readMany(HOSTS), {
      remove: ['ours', 'ours too', 'never there'],
    });
    for (const receipt of receipts(await later.applyMany(removal)))
      sameValues(receipt.absent, ['never there'], '`absent` of the receipt');
    assert.deepEqual(await scene.contents(), before);
  });

  it('tells of each change of a batch what was there already', async (scene) => {
    await scene.put('_dnsauth.h3', ['ours']);
    const { readMany, applyMany } = await start(scene);
    const told = receipts(await applyMany(changes(scene, await readMany(HOSTS), { add: ['ours'] })));
    assert.deepEqual(
      told.map(({ present = [] }) => present.length),
      HOSTS.map((host) => (host === '_dnsauth.h3' ? 1 : 0)),
    );
    for (const host of HOSTS) sameValues(await scene.held(host), ['ours']);
  });

  it('tells of each change of a batch by itself that it failed', async (scene) => {
    const { readMany, applyMany } = await start(scene);
    const read = await readMany(HOSTS);
    // Someone else takes the first and a middle name between the look and the write.
    const taken = ['_dnsauth.h0', '_dnsauth.h3'];
    for (const host of taken) await scene.put(host, ['target.example.org.'], { type: 'CNAME' });
    const before = await scene.contents();
    const outcomes = await applyMany(changes(scene, read, { add: ['ours'] })).catch(
      (error: unknown) => error,
    );
    if (isDnsError(outcomes)) {
      // All or nothing is allowed, as long as nothing was it.
      assert.equal(outcomes.outcomeUnknown, false);
      assert.deepEqual(await scene.contents(), before);
      return;
    }
    assert.ok(Array.isArray(outcomes), String(outcomes));
    for (const [index, host] of HOSTS.entries()) {
      const outcome = outcomes[index] as Receipt | DnsError;
      const held = await scene.held(host);
      if (taken.includes(host)) assert.ok(isDnsError(outcome), `success was told of ${host}`);
      if (!isDnsError(outcome)) sameValues(held, ['ours'], host);
      else if (!outcome.outcomeUnknown) sameValues(held, [], host);
    }
  });

  it(
    'tells of each change of a batch by itself whether it is served',
    async (scene) => {
      await scene.put('_dnsauth.h0', ['ours']);
      const { provider, zone, readMany, applyMany } = await start(scene);
      const told = receipts(await applyMany(changes(scene, await readMany(HOSTS), { add: ['ours'] })));
      for (const [index, host] of HOSTS.entries()) {
        let served = told[index]?.settled;
        while (!served) {
          await delay(20);
          served = provider.isSettled
            ? await provider.isSettled(zone, told[index] as Receipt, scene.call())
            : (await provider.readRecordSet(zone, scene.key(host), scene.call()))?.settled !== false;
        }
        sameValues(await scene.world.ask(scene.name(host), 'TXT'), ['ours'], host);
      }
    },
    { settleMs: facts.settlesLater ? 300 : 0 },
  );

  it('stops a batch when the signal has fired', async (scene) => {
    const { readMany, applyMany } = await start(scene);
    const read = await readMany(HOSTS);
    const before = scene.world.calls.length;
    const aborted = AbortSignal.abort();
    await failureOf(readMany(HOSTS, aborted), 'ABORTED');
    await failureOf(applyMany(changes(scene, read, { add: ['ours'] }), aborted), 'ABORTED');
    assert.equal(scene.world.calls.length, before);
  });
}

interface Batcher {
  provider: DnsProvider;
  zone: Zone;
  readMany(hosts: readonly string[], signal?: AbortSignal): Promise<readonly (RecordSet | undefined)[]>;
  applyMany(
    changes: readonly PreparedChange[],
    signal?: AbortSignal,
  ): Promise<readonly (Receipt | DnsError)[]>;
}

/** The adapter's own batch, or the same work one by one. */
async function start(scene: Scene): Promise<Batcher> {
  const provider = scene.world.provider();
  const zone = await scene.zone(provider);
  return {
    provider,
    zone,
    async readMany(hosts, signal) {
      const keys = hosts.map((host) => scene.key(host));
      if (provider.readRecordSets) return provider.readRecordSets(zone, keys, scene.call(signal));
      const sets: (RecordSet | undefined)[] = [];
      for (const key of keys) sets.push(await provider.readRecordSet(zone, key, scene.call(signal)));
      return sets;
    },
    async applyMany(changes, signal) {
      if (provider.applyChanges) return provider.applyChanges(zone, changes, scene.call(signal));
      const outcomes: (Receipt | DnsError)[] = [];
      for (const { current, change } of changes) {
        const outcome = provider.applyChange(zone, current, change, scene.call(signal));
        outcomes.push(
          await outcome.catch((error: unknown) => {
            if (isDnsError(error, 'RECORD_CONFLICT')) return error;
            throw error;
          }),
        );
      }
      return outcomes;
    },
  };
}

function changes(
  scene: Scene,
  read: readonly (RecordSet | undefined)[],
  { add = [], remove = [] }: { add?: string[]; remove?: string[] },
): PreparedChange[] {
  return HOSTS.map((host, index) => ({
    current: read[index],
    change: { key: scene.key(host), add, remove, ttl: scene.facts.ttl.default },
  }));
}

function receipts(outcomes: readonly (Receipt | DnsError)[]): Receipt[] {
  return outcomes.map((outcome) => {
    if (isDnsError(outcome)) throw outcome;
    return outcome;
  });
}

/** What two ways of reading one set have to agree on. */
function comparable(set: RecordSet | undefined) {
  if (!set) return undefined;
  const conflicts = set.conflicts.map(({ name, type, line }) => `${name} ${type} ${line}`).sort();
  return { key: set.key, values: [...set.values].sort(), conflicts, settled: set.settled !== false };
}
