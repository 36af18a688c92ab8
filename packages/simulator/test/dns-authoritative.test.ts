import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOSTS } from '../src/dns/hosts.js';
import { type Network, startNetwork } from '../src/dns/network.js';
import { ask, exchangeTcp, exchangeUdp, framed, message, read } from './dns-client.js';

const NOERROR = 0;
const FORMERR = 1;
const NXDOMAIN = 3;
const NOTIMP = 4;
const REFUSED = 5;

const ZONE = 'huaweicloud/1';
const SOA = 'example.com 60 SOA ns1.huaweicloud-dns.com 60';

let network: Network;
const huawei = () => ({ address: '127.0.53.1', port: network.port });
const alidns = () => ({ address: '127.0.53.3', port: network.port });
const parent = () => ({ address: '127.0.53.7', port: network.port });

function publish(name: string, type: string, values: string[], ttl = 300, zone = ZONE): void {
  network.publisher.publish(zone, { name, type, ttl, values });
}

beforeEach(async () => {
  network = await startNetwork({ delaysMs: { huaweicloud: [0, 0], alidns: [0, 0] }, negativeTtl: 60 });
  network.delegate('example.com.', 'huaweicloud');
  network.publisher.addZone({ id: ZONE, name: 'example.com.', cloud: 'huaweicloud' });
});
afterEach(() => network.close());

describe('an answer', () => {
  it('is authoritative, holds every value of the set and nothing else, and says nothing of recursion', async () => {
    publish('_acme-challenge.example.com.', 'TXT', ['one', 'two']);
    publish('_acme-challenge.example.com.', 'A', ['192.0.2.1']);
    const heard = await ask(huawei(), '_acme-challenge.example.com');
    expect(heard).toMatchObject({
      rcode: NOERROR,
      aa: true,
      tc: false,
      ra: false,
      rd: false,
      authorities: [],
    });
    expect(heard.answers).toEqual([
      '_acme-challenge.example.com 300 TXT one',
      '_acme-challenge.example.com 300 TXT two',
    ]);
  });

  it('is the same from both name servers of the zone and over TCP', async () => {
    publish('a.example.com.', 'TXT', ['one']);
    const second = { address: '127.0.53.2', port: network.port };
    for (const server of [huawei(), second])
      for (const transport of ['udp', 'tcp'] as const)
        expect((await ask(server, 'a.example.com', { transport })).answers).toEqual([
          'a.example.com 300 TXT one',
        ]);
  });

  it('spells the name as the question did, and finds it in any case', async () => {
    publish('_dnsauth.example.com.', 'TXT', ['one']);
    const heard = await ask(huawei(), '_dNsAuTh.ExAmPlE.cOm');
    expect(heard.question).toBe('_dNsAuTh.ExAmPlE.cOm');
    expect(heard.answers).toEqual(['_dNsAuTh.ExAmPlE.cOm 300 TXT one']);
  });

  it('cuts a long TXT value into strings of 255 bytes', async () => {
    publish('long.example.com.', 'TXT', ['x'.repeat(255) + 'ä'.repeat(100)]);
    const [record] = (await ask(huawei(), 'long.example.com')).packet.answers!;
    const strings = (record as { data: Buffer[] }).data;
    expect(strings.map((string) => string.length)).toEqual([255, 200]);
    expect(Buffer.concat(strings).toString()).toBe('x'.repeat(255) + 'ä'.repeat(100));
  });

  it.each([
    ['A', '192.0.2.1'],
    ['AAAA', '2001:db8::1'],
    ['MX', '10 mail.example.com.'],
    ['SRV', '1 2 443 host.example.com.'],
    ['CAA', '0 issue "ca.example.net"'],
    ['CNAME', 'target.example.net.'],
    ['PTR', 'host.example.com.'],
  ])('serves %s records', async (type, value) => {
    publish('host.example.com.', type, [value]);
    const { answers } = await ask(huawei(), 'host.example.com', { type });
    expect(answers).toEqual([`host.example.com 300 ${type} ${value.replace(/\.$/, '').replaceAll('"', '')}`]);
  });

  it('refuses to publish what no record of the type can hold, saying what it was', () => {
    expect(() => publish('a.example.com.', 'A', ['192.0.2.256'])).toThrow(
      '"192.0.2.256" is not the value of a A record',
    );
    expect(() => publish('a.example.com.', 'CNAME', [`${'x'.repeat(64)}.example.net.`])).toThrow(RangeError);
    expect(() => publish('a.example.com.', 'MX', ['70000 mail.example.com.'])).toThrow(RangeError);
    expect(() => publish('a.example.com.', 'REDIRECT_URL', ['http://x'])).toThrow('REDIRECT_URL');
    expect(() => publish('a.example.net.', 'TXT', ['one'])).toThrow(
      '"a.example.net." is not a name in the zone',
    );
    expect(() => publish('a.example.com.', 'TXT', ['one'], 300, 'alidns/9')).toThrow('alidns/9');
  });

  it('holds SOA and NS at the apex, whatever the cloud lists there', async () => {
    publish('example.com.', 'NS', ['ns.example.net.']);
    const ns = await ask(huawei(), 'example.com', { type: 'NS' });
    expect(ns).toMatchObject({ aa: true });
    expect(ns.answers).toEqual([
      'example.com 3600 NS ns1.huaweicloud-dns.com',
      'example.com 3600 NS ns1.huaweicloud-dns.cn',
    ]);
    const soa = await ask(huawei(), 'example.com', { type: 'SOA' });
    expect(soa.answers).toEqual(['example.com 3600 SOA ns1.huaweicloud-dns.com 60']);
  });

  it('counts the serial of the SOA up with every change', async () => {
    const serial = async () => {
      const [record] = (await ask(huawei(), 'example.com', { type: 'SOA' })).packet.answers!;
      return (record as { data: { serial: number } }).data.serial;
    };
    const before = await serial();
    publish('a.example.com.', 'TXT', ['one']);
    expect(await serial()).toBe(before + 1);
  });
});

