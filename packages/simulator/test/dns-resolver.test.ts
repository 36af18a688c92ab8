import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Network, startNetwork } from '../src/dns/network.js';
import { Resolver } from '../src/dns/resolver.js';
import type { Question } from '../src/dns/wire.js';
import { type Asking, ask, exchangeTcp, message, read } from './dns-client.js';

const NOERROR = 0;
const SERVFAIL = 2;
const NXDOMAIN = 3;
const NOTIMP = 4;
const REFUSED = 5;

let network: Network;

const resolve = (name: string, asking: Asking = {}) =>
  ask({ address: '127.0.0.1', port: Number(network.resolver.split(':')[1]) }, name, { rd: true, ...asking });

function publish(zone: string, name: string, type: string, values: string[], ttl = 300): void {
  network.publisher.publish(zone, { name, type, ttl, values });
}

function addZone(id: string, name: string): void {
  const cloud = id.startsWith('alidns') ? 'alidns' : 'huaweicloud';
  network.delegate(name, cloud);
  network.publisher.addZone({ id, name, cloud });
}

/** Questions that name servers were asked, not the resolver. */
const asked = (name: string) =>
  network.questions.filter((question) => question.name === name && question.server !== 'resolver');

beforeEach(async () => {
  network = await startNetwork({ delaysMs: { huaweicloud: [0, 0], alidns: [0, 0] }, negativeTtl: 60 });
  addZone('huaweicloud/1', 'example.com.');
  addZone('alidns/1', 'example.net.');
});
afterEach(() => network.close());

