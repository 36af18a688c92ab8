import assert from 'node:assert/strict';
import { failureOf, sameValues } from '../assertions.js';
import type { Scene } from '../scene.js';
import type { Suite } from '../suite.js';

/** `readRecordSet`: exactly the set that was asked for, out of everything that looks like it. */
export function reading({ it, facts }: Suite): void {
  it('reads a set that is not there as undefined', async (scene) => {
    await scene.put('_dnsauth.other', ['token']);
    assert.equal(await read(scene, '_dnsauth'), undefined);
  });

  it('reads all values of a set, and its TTL', async (scene) => {
    const ttl = facts.ttl.default * 2;
    await scene.put('_dnsauth', ['one', 'two', 'three'], { ttl });
    const set = await read(scene, '_dnsauth');
    sameValues(set?.values, ['one', 'two', 'three']);
    assert.equal(set?.ttl, ttl);
    assert.deepEqual(set?.key, scene.key('_dnsauth'));
    assert.notEqual(set?.settled, false);
    assert.deepEqual(set?.conflicts, []);
  });

  it('reads exactly the asked name behind pages of names that contain it', async (scene) => {
    const decoys = 2 * (facts.pageSize?.records ?? 5) + 1;
    await scene.put('_dnsauth', ['oldest']);
    for (let index = 0; index < decoys; index += 1)
      await scene.put(index % 2 ? `_dnsauth.h${index}` : `x${index}_dnsauth`, ['decoy']);
    await scene.put('a_dnsauth', ['newest']);
    sameValues((await read(scene, '_dnsauth'))?.values, ['oldest']);
    sameValues((await read(scene, 'a_dnsauth'))?.values, ['newest']);
    sameValues((await read(scene, '_dnsauth.h1'))?.values, ['decoy']);
    assert.equal(await read(scene, 'dnsauth'), undefined);
  });

  it('reads the names around a name as others', async (scene) => {
    await scene.put('_acme-challenge.other', ['below']);
    await scene.put('other', ['beside']);
    assert.equal(await read(scene, '_acme-challenge'), undefined);
    assert.equal(await read(scene, '@'), undefined);
    assert.equal(await read(scene, 'x._acme-challenge.other'), undefined);
  });

  it('reads exactly the asked type', async (scene) => {
    await scene.put('mixed', ['192.0.2.1'], { type: 'A' });
    await scene.put('mixed', ['10 mail.example.org.'], { type: 'MX' });
    assert.equal(await read(scene, 'mixed'), undefined);
    await scene.put('mixed', ['token']);
    sameValues((await read(scene, 'mixed'))?.values, ['token']);
    sameValues((await read(scene, 'mixed', 'A'))?.values, ['192.0.2.1']);
  });

  it("reads the zone's own name", async (scene) => {
    await scene.put('@', ['v=spf1 -all', 'token']);
    await scene.put('www', ['other']);
    sameValues((await read(scene, '@'))?.values, ['v=spf1 -all', 'token']);
  });

  it('reads a wildcard as the name that it is', async (scene) => {
    await scene.put('*.wild', ['everything']);
    sameValues((await read(scene, '*.wild'))?.values, ['everything']);
    assert.equal(await read(scene, 'www.wild'), undefined);
  });

  if (facts.lines.length > 0) {
    it('reads exactly the asked line', async (scene) => {
      const [first, second] = facts.lines as [string, string];
      await scene.put('_dnsauth', ['for everybody']);
      await scene.put('_dnsauth', ['for some'], { line: first });
      sameValues((await read(scene, '_dnsauth'))?.values, ['for everybody']);
      sameValues((await read(scene, '_dnsauth', 'TXT', first))?.values, ['for some']);
      assert.equal(await read(scene, '_dnsauth', 'TXT', second), undefined);
    });
  } else {
    it('has no lines, and says so', async (scene) => {
      const { dns } = scene.process();
      await failureOf(dns.ensure({ ...scene.record('token'), line: 'telecom' }), 'UNSUPPORTED');
      assert.deepEqual(await scene.contents(), []);
    });
  }

  it('reads the target of a CNAME as an absolute name in lower case', async (scene) => {
    await scene.put('alias', ['target.example.org.'], { type: 'CNAME' });
    sameValues((await read(scene, 'alias', 'CNAME'))?.values, ['target.example.org.']);
    const { dns } = scene.process();
    await dns.ensure(scene.record('Target.Example.ORG', 'mixed-case', 'CNAME'));
    sameValues((await read(scene, 'mixed-case', 'CNAME'))?.values, ['target.example.org.']);
  });

  it('names the CNAME that is in the way of a TXT', async (scene) => {
    await scene.put('_dnsauth', ['target.example.org.'], { type: 'CNAME' });
    const set = await read(scene, '_dnsauth');
    assert.deepEqual(set?.values, []);
    assert.deepEqual(set?.conflicts, [scene.key('_dnsauth', 'CNAME')]);
  });

  it('names the TXT that is in the way of a CNAME', async (scene) => {
    await scene.put('_dnsauth', ['token']);
    const set = await read(scene, '_dnsauth', 'CNAME');
    assert.deepEqual(set?.values, []);
    assert.deepEqual(set?.conflicts, [scene.key('_dnsauth', 'TXT')]);
  });
}

async function read(scene: Scene, host: string, type?: string, line?: string) {
  const provider = scene.world.provider();
  return provider.readRecordSet(await scene.zone(provider), scene.key(host, type, line), scene.call());
}