describe('an absence', () => {
  it('of the name is NXDOMAIN with the SOA, whose TTL is the negative TTL', async () => {
    const heard = await ask(huawei(), 'nothing.example.com');
    expect(heard).toMatchObject({ rcode: NXDOMAIN, aa: true, answers: [], authorities: [SOA] });
  });

  it('of the type is an empty answer with the SOA', async () => {
    publish('a.example.com.', 'TXT', ['one']);
    const heard = await ask(huawei(), 'a.example.com', { type: 'AAAA' });
    expect(heard).toMatchObject({ rcode: NOERROR, aa: true, answers: [], authorities: [SOA] });
  });

  it('at an empty non-terminal is no NXDOMAIN, until the last name below it goes', async () => {
    publish('_a.deep.down.example.com.', 'TXT', ['one']);
    publish('_b.down.example.com.', 'TXT', ['one']);
    expect(await ask(huawei(), 'down.example.com')).toMatchObject({
      rcode: NOERROR,
      answers: [],
      authorities: [SOA],
    });
    publish('_a.deep.down.example.com.', 'TXT', []);
    expect(await ask(huawei(), 'deep.down.example.com')).toMatchObject({ rcode: NXDOMAIN });
    expect(await ask(huawei(), 'down.example.com')).toMatchObject({ rcode: NOERROR });
    publish('_b.down.example.com.', 'TXT', []);
    expect(await ask(huawei(), 'down.example.com')).toMatchObject({ rcode: NXDOMAIN });
  });

  it('follows when the set is published empty', async () => {
    publish('a.example.com.', 'TXT', ['one']);
    publish('a.example.com.', 'TXT', []);
    expect(await ask(huawei(), 'a.example.com')).toMatchObject({ rcode: NXDOMAIN, answers: [] });
  });
});

describe('a wildcard', () => {
  beforeEach(() => {
    publish('*.wild.example.com.', 'TXT', ['any']);
    publish('here.wild.example.com.', 'A', ['192.0.2.1']);
  });

  it('answers for names that do not exist, however deep', async () => {
    expect((await ask(huawei(), 'x.wild.example.com')).answers).toEqual(['x.wild.example.com 300 TXT any']);
    expect((await ask(huawei(), 'y.x.wild.example.com')).answers).toEqual([
      'y.x.wild.example.com 300 TXT any',
    ]);
  });

  it('does not answer for a name that exists, nor below it', async () => {
    expect(await ask(huawei(), 'here.wild.example.com')).toMatchObject({
      rcode: NOERROR,
      answers: [],
      authorities: [SOA],
    });
    expect(await ask(huawei(), 'x.here.wild.example.com')).toMatchObject({ rcode: NXDOMAIN });
  });

  it('does not answer for its own parent, and lacks the types that it lacks', async () => {
    expect(await ask(huawei(), 'wild.example.com')).toMatchObject({ rcode: NOERROR, answers: [] });
    expect(await ask(huawei(), 'x.wild.example.com', { type: 'A' })).toMatchObject({
      rcode: NOERROR,
      answers: [],
    });
  });

  it('may be an alias', async () => {
    publish('*.alias.example.com.', 'CNAME', ['here.wild.example.com.']);
    expect((await ask(huawei(), 'x.alias.example.com', { type: 'A' })).answers).toEqual([
      'x.alias.example.com 300 CNAME here.wild.example.com',
      'here.wild.example.com 300 A 192.0.2.1',
    ]);
  });
});

