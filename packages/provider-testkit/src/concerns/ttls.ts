import assert from 'node:assert/strict';
import { failureOf } from '../assertions.js';
import type { Suite } from '../suite.js';

/** The TTL that a record gets, and what becomes of one that the zone does not take. */
export function ttls({ it, facts }: Suite): void {
  const { min, max, default: standard } = facts.ttl;

  it('writes the default TTL if none is asked for', async (scene) => {
    const lease = await scene.process().dns.ensure(scene.record('token'));
    assert.deepEqual(lease.ttl, { effective: standard });
    assert.equal((await scene.set('_dnsauth'))?.ttl, standard);
  });

  it('writes the shortest and the longest TTL that the zone takes', async (scene) => {
    const { dns } = scene.process();
    await dns.ensure({ ...scene.record('token', 'short'), ttl: min });
    await dns.ensure({ ...scene.record('token', 'long'), ttl: max });
    assert.equal((await scene.set('short'))?.ttl, min);
    assert.equal((await scene.set('long'))?.ttl, max);
  });

  it('brings a TTL out of range into it, and tells both', async (scene) => {
    const { dns } = scene.process();
    const long = await dns.ensure({ ...scene.record('token', 'long'), ttl: max + 1 });
    assert.deepEqual(long.ttl, { requested: max + 1, effective: max });
    assert.equal((await scene.set('long'))?.ttl, max);
    const asked = Math.max(1, min - 1);
    const short = await dns.ensure({ ...scene.record('token', 'short'), ttl: asked });
    assert.deepEqual(short.ttl, { requested: asked, effective: min });
    assert.equal((await scene.set('short'))?.ttl, min);
  });

  it('refuses a TTL out of range where the caller wants it so', async (scene) => {
    const { dns } = scene.process({ ttlPolicy: 'strict' });
    await failureOf(dns.ensure({ ...scene.record('token'), ttl: max + 1 }), 'TTL_OUT_OF_RANGE');
    assert.deepEqual(await scene.contents(), []);
  });

  it('leaves the TTL of a set that others share as it is', async (scene) => {
    const theirs = Math.min(standard * 2, max);
    await scene.put('_dnsauth', ['theirs'], { ttl: theirs });
    const provider = scene.world.provider();
    const zone = await scene.zone(provider);
    const key = scene.key('_dnsauth');
    const current = await provider.readRecordSet(zone, key, scene.call());
    await provider.applyChange(
      zone,
      current,
      { key, add: ['ours'], remove: [], ttl: standard },
      scene.call(),
    );
    assert.equal((await scene.set('_dnsauth'))?.ttl, theirs);
  });
}
