import assert from 'node:assert/strict';
import { sameValues } from '../assertions.js';
import type { Suite } from '../suite.js';

/** Long enough that an adapter which does not wait is seen not to. */
const SETTLE_MS = 600;

/** From the backend's "accepted" to the moment that it serves what was written. */
export function settling({ it, facts }: Suite): void {
  if (!facts.settlesLater) {
    it('serves a write when the call has ended', async (scene) => {
      const provider = scene.world.provider();
      const zone = await scene.zone(provider);
      const change = { key: scene.key('_dnsauth'), add: ['token'], remove: [], ttl: facts.ttl.default };
      const receipt = await provider.applyChange(zone, undefined, change, scene.call());
      assert.equal(receipt.settled, true);
      sameValues(await scene.world.ask(scene.name('_dnsauth'), 'TXT'), ['token']);
    });
    return;
  }
  const slowly = { settleMs: SETTLE_MS };

  it(
    'does not call a write settled before it is served',
    async (scene) => {
      const provider = scene.world.provider();
      const zone = await scene.zone(provider);
      const key = scene.key('_dnsauth');
      const change = { key, add: ['token'], remove: [], ttl: facts.ttl.default };
      const receipt = await provider.applyChange(zone, undefined, change, scene.call());
      assert.equal(receipt.settled, false);
      const set = await provider.readRecordSet(zone, key, scene.call());
      sameValues(set?.values, ['token'], 'a set on its way is there');
      if (set?.settled !== false) sameValues(await scene.world.ask(scene.name('_dnsauth'), 'TXT'), ['token']);
    },
    slowly,
  );

  it(
    'ensures a value by waiting until it is served',
    async (scene) => {
      const { dns } = scene.process();
      await dns.ensure(scene.record('one'));
      sameValues(await scene.world.ask(scene.name('_dnsauth'), 'TXT'), ['one']);
      await dns.ensure(scene.record('two'));
      sameValues(await scene.world.ask(scene.name('_dnsauth'), 'TXT'), ['one', 'two']);
    },
    slowly,
  );

  it(
    'adds to a set, and takes from it, while it is on its way',
    async (scene) => {
      await scene.put('_dnsauth', ['theirs']);
      const before = await scene.contents();
      const provider = scene.world.provider();
      const zone = await scene.zone(provider);
      const key = scene.key('_dnsauth');
      const current = await provider.readRecordSet(zone, key, scene.call());
      // A write that nobody waits for, as that of a process that was killed.
      const change = { key, add: ['one'], remove: [], ttl: facts.ttl.default };
      await provider.applyChange(zone, current, change, scene.call());
      const lease = await scene.process().dns.ensure(scene.record('two'));
      sameValues(await scene.world.ask(scene.name('_dnsauth'), 'TXT'), ['theirs', 'one', 'two']);
      const pending = await provider.readRecordSet(zone, key, scene.call());
      await provider.applyChange(zone, pending, { ...change, add: [], remove: ['one'] }, scene.call());
      await scene.process().dns.release(lease);
      assert.deepEqual(await scene.contents(), before);
    },
    slowly,
  );

  it(
    'finds the value of a set that is still on its way',
    async (scene) => {
      const provider = scene.world.provider();
      const zone = await scene.zone(provider);
      const change = { key: scene.key('_dnsauth'), add: ['theirs'], remove: [], ttl: facts.ttl.default };
      await provider.applyChange(zone, undefined, change, scene.call());
      const lease = await scene.process().dns.ensure(scene.record('theirs'));
      assert.equal(lease.created, false);
      sameValues(await scene.world.ask(scene.name('_dnsauth'), 'TXT'), ['theirs']);
    },
    slowly,
  );
}
