import assert from 'node:assert/strict';
import { toFqdn } from '@domainproof/core';
import { collect, failureOf } from '../assertions.js';
import type { Scene } from '../scene.js';
import type { Suite } from '../suite.js';
import type { FaultKind } from '../world.js';

/** `findZones` and `listZones`, and where the engine then writes. */
export function lookingForZones({ it, itInWorlds, facts }: Suite): void {
  it('finds a zone by a name in it, and by its own name', async (scene) => {
    const provider = scene.world.provider();
    for (const host of ['_dnsauth', '_dnsauth.deep.below', '*', '@']) {
      const zones = await provider.findZones(scene.name(host), scene.call());
      assert.ok(zonesOf(zones).includes(scene.name('@')), `not found by ${scene.name(host)}`);
    }
  });

  it('finds every zone that a name lies in, and not the first one only', async (scene) => {
    const { zone } = scene.world;
    await scene.world.addZones([`sub.${zone}`, `deep.sub.${zone}`]);
    const zones = await scene.world.provider().findZones(scene.name('_dnsauth.deep.sub'), scene.call());
    for (const host of ['@', 'sub', 'deep.sub'])
      assert.ok(zonesOf(zones).includes(scene.name(host)), `${scene.name(host)} is missing`);
  });

  it('finds a zone behind pages of zones with nearly the same name', async (scene) => {
    await scene.world.addZones(nearMisses(scene));
    await scene.zone(scene.world.provider());
    const newest = `sub.${scene.world.zone}`;
    await scene.world.addZones([newest]);
    await scene.zone(scene.world.provider(), newest);
  });

  it('lists the zones of every page, each once', async (scene) => {
    const others = nearMisses(scene);
    await scene.world.addZones(others);
    const listed = await collect(scene.world.provider().listZones(scene.call()));
    const expected = [scene.world.zone, ...others].map(toFqdn).sort();
    assert.deepEqual(zonesOf(listed).sort(), expected);
  });

  it('writes into the longest zone that the name lies in', async (scene) => {
    const sub = `sub.${scene.world.zone}`;
    await scene.world.addZones([sub]);
    const { dns } = scene.process();
    const lease = await dns.ensure(scene.record('token', '_dnsauth.sub'));
    assert.equal(lease.zone, toFqdn(sub));
    assert.deepEqual(await scene.contents(), []);
    assert.equal((await scene.contents(sub)).length, 1);
    await dns.release(lease);
    assert.deepEqual(await scene.contents(sub), []);
  });

  it('takes no zone for the right one that only ends in the same letters', async (scene) => {
    const { zone } = scene.world;
    const { dns } = scene.process();
    await failureOf(dns.ensure({ name: `_dnsauth.x${zone}`, type: 'TXT', value: 'token' }), 'ZONE_NOT_FOUND');
    await failureOf(
      dns.ensure({ name: `_dnsauth.${zone}.cn`, type: 'TXT', value: 'token' }),
      'ZONE_NOT_FOUND',
    );
    assert.deepEqual(await scene.contents(), []);
  });

  it('is not led astray by a longer zone that only ends in the same letters', async (scene) => {
    const { zone } = scene.world;
    // sub.example.com ends in the letters of b.example.com, and the name lies in example.com.
    const misleading = [`b.${zone}`, `x${zone}`, `${zone}.cn`, `my0-${zone}`];
    await scene.world.addZones(misleading);
    const { dns } = scene.process();
    const lease = await dns.ensure(scene.record('token', '_dnsauth.sub'));
    assert.equal(lease.zone, scene.name('@'));
    for (const other of misleading) assert.deepEqual(await scene.contents(other), []);
  });

  it('finds an internationalised zone by its A-labels', async (scene) => {
    await scene.world.addZones(['xn--fiq228c.example']);
    const { dns } = scene.process();
    const lease = await dns.ensure({ name: '_dnsauth.中文.example', type: 'TXT', value: 'token' });
    assert.equal(lease.zone, 'xn--fiq228c.example.');
    assert.equal((await scene.contents('xn--fiq228c.example')).length, 1);
  });

  for (const kind of facts.faults.filter((other) => other !== 'busy')) {
    itInWorlds(
      `takes the answer "${kind}" to a listing for an error, and never for "no zone"`,
      async (inWorld) => {
        for (const skip of [0, 1]) {
          await inWorld(async (scene) => {
            await scene.world.addZones([`sub.${scene.world.zone}`, ...nearMisses(scene)]);
            await failedListing(scene, kind, skip);
          });
        }
      },
    );
  }
}

/** The listing says that it failed, or it is complete all the same; nothing in between. */
async function failedListing(scene: Scene, kind: FaultKind, skip: number): Promise<void> {
  const wanted = [scene.name('@'), scene.name('sub')];
  const provider = scene.world.provider({ timeoutMs: 500 });
  const listings = [
    () => provider.findZones(scene.name('_dnsauth.sub'), scene.call()),
    () => collect(provider.listZones(scene.call())),
  ];
  for (const list of listings) {
    scene.world.fail({ kind, skip, afterCommit: false });
    const before = scene.world.calls.length;
    const outcome = await list().then(
      (zones) => ({ zones: zonesOf(zones) }),
      (error) => ({ error }),
    );
    if ('error' in outcome) {
      const error = await failureOf(Promise.reject(outcome.error));
      assert.notEqual(error.code, 'ZONE_NOT_FOUND');
    } else {
      for (const zone of wanted) assert.ok(outcome.zones.includes(zone), `${zone} was lost on the way`);
    }
    // A listing of one page leaves the fault of the second one for the next request.
    if (scene.world.calls.length - before <= skip) await list().catch(() => {});
  }
}

function zonesOf(zones: readonly { name: string }[]): string[] {
  return zones.map(({ name }) => name);
}

/** More zones than two pages hold, whose names contain that of the world's zone. */
function nearMisses({ world: { zone }, facts }: Scene): string[] {
  const count = 2 * (facts.pageSize?.zones ?? 5) + 1;
  return [
    ...Array.from({ length: count }, (_, index) => `my${index}-${zone}`),
    `${zone}.cn`,
    `x${zone}`,
    `_acme-challenge.other-${zone}`,
  ];
}
