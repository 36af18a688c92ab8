import assert from 'node:assert/strict';
import { sameValues } from '../assertions.js';
import type { Scene } from '../scene.js';
import type { Suite } from '../suite.js';

/** What others have at the same name, and at names that look like it. */
export function neighbours({ it, facts }: Suite): void {
  it('leaves the values of others at the same name, of every type', async (scene) => {
    await scene.put('_dnsauth', ['theirs', ['part one', 'part two']]);
    await scene.put('_dnsauth', ['192.0.2.1', '192.0.2.2'], { type: 'A' });
    await scene.put('_dnsauth', ['10 mail.example.org.'], { type: 'MX' });
    await survives(scene, '_dnsauth');
  });

  it('leaves the records at names that contain the name, or lie below it', async (scene) => {
    for (const host of [
      '_acme-challenge.other',
      'x_acme-challenge',
      '_acme-challenge.www',
      '_acme-challenge2',
    ])
      await scene.put(host, ['token']);
    await survives(scene, '_acme-challenge');
  });

  it("leaves what is at the zone's own name", async (scene) => {
    await scene.put('@', ['v=spf1 -all']);
    await scene.put('@', ['10 mail.example.org.'], { type: 'MX' });
    await scene.put('www', ['token']);
    await survives(scene, '@');
  });

  it('leaves what lies under a wildcard', async (scene) => {
    await scene.put('*.wild', ['everything']);
    await scene.put('www.wild', ['token']);
    await survives(scene, '*.wild');
  });

  it('leaves its neighbours when its own record lies behind pages of them', async (scene) => {
    const decoys = 2 * (facts.pageSize?.records ?? 5) + 1;
    const first = await scene.process().dns.ensure(scene.record('token', '_acme-challenge'));
    for (let index = 0; index < decoys; index += 1) await scene.put(`_acme-challenge.h${index}`, ['token']);
    const { native: _, ...lease } = first;
    assert.equal((await scene.process().dns.release(lease)).outcome, 'removed');
    assert.equal((await scene.contents()).length, decoys);
    sameValues(await scene.held('_acme-challenge'), []);
  });

  if (facts.lines.length > 0) {
    it('leaves the same value on other lines', async (scene) => {
      const [first, second] = facts.lines as [string, string];
      await scene.put('_dnsauth', ['token'], { line: first });
      await survives(scene, '_dnsauth');
      const before = await scene.contents();
      const { dns } = scene.process();
      const lease = await dns.ensure({ ...scene.record('token'), line: second });
      sameValues(await scene.held('_dnsauth', 'TXT', second), ['token']);
      assert.equal((await scene.process().dns.release(lease)).outcome, 'removed');
      assert.deepEqual(await scene.contents(), before);
    });
  }
}

/** What was there is there afterwards, by the way of the record's id and by the way of reading. */
async function survives(scene: Scene, host: string): Promise<void> {
  const before = await scene.contents();
  for (const keepsFacts of [true, false]) {
    const lease = await scene.process().dns.ensure(scene.record('token', host));
    assert.equal(lease.created, true);
    const { native, ...rest } = lease;
    const kept = keepsFacts ? { ...rest, native } : rest;
    assert.equal((await scene.process().dns.release(kept)).outcome, 'removed');
    assert.deepEqual(await scene.contents(), before);
  }
}