describe('the resolver', () => {
  it('finds records at both clouds and elsewhere, over UDP and TCP', async () => {
    publish('huaweicloud/1', 'a.example.com.', 'TXT', ['one']);
    publish('alidns/1', 'a.example.net.', 'TXT', ['two']);
    for (const transport of ['udp', 'tcp'] as const) {
      const heard = await resolve('a.example.com', { transport });
      expect(heard).toMatchObject({ rcode: NOERROR, ra: true, rd: true, aa: false });
      expect(heard.answers).toEqual(['a.example.com 300 TXT one']);
      expect((await resolve('a.example.net', { transport })).answers).toEqual(['a.example.net 300 TXT two']);
      expect((await resolve('www.example.org', { type: 'A', transport })).answers).toHaveLength(1);
    }
  });

  it('finds the name servers of a zone and their addresses', async () => {
    expect((await resolve('example.com', { type: 'NS' })).answers).toEqual([
      'example.com 3600 NS ns1.huaweicloud-dns.com',
      'example.com 3600 NS ns1.huaweicloud-dns.cn',
    ]);
    const address = async (host: string) => (await resolve(host, { type: 'A' })).answers;
    expect(await address('ns1.huaweicloud-dns.com')).toEqual(['ns1.huaweicloud-dns.com 3600 A 127.0.53.1']);
    expect(await address('ns1.huaweicloud-dns.cn')).toEqual(['ns1.huaweicloud-dns.cn 3600 A 127.0.53.2']);
    expect(await address('ns1.alidns.com')).toEqual(['ns1.alidns.com 3600 A 127.0.53.3']);
    expect(await address('ns2.alidns.com')).toEqual(['ns2.alidns.com 3600 A 127.0.53.4']);
    expect(await address('ns2.elsewhere.example')).toEqual(['ns2.elsewhere.example 3600 A 127.0.53.6']);
    expect(await address('ns.parent.example')).toEqual(['ns.parent.example 3600 A 127.0.53.7']);
    const none = await resolve('ns1.alidns.com', { type: 'AAAA' });
    expect(none).toMatchObject({ rcode: NOERROR, answers: [] });
    expect(none.authorities[0]).toMatch(/^alidns\.com \d+ SOA /);
  });

  it('asks the parent first, then the servers that it was referred to, each with RD=0', async () => {
    publish('huaweicloud/1', 'a.example.com.', 'TXT', ['one']);
    await resolve('a.example.com');
    expect(asked('a.example.com.').map(({ server }) => server)).toEqual([
      'ns.parent.example.',
      'ns1.huaweicloud-dns.com.',
    ]);
  });

  it('follows aliases from cloud to cloud', async () => {
    publish('huaweicloud/1', '_acme-challenge.example.com.', 'CNAME', ['Proof.example.net.']);
    publish('alidns/1', 'proof.example.net.', 'CNAME', ['final.example.com.']);
    publish('huaweicloud/1', 'final.example.com.', 'TXT', ['one']);
    expect((await resolve('_ACME-challenge.example.com')).answers).toEqual([
      '_ACME-challenge.example.com 300 CNAME Proof.example.net',
      'Proof.example.net 300 CNAME final.example.com',
      'final.example.com 300 TXT one',
    ]);
    expect((await resolve('_acme-challenge.example.com', { type: 'CNAME' })).answers).toHaveLength(1);
  });

  it('gives NXDOMAIN at the end of an alias that dangles, and SERVFAIL for a circle', async () => {
    publish('huaweicloud/1', 'a.example.com.', 'CNAME', ['nothing.example.net.']);
    const heard = await resolve('a.example.com');
    expect(heard).toMatchObject({ rcode: NXDOMAIN, authorities: ['example.net 60 SOA ns1.alidns.com 60'] });
    expect(heard.answers).toEqual(['a.example.com 300 CNAME nothing.example.net']);
    publish('huaweicloud/1', 'b.example.com.', 'CNAME', ['b.example.net.']);
    publish('alidns/1', 'b.example.net.', 'CNAME', ['b.example.com.']);
    expect(await resolve('b.example.com')).toMatchObject({ rcode: SERVFAIL });
  });

  it('gives NXDOMAIN for names that nobody registered', async () => {
    expect(await resolve('www.unregistered.com')).toMatchObject({ rcode: NXDOMAIN });
    expect(await resolve('unregistered.no-such-top-level')).toMatchObject({ rcode: NXDOMAIN });
  });

  it('finds a zone below a hosted zone at the other cloud', async () => {
    addZone('alidns/2', 'sub.example.com.');
    publish('alidns/2', 'a.sub.example.com.', 'TXT', ['one']);
    expect((await resolve('a.sub.example.com')).answers).toEqual(['a.sub.example.com 300 TXT one']);
    expect((await resolve('sub.example.com', { type: 'NS' })).answers).toHaveLength(2);
  });

  it('finds a zone under a top-level domain of its own kind', async () => {
    addZone('huaweicloud/3', 'example.com.cn.');
    addZone('huaweicloud/4', 'example.dev.');
    publish('huaweicloud/3', 'a.example.com.cn.', 'TXT', ['one']);
    publish('huaweicloud/4', 'a.example.dev.', 'TXT', ['two']);
    expect((await resolve('a.example.com.cn')).answers).toEqual(['a.example.com.cn 300 TXT one']);
    expect((await resolve('a.example.dev')).answers).toEqual(['a.example.dev 300 TXT two']);
    expect(await resolve('com.cn')).toMatchObject({ rcode: NOERROR, answers: [] });
  });

  it('gives SERVFAIL where the servers refuse the zone that is delegated to them', async () => {
    network.delegate('lame.com.', 'huaweicloud');
    expect(await resolve('a.lame.com')).toMatchObject({ rcode: SERVFAIL });
    expect(asked('a.lame.com.').map(({ server }) => server)).toEqual([
      'ns.parent.example.',
      'ns1.huaweicloud-dns.com.',
      'ns1.huaweicloud-dns.cn.',
    ]);
  });

  it('gives SERVFAIL where name servers lead to each other and never to an address', async () => {
    publish('huaweicloud/1', 'x.example.com.', 'NS', ['ns.y.example.net.']);
    publish('alidns/1', 'y.example.net.', 'NS', ['ns.x.example.com.']);
    expect(await resolve('a.x.example.com')).toMatchObject({ rcode: SERVFAIL });
    expect(network.questions.length).toBeLessThan(120);
  });

  it('gives SERVFAIL for a delegation that leads to nobody', async () => {
    publish('huaweicloud/1', 'x.example.com.', 'NS', ['ns.x.example.com.']);
    publish('huaweicloud/1', 'ns.x.example.com.', 'A', ['127.0.53.99']);
    expect(await resolve('a.x.example.com')).toMatchObject({ rcode: SERVFAIL });
  });

  it('fetches over TCP what an authoritative server truncates', async () => {
    const values = Array.from({ length: 30 }, (_, index) => `${index}-${'x'.repeat(60)}`);
    publish('huaweicloud/1', 'big.example.com.', 'TXT', values);
    expect(await resolve('big.example.com')).toMatchObject({ tc: true, answers: [] });
    expect((await resolve('big.example.com', { transport: 'tcp' })).answers).toHaveLength(30);
  });

  it('refuses questions that want no recursion, and questions for everything', async () => {
    expect(await resolve('example.com', { rd: false })).toMatchObject({ rcode: REFUSED, ra: true });
    expect(await resolve('example.com', { type: 'ANY' })).toMatchObject({ rcode: NOTIMP });
  });

  it('searches once for clients that ask the same at the same time', async () => {
    publish('huaweicloud/1', 'a.example.com.', 'TXT', ['one']);
    const port = Number(network.resolver.split(':')[1]);
    const questions = Array.from({ length: 200 }, () => message('a.example.com', { rd: true }));
    const replies = await exchangeTcp({ address: '127.0.0.1', port }, questions);
    expect(replies.every((reply) => read(reply).answers.length === 1)).toBe(true);
    expect(asked('a.example.com.')).toHaveLength(2);
  });

  it('writes its questions down under the name "resolver"', async () => {
    await resolve('X.example.com', { type: 'A' });
    expect(network.questions[0]).toMatchObject({
      server: 'resolver',
      address: '127.0.0.1',
      name: 'x.example.com.',
      type: 'A',
    });
  });
});