describe('an alias', () => {
  it('is followed within the zone and handed out alone when it leads out of it', async () => {
    publish('a.example.com.', 'CNAME', ['b.example.com.']);
    publish('b.example.com.', 'CNAME', ['c.example.net.']);
    const heard = await ask(huawei(), 'a.example.com');
    expect(heard).toMatchObject({ rcode: NOERROR, aa: true });
    expect(heard.answers).toEqual([
      'a.example.com 300 CNAME b.example.com',
      'b.example.com 300 CNAME c.example.net',
    ]);
  });

  it('is the answer itself if a CNAME was asked for', async () => {
    publish('a.example.com.', 'CNAME', ['b.example.com.']);
    publish('b.example.com.', 'TXT', ['one']);
    expect((await ask(huawei(), 'a.example.com', { type: 'CNAME' })).answers).toEqual([
      'a.example.com 300 CNAME b.example.com',
    ]);
  });

  it('to a name of the zone that does not exist gives NXDOMAIN beside the alias', async () => {
    publish('a.example.com.', 'CNAME', ['b.example.com.']);
    const heard = await ask(huawei(), 'a.example.com');
    expect(heard).toMatchObject({ rcode: NXDOMAIN, authorities: [SOA] });
    expect(heard.answers).toHaveLength(1);
  });

  it('in a circle ends', async () => {
    publish('a.example.com.', 'CNAME', ['b.example.com.']);
    publish('b.example.com.', 'CNAME', ['a.example.com.']);
    expect((await ask(huawei(), 'a.example.com')).answers).toHaveLength(2);
  });
});

