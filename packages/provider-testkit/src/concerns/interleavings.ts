import assert from 'node:assert/strict';
import { memoryJournal, type RecordSet } from '@domainproof/core';
import { sameValues } from '../assertions.js';
import { type Hooks, interposed } from '../interposed.js';
import type { Scene } from '../scene.js';
import type { Suite } from '../suite.js';

const CLIENTS = 4;
const VALUES = 3;

/** Others write to the same set, at the worst moments. */
export function interleavings({ it, facts }: Suite): void {
  it('keeps every value of clients that write to one set at the same time', async (scene) => {
    await scene.put('_dnsauth', ['theirs']);
    const before = await scene.contents();
    // An adapter that says its backend keeps single values apart needs nobody to take turns.
    const { writes } = scene.world.provider().capabilities;
    const shared = memoryJournal();
    const clients = Array.from(
      { length: CLIENTS },
      () => scene.process({ journal: writes === 'replace' ? shared : memoryJournal() }).dns,
    );
    const values = clients.map((_, client) =>
      Array.from({ length: VALUES }, (_, index) => `value ${index} of ${client}`),
    );
    const held = await Promise.all(
      clients.flatMap((dns, client) =>
        (values[client] ?? []).map((value) => dns.ensure(scene.record(value))),
      ),
    );
    sameValues(await scene.held('_dnsauth'), ['theirs', ...values.flat()]);
    const reports = await Promise.all(held.map((lease, index) => clients[index % CLIENTS]?.release(lease)));
    for (const report of reports) assert.equal(report?.outcome, 'removed');
    assert.deepEqual(await scene.contents(), before);
  });

  it('keeps the values that stay when others come and go at the same time', async (scene) => {
    const journal = memoryJournal();
    const clients = Array.from({ length: CLIENTS }, () => scene.process({ journal }).dns);
    const staying = Array.from({ length: CLIENTS }, (_, index) => `staying ${index}`);
    await Promise.all(
      clients.flatMap((dns, index) => [
        dns.ensure(scene.record(staying[index] ?? '')),
        dns.ensure(scene.record(`leaving ${index}`)).then((lease) => dns.release(lease)),
      ]),
    );
    sameValues(await scene.held('_dnsauth'), staying);
  });

  it('joins a set that someone else makes just before its write', async (scene) => {
    const { dns } = meddling(scene, {
      before: async (method, nth) => {
        if (method === 'applyChange' && nth === 1) await scene.put('_dnsauth', ['theirs']);
      },
    });
    const lease = await dns.ensure(scene.record('ours'));
    sameValues(await scene.held('_dnsauth'), ['theirs', 'ours']);
    await dns.release(lease);
    sameValues(await scene.held('_dnsauth'), ['theirs']);
  });

  it('writes its value anew when the set vanishes between read and write', async (scene) => {
    await scene.put('_dnsauth', ['theirs']);
    const { dns } = meddling(scene, afterRead(scene, []));
    await dns.ensure(scene.record('ours'));
    assert.ok((await scene.held('_dnsauth')).includes('ours'));
  });

  it('releases its value when the set vanishes between read and write', async (scene) => {
    await scene.put('_dnsauth', ['theirs']);
    const { native: _, ...lease } = await scene.process().dns.ensure(scene.record('ours'));
    const { dns } = meddling(scene, afterRead(scene, []));
    await dns.release(lease);
    assert.ok(!(await scene.held('_dnsauth')).includes('ours'));
  });

  if (facts.writes === 'replace') {
    it('looks again before it repeats a write that was refused because another one was running', async (scene) => {
      await scene.put('_dnsauth', ['theirs']);
      let refused = false;
      const { dns } = meddling(scene, {
        before: async (method, _nth, _index, args) => {
          if (method !== 'applyChange' || refused || (args[1] as RecordSet | undefined) === undefined) return;
          refused = true;
          // The change that is still running is somebody else's, so what was read before it is old.
          await scene.put('_dnsauth', ['theirs', 'newer']);
          scene.world.fail({ kind: 'busy', skip: 0, afterCommit: false });
        },
      });
      const lease = await dns.ensure(scene.record('ours'));
      sameValues(await scene.held('_dnsauth'), ['theirs', 'newer', 'ours']);
      await dns.release(lease);
      sameValues(await scene.held('_dnsauth'), ['theirs', 'newer']);
    });

    it('writes its value again when another writer, who had read before, puts the old set back', async (scene) => {
      await scene.put('_dnsauth', ['theirs']);
      let undone = false;
      const { dns } = meddling(scene, {
        after: async (method) => {
          if (method !== 'applyChange' || undone) return;
          undone = true;
          await scene.put('_dnsauth', ['theirs', 'of the other writer']);
        },
      });
      const lease = await dns.ensure(scene.record('ours'));
      assert.equal(lease.created, true);
      sameValues(await scene.held('_dnsauth'), ['theirs', 'of the other writer', 'ours']);
    });
  } else {
    it('keeps a value that someone else adds between its read and its write', async (scene) => {
      await scene.put('_dnsauth', ['theirs']);
      const provider = scene.world.provider();
      const zone = await scene.zone(provider);
      const key = scene.key('_dnsauth');
      const change = { key, add: ['ours'], remove: [], ttl: facts.ttl.default };
      const stale = await provider.readRecordSet(zone, key, scene.call());
      await scene.put('_dnsauth', ['theirs', 'newer']);
      await provider.applyChange(zone, stale, change, scene.call());
      sameValues(await scene.held('_dnsauth'), ['theirs', 'newer', 'ours']);
      const staleAgain = await provider.readRecordSet(zone, key, scene.call());
      await scene.put('_dnsauth', ['theirs', 'newer', 'newest', 'ours']);
      const removal = { ...change, add: [], remove: ['ours'] };
      await provider.applyChange(zone, staleAgain, removal, scene.call());
      sameValues(await scene.held('_dnsauth'), ['theirs', 'newer', 'newest']);
    });
  }
}

function meddling(scene: Scene, hooks: Hooks) {
  return scene.process({ provider: interposed(scene.world.provider(), hooks) });
}

/** Someone else's write before the first change that was made from a look at the set. */
function afterRead(scene: Scene, values: readonly string[]): Hooks {
  let done = false;
  return {
    before: async (method, _nth, _index, args) => {
      if (method !== 'applyChange' || done || (args[1] as RecordSet | undefined) === undefined) return;
      done = true;
      await scene.put('_dnsauth', values);
    },
  };
}