describe('the cache of a resolver', () => {
  let now = 0;
  let resolver: Resolver;
  const question = (name: string): Question => ({ name, key: name, type: 'TXT' });
  const txt = async (name: string) => {
    const reply = await resolver.resolve(question(name));
    return {
      rcode: reply.rcode,
      ttls: [...(reply.answers ?? []), ...(reply.authorities ?? [])].map(
        (record) => 'ttl' in record && record.ttl,
      ),
      values: (reply.answers ?? []).flatMap((record) => ('data' in record ? String(record.data) : [])),
    };
  };

  beforeEach(() => {
    now = 0;
    const root = { zone: '.', servers: [{ host: 'ns.parent.example.', addresses: ['127.0.53.7'] }] };
    resolver = new Resolver({ root, port: network.port, now: () => now });
  });
  afterEach(() => resolver.close());

  it('keeps an answer for its TTL, counting down, and not longer', async () => {
    publish('huaweicloud/1', 'a.example.com.', 'TXT', ['old'], 300);
    await txt('a.example.com.');
    publish('huaweicloud/1', 'a.example.com.', 'TXT', ['new'], 300);
    now = 299_000;
    expect(await txt('a.example.com.')).toEqual({ rcode: NOERROR, ttls: [1], values: ['old'] });
    now = 300_000;
    expect(await txt('a.example.com.')).toEqual({ rcode: NOERROR, ttls: [300], values: ['new'] });
  });

  it('keeps an absence for the minimum of the SOA, although the value has come by then', async () => {
    expect(await txt('_acme-challenge.example.com.')).toMatchObject({ rcode: NXDOMAIN });
    publish('huaweicloud/1', '_acme-challenge.example.com.', 'TXT', ['proof']);
    now = 59_000;
    expect(await txt('_acme-challenge.example.com.')).toEqual({ rcode: NXDOMAIN, ttls: [1], values: [] });
    expect(asked('_acme-challenge.example.com.')).toHaveLength(2);
    now = 60_000;
    expect(await txt('_acme-challenge.example.com.')).toMatchObject({ rcode: NOERROR, values: ['proof'] });
  });

  it('keeps the absence of a type apart from that of the name', async () => {
    publish('huaweicloud/1', 'a.example.com.', 'A', ['192.0.2.1']);
    expect(await txt('a.example.com.')).toMatchObject({ rcode: NOERROR, values: [] });
    const address = await resolver.resolve({ name: 'a.example.com.', key: 'a.example.com.', type: 'A' });
    expect(address.answers).toHaveLength(1);
  });

  it('keeps delegations, so that the parent is asked once for a zone', async () => {
    await txt('a.example.com.');
    await txt('b.example.com.');
    expect(asked('b.example.com.').map(({ server }) => server)).toEqual(['ns1.huaweicloud-dns.com.']);
    network.delegate('example.com.', 'elsewhere');
    now = 3_600_000;
    await txt('c.example.com.');
    expect(asked('c.example.com.').map(({ server }) => server)).toEqual([
      'ns.parent.example.',
      'ns1.elsewhere.example.',
    ]);
  });

  it('forgets a delegation whose servers do not serve the zone any more', async () => {
    await txt('a.example.com.');
    network.delegate('example.com.', 'elsewhere');
    network.publisher.removeZone('huaweicloud/1');
    expect(await txt('b.example.com.')).toMatchObject({ rcode: SERVFAIL });
    expect(await txt('b.example.com.')).toMatchObject({ rcode: NXDOMAIN });
  });
});