describe('a delegation', () => {
  it('of the zone stands in the parent: a referral with addresses, without authority', async () => {
    const heard = await ask(parent(), '_acme-challenge.example.com');
    expect(heard).toMatchObject({ rcode: NOERROR, aa: false, answers: [] });
    expect(heard.authorities).toEqual([
      'example.com 3600 NS ns1.huaweicloud-dns.com',
      'example.com 3600 NS ns1.huaweicloud-dns.cn',
    ]);
    expect(heard.additionals).toEqual([
      'ns1.huaweicloud-dns.com 3600 A 127.0.53.1',
      'ns1.huaweicloud-dns.cn 3600 A 127.0.53.2',
    ]);
  });

  it('does not exist for names that nobody registered', async () => {
    expect(await ask(parent(), 'unregistered.com')).toMatchObject({ rcode: NXDOMAIN, aa: true });
    expect(await ask(parent(), 'unknown-top-level')).toMatchObject({ rcode: NXDOMAIN, aa: true });
  });

  it('leads to the servers elsewhere for the domain that neither cloud hosts', async () => {
    const heard = await ask(parent(), 'www.example.org', { type: 'A' });
    expect(heard.authorities).toEqual(
      HOSTS.elsewhere.map((host) => `example.org 3600 NS ${host.slice(0, -1)}`),
    );
    const elsewhere = { address: '127.0.53.5', port: network.port };
    expect(await ask(elsewhere, 'www.example.org', { type: 'A' })).toMatchObject({
      rcode: NOERROR,
      aa: true,
    });
    expect(await ask(elsewhere, 'x.example.org')).toMatchObject({ rcode: NXDOMAIN, aa: true });
  });

  it('of a hosted sub-zone stands in the zone above it, on its servers', async () => {
    publish('_acme-challenge.sub.example.com.', 'TXT', ['hidden by the cut']);
    network.delegate('sub.example.com.', 'alidns');
    network.publisher.addZone({ id: 'alidns/1', name: 'sub.example.com.', cloud: 'alidns' });
    publish('_acme-challenge.sub.example.com.', 'TXT', ['served'], 600, 'alidns/1');
    const heard = await ask(huawei(), '_acme-challenge.sub.example.com');
    expect(heard).toMatchObject({ rcode: NOERROR, aa: false, answers: [] });
    expect(heard.authorities).toEqual([
      'sub.example.com 3600 NS ns1.alidns.com',
      'sub.example.com 3600 NS ns2.alidns.com',
    ]);
    expect(heard.additionals).toEqual([
      'ns1.alidns.com 3600 A 127.0.53.3',
      'ns2.alidns.com 3600 A 127.0.53.4',
    ]);
    expect(await ask(huawei(), 'sub.example.com', { type: 'DS' })).toMatchObject({
      aa: true,
      authorities: [SOA],
    });
    expect((await ask(alidns(), '_acme-challenge.sub.example.com')).answers).toEqual([
      '_acme-challenge.sub.example.com 600 TXT served',
    ]);
  });

  it('moves into a zone that comes in between later', async () => {
    network.delegate('deep.sub.example.com.', 'alidns');
    network.delegate('sub.example.com.', 'alidns');
    network.publisher.addZone({ id: 'alidns/2', name: 'sub.example.com.', cloud: 'alidns' });
    expect((await ask(huawei(), 'x.deep.sub.example.com')).authorities[0]).toMatch(/^sub\.example\.com /);
    expect((await ask(alidns(), 'x.deep.sub.example.com')).authorities[0]).toMatch(
      /^deep\.sub\.example\.com /,
    );
  });

  it('gives way to the deepest zone where one server holds both', async () => {
    publish('a.sub.example.com.', 'TXT', ['from the upper zone']);
    network.delegate('sub.example.com.', 'huaweicloud');
    network.publisher.addZone({ id: 'huaweicloud/2', name: 'sub.example.com.', cloud: 'huaweicloud' });
    publish('a.sub.example.com.', 'TXT', ['from the sub-zone'], 300, 'huaweicloud/2');
    const heard = await ask(huawei(), 'a.sub.example.com');
    expect(heard).toMatchObject({ aa: true, answers: ['a.sub.example.com 300 TXT from the sub-zone'] });
  });

  it('by NS records of the owner is a cut too, with the addresses that the owner gave', async () => {
    publish('own.example.com.', 'NS', ['ns.own.example.com.', 'ns.example.net.']);
    publish('ns.own.example.com.', 'A', ['192.0.2.53']);
    const heard = await ask(huawei(), 'x.own.example.com');
    expect(heard).toMatchObject({ aa: false, answers: [] });
    expect(heard.authorities).toHaveLength(2);
    expect(heard.additionals).toEqual(['ns.own.example.com 300 A 192.0.2.53']);
  });

  it('stays when the cloud drops the zone: its servers then refuse', async () => {
    network.publisher.removeZone(ZONE);
    expect((await ask(parent(), 'example.com')).authorities).toHaveLength(2);
    expect(await ask(huawei(), 'example.com')).toMatchObject({ rcode: REFUSED, aa: false });
  });
});

describe('a zone that two clouds hold', () => {
  it('is served by both and pointed to one', async () => {
    network.publisher.addZone({ id: 'alidns/1', name: 'example.com.', cloud: 'alidns' });
    publish('a.example.com.', 'TXT', ['huawei']);
    publish('a.example.com.', 'TXT', ['alidns'], 600, 'alidns/1');
    expect((await ask(huawei(), 'a.example.com')).answers).toEqual(['a.example.com 300 TXT huawei']);
    expect((await ask(alidns(), 'a.example.com')).answers).toEqual(['a.example.com 600 TXT alidns']);
    expect((await ask(parent(), 'a.example.com')).authorities[0]).toContain('huaweicloud');
    network.delegate('example.com.', 'alidns');
    expect((await ask(parent(), 'a.example.com')).authorities[0]).toContain('alidns');
  });

  it('cannot be held twice by one', () => {
    expect(() =>
      network.publisher.addZone({ id: 'huaweicloud/9', name: 'example.com.', cloud: 'huaweicloud' }),
    ).toThrow('The name servers of huaweicloud hold the zone example.com. already.');
  });
});

