import assert from 'node:assert/strict';
import type { Lease } from '@domainproof/core';
import { failureOf, sameValues } from '../assertions.js';
import type { Suite } from '../suite.js';

/** More values than this are not written for a test, whatever one set holds. */
const MANY = 200;

/** `ensure` and `release` through the engine: a hold on one value, and nothing but this value. */
export function leases({ it, facts }: Suite): void {
  it('ensures a value that is then served, and releases it', async (scene) => {
    const { dns, journal } = scene.process();
    const lease = await dns.ensure(scene.record('token'));
    assert.equal(lease.created, true, '`created` of the lease');
    sameValues(await scene.held('_dnsauth'), ['token']);
    sameValues(await scene.world.ask(scene.name('_dnsauth'), 'TXT'), ['token']);
    assert.equal((await dns.release(lease)).outcome, 'removed');
    assert.deepEqual(await scene.contents(), []);
    assert.deepEqual(await journal.all(), []);
  });

  it('takes a value that is there already for success, and keeps it on release', async (scene) => {
    await scene.put('_dnsauth', ['token']);
    const before = await scene.contents();
    const { dns } = scene.process();
    const lease = await dns.ensure(scene.record('token'));
    assert.equal(lease.created, false, '`created` of the lease');
    assert.deepEqual(await scene.contents(), before);
    assert.equal((await dns.release(lease)).outcome, 'kept');
    assert.deepEqual(await scene.contents(), before);
    const again = await dns.ensure(scene.record('token'));
    assert.equal((await dns.release(again, { force: true })).outcome, 'removed');
    assert.deepEqual(await scene.contents(), []);
  });

  it('ensures a value twice and holds it once', async (scene) => {
    const { dns } = scene.process();
    const first = await dns.ensure(scene.record('token'));
    const second = await dns.ensure(scene.record('token'));
    assert.deepEqual([first.created, second.created], [true, false]);
    sameValues(await scene.held('_dnsauth'), ['token']);
    assert.equal((await dns.release(first)).outcome, 'removed');
    assert.deepEqual(await scene.contents(), []);
  });

  it('lets two values live at one name, and takes each away by itself', async (scene) => {
    const { dns } = scene.process();
    const apex = await dns.ensure(scene.record('apex'));
    const wildcard = await dns.ensure(scene.record('wildcard'));
    assert.equal(wildcard.created, true, '`created` of the lease');
    sameValues(await scene.held('_dnsauth'), ['apex', 'wildcard']);
    assert.equal((await dns.release(apex)).outcome, 'removed');
    sameValues(await scene.held('_dnsauth'), ['wildcard']);
    assert.equal((await dns.release(wildcard)).outcome, 'removed');
    assert.deepEqual(await scene.contents(), []);
  });

  it('writes two values of one name together, and takes them away together', async (scene) => {
    const { dns } = scene.process();
    const held = await dns.ensureAll([scene.record('apex'), scene.record('wildcard')]);
    assert.deepEqual(
      held.map(({ value, created }) => [value, created]),
      [
        ['apex', true],
        ['wildcard', true],
      ],
    );
    sameValues(await scene.held('_dnsauth'), ['apex', 'wildcard']);
    const reports = await dns.releaseAll(held);
    assert.deepEqual(
      reports.map(({ outcome }) => outcome),
      ['removed', 'removed'],
    );
    assert.deepEqual(await scene.contents(), []);
  });

  it('ensures many names at once, and releases them', async (scene) => {
    const hosts = Array.from({ length: 12 }, (_, index) => `_dnsauth.h${index}`);
    const { dns } = scene.process();
    const held = await dns.ensureAll(hosts.map((host) => scene.record(`token of ${host}`, host)));
    for (const host of hosts) sameValues(await scene.held(host), [`token of ${host}`]);
    await dns.releaseAll(held);
    assert.deepEqual(await scene.contents(), []);
  });

  it("releases in a new process that has nothing but the lease's JSON", async (scene) => {
    await scene.put('_dnsauth', ['theirs']);
    const before = await scene.contents();
    const lease = await scene.process().dns.ensure(scene.record('token'));
    const json = JSON.stringify(lease);
    assert.equal((await scene.process().dns.release(JSON.parse(json) as Lease)).outcome, 'removed');
    assert.deepEqual(await scene.contents(), before);
  });

  it("releases a lease that lost the adapter's own facts", async (scene) => {
    await scene.put('_dnsauth', ['theirs']);
    const before = await scene.contents();
    const { native: _, ...lease } = await scene.process().dns.ensure(scene.record('token'));
    assert.equal((await scene.process().dns.release(lease)).outcome, 'removed');
    assert.deepEqual(await scene.contents(), before);
  });

  it('takes a value that is gone already for success', async (scene) => {
    const { dns } = scene.process();
    const alone = await dns.ensure(scene.record('token'));
    await scene.put('_dnsauth', []);
    assert.equal((await dns.release(alone)).outcome, 'absent');
    const shared = await dns.ensure(scene.record('token'));
    await scene.put('_dnsauth', ['theirs']);
    assert.equal((await dns.release(shared)).outcome, 'absent');
    sameValues(await scene.held('_dnsauth'), ['theirs']);
  });

  it('releases twice, and harms nothing the second time', async (scene) => {
    const { dns } = scene.process();
    const lease = await dns.ensure(scene.record('token'));
    await dns.release(lease);
    await scene.put('_dnsauth', ['theirs']);
    assert.equal((await dns.release(lease)).outcome, 'absent');
    sameValues(await scene.held('_dnsauth'), ['theirs']);
  });

  it('takes a value away that was put there anew, under whatever id', async (scene) => {
    const { dns } = scene.process();
    const lease = await dns.ensure(scene.record('token'));
    await scene.put('_dnsauth', []);
    await scene.put('_dnsauth', ['token', 'theirs']);
    assert.equal((await dns.release(lease)).outcome, 'removed');
    sameValues(await scene.held('_dnsauth'), ['theirs']);
  });

  it('ensures a CNAME and releases it', async (scene) => {
    const { dns } = scene.process();
    const lease = await dns.ensure(scene.record('Target.example.org', '_dnsauth', 'CNAME'));
    assert.equal(lease.value, 'target.example.org.');
    sameValues(await scene.held('_dnsauth', 'CNAME'), ['target.example.org.']);
    sameValues(await scene.world.ask(scene.name('_dnsauth'), 'CNAME'), ['target.example.org.']);
    assert.equal((await dns.release(lease)).outcome, 'removed');
    assert.deepEqual(await scene.contents(), []);
  });

  it('says what is in the way of a TXT or a CNAME, and leaves it there', async (scene) => {
    await scene.put('alias', ['target.example.org.'], { type: 'CNAME' });
    await scene.put('text', ['theirs']);
    const before = await scene.contents();
    const { dns, journal } = scene.process();
    const atCname = await failureOf(dns.ensure(scene.record('token', 'alias')), 'RECORD_CONFLICT');
    assert.match(atCname.message, /CNAME/);
    const cname = scene.record('other.example.org', 'text', 'CNAME');
    assert.match((await failureOf(dns.ensure(cname), 'RECORD_CONFLICT')).message, /TXT/);
    assert.deepEqual(await scene.contents(), before);
    assert.deepEqual(await journal.all(), []);
  });

  it('takes a name however it is written', async (scene) => {
    const { dns } = scene.process();
    const { zone } = scene.world;
    const lease = await dns.ensure({
      name: `_DNSauth.中文.${zone.toUpperCase()}`,
      type: 'TXT',
      value: 'token',
    });
    sameValues(await scene.held('_dnsauth.xn--fiq228c'), ['token']);
    const same = await dns.ensure({ name: '_dnsauth.xn--fiq228c', zone, type: 'TXT', value: 'token' });
    assert.equal(same.created, false, '`created` of the lease');
    assert.equal((await dns.release(lease)).outcome, 'removed');
    assert.deepEqual(await scene.contents(), []);
  });

  const most = facts.valuesPerSet;
  it(`${most <= MANY ? 'refuses the value that is one too many' : 'holds as many values as are put there'}`, async (scene) => {
    const theirs = Array.from({ length: Math.min(most, MANY) }, (_, index) => `theirs ${index}`);
    await scene.put('_dnsauth', theirs);
    const { dns, journal } = scene.process();
    if (most > MANY) {
      await dns.ensure(scene.record('ours'));
      sameValues(await scene.held('_dnsauth'), [...theirs, 'ours']);
      return;
    }
    await failureOf(dns.ensure(scene.record('ours')), 'QUOTA_EXCEEDED');
    sameValues(await scene.held('_dnsauth'), theirs);
    assert.deepEqual(await journal.all(), []);
  });
}