describe('a server', () => {
  it('refuses zones that it does not hold, zone transfers, and other classes', async () => {
    expect(await ask(alidns(), 'example.com')).toMatchObject({ rcode: REFUSED, aa: false, authorities: [] });
    expect(await ask(huawei(), 'example.com', { type: 'AXFR', transport: 'tcp' })).toMatchObject({
      rcode: REFUSED,
    });
    const chaos = message('version.bind', { payload: 0 });
    chaos.writeUInt16BE(3, chaos.length - 2);
    expect(read(await exchangeUdp(huawei(), chaos)).rcode).toBe(REFUSED);
  });

  it('answers NOTIMP to another opcode and FORMERR to garbage, with the id that was sent', async () => {
    const update = message('example.com');
    update.writeUInt16BE(5 << 11, 2);
    expect((await exchangeUdp(huawei(), update)).readUInt16BE(2) & 0xf).toBe(NOTIMP);
    const garbage = Buffer.concat([message('example.com').subarray(0, 12), Buffer.alloc(9, 0xff)]);
    const reply = await exchangeUdp(huawei(), garbage);
    expect(reply.readUInt16BE(0)).toBe(4711);
    expect(reply.readUInt16BE(2) & 0xf).toBe(FORMERR);
  });

  it('stays silent on what is itself a response or less than a header, and goes on serving', async () => {
    const response = message('example.com');
    response.writeUInt16BE(0x8000, 2);
    const before = network.questions.length;
    for (const bytes of [response, Buffer.alloc(3)])
      await expect(
        Promise.race([exchangeUdp(huawei(), bytes), ask(huawei(), 'example.com').then(() => 'silent')]),
      ).resolves.toBe('silent');
    expect(network.questions.length).toBe(before + 2);
  });

  it('truncates what is larger than the payload size over UDP and gives it whole over TCP', async () => {
    const values = Array.from({ length: 20 }, (_, index) => `value-${index}-${'x'.repeat(60)}`);
    publish('big.example.com.', 'TXT', values);
    for (const payload of [0, 512, 1232, 4096]) {
      const heard = await ask(huawei(), 'big.example.com', { payload });
      expect(heard).toMatchObject({ rcode: NOERROR, tc: true, aa: true, answers: [] });
    }
    const whole = await ask(huawei(), 'big.example.com', { transport: 'tcp' });
    expect(whole).toMatchObject({ tc: false });
    expect(whole.answers).toHaveLength(20);
    publish('big.example.com.', 'TXT', values.slice(0, 8));
    expect(await ask(huawei(), 'big.example.com', { payload: 512 })).toMatchObject({ tc: true });
    expect(await ask(huawei(), 'big.example.com', { payload: 1232 })).toMatchObject({ tc: false });
  });

  it('offers EDNS to those who use it only, and refuses versions that do not exist', async () => {
    const plain = await ask(huawei(), 'example.com', { payload: 0 });
    expect(plain.packet.additionals).toEqual([]);
    const extended = await ask(huawei(), 'example.com');
    expect(extended.packet.additionals).toMatchObject([
      { type: 'OPT', udpPayloadSize: 1232, ednsVersion: 0 },
    ]);
    const future = message('example.com');
    future.writeUInt8(1, future.length - 5);
    const reply = read(await exchangeUdp(huawei(), future));
    expect(reply).toMatchObject({ rcode: 0, answers: [] });
    expect(reply.packet.additionals).toMatchObject([{ type: 'OPT', extendedRcode: 1 }]);
  });

  it('answers many questions of one TCP connection, also in one packet', async () => {
    publish('a.example.com.', 'TXT', ['one']);
    const questions = Array.from({ length: 500 }, () => message('a.example.com'));
    const replies = await exchangeTcp(huawei(), questions);
    expect(replies.every((reply) => read(reply).answers.length === 1)).toBe(true);
  });

  it('closes a TCP connection that announces a message no query could have', async () => {
    const huge = framed(Buffer.alloc(5_000));
    await expect(exchangeTcp(huawei(), [huge.subarray(2)])).rejects.toThrow();
    expect(await ask(huawei(), 'example.com', { transport: 'tcp' })).toMatchObject({ rcode: NOERROR });
  });

  it('writes down every question, with the server that it came to', async () => {
    const before = network.questions.length;
    await ask(huawei(), 'X.Example.com', { type: 'A' });
    await ask(parent(), 'example.com', { type: 'NS', transport: 'tcp' });
    expect(network.questions.slice(before)).toMatchObject([
      { server: 'ns1.huaweicloud-dns.com.', address: '127.0.53.1', name: 'x.example.com.', type: 'A' },
      { server: 'ns.parent.example.', address: '127.0.53.7', name: 'example.com.', type: 'NS' },
    ]);
  });
});
