import { createClient, type DnsClient, type Fqdn, type Lease } from '@domainproof/core';
import { type Simulator, type SimulatorOptions, startSimulator } from '@domainproof/simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { createApi } from '../src/api.js';
import type { AlidnsOptions } from '../src/index.js';
import { readyClient } from '../src/ready-client.js';
import { failureOf, key, testCall, zone } from './support/server.js';
import { officialClient, TRANSPORTS } from './support/transports.js';

describe.each(TRANSPORTS)('over $name', ({ providerFor }) => {
  let simulator: Simulator;
  afterEach(() => simulator.close());

  type Zones = NonNullable<SimulatorOptions['zones']>;
  const net = (fields: Partial<Zones[number]> = {}): Zones[number] => ({
    name: 'example.net',
    cloud: 'alidns',
    ...fields,
  });

  async function start(zones: Zones = [net()], options: Omit<SimulatorOptions, 'zones'> = {}): Promise<void> {
    simulator = await startSimulator({ zones, ...options });
  }
  const provider = (options: AlidnsOptions = {}) =>
    providerFor(simulator.alidns, { ...simulator.alidns, ...options });
  const client = (options: AlidnsOptions = {}): DnsClient => createClient({ providers: [provider(options)] });
  const actions = () => simulator.calls.map(({ operation }) => operation);
  /** Values at a name as the account holds them. */
  const stored = (name = '_dnsauth.example.net.', type = 'TXT') =>
    simulator
      .records('alidns', 'example.net')
      .filter((set) => set.name === name && set.type === type)
      .flatMap(({ values }) => values);
  const record = (value: string, name = '_dnsauth.example.net') => ({ name, type: 'TXT', value });

  describe('with an account whose signatures are checked', () => {
    it('adds and removes in three calls', async () => {
      await start();
      const dns = client();
      const lease = await dns.ensure(record('token-1'));
      expect(lease).toMatchObject({ created: true, ttl: { effective: 600 }, zone: 'example.net.' });
      expect(stored()).toEqual(['token-1']);
      expect(await dns.release(lease)).toMatchObject({ outcome: 'removed' });
      expect(stored()).toEqual([]);
      expect(actions()).toEqual(['DescribeDomains', 'AddDomainRecord', 'DeleteDomainRecord']);
    });

    it('holds two values of one name in five calls', async () => {
      await start();
      const dns = client();
      const leases = await dns.ensureAll([record('apex'), record('wildcard')]);
      expect(stored()).toEqual(['apex', 'wildcard']);
      await dns.releaseAll(leases);
      expect(stored()).toEqual([]);
      expect(actions()).toHaveLength(5);
    });

    it.each([
      ['all sorts of characters', `~!'()*;:@&=+$,/?#[] %20 end`],
      ['a long text', 'x'.repeat(512)],
      ['Chinese', '证书 验证'],
    ])('signs a value with %s', async (_, value) => {
      await start();
      await client().ensure(record(value));
      expect(stored()).toEqual([value]);
    });

    it('keeps every digit of a RecordId', async () => {
      await start();
      const receipt = await provider().applyChange(
        zone,
        undefined,
        { key: key(), add: ['a', 'b', 'c'], remove: [], ttl: 600 },
        testCall(),
      );
      const ids = Object.values((receipt.native as { recordIds: Record<string, string> }).recordIds);
      expect(new Set(ids).size).toBe(3);
      for (const id of ids) expect(BigInt(id) > BigInt(Number.MAX_SAFE_INTEGER)).toBe(true);
      const change = { key: key(), add: [], remove: ['b'], ttl: 600, receipts: [receipt.native ?? null] };
      await provider().applyChange(zone, undefined, change, testCall());
      expect(stored()).toEqual(['a', 'c']);
    });

    it('tries a wrong secret once', async () => {
      await start();
      const error = await failureOf(
        client({ accessKeyId: simulator.alidns.accessKeyId, accessKeySecret: 'wrong' }).ensure(record('a')),
      );
      expect(error).toMatchObject({ code: 'AUTH_INVALID', vendorCode: 'SignatureDoesNotMatch' });
      expect(JSON.stringify(error)).not.toContain(simulator.alidns.accessKeyId);
      expect(simulator.calls).toHaveLength(1);
    });

    it('tries an unknown key once', async () => {
      await start();
      const error = await failureOf(
        client({ accessKeyId: 'LTAInobody', accessKeySecret: 'wrong' }).ensure(record('a')),
      );
      expect(error).toMatchObject({ code: 'AUTH_INVALID', vendorCode: 'InvalidAccessKeyId.NotFound' });
      expect(simulator.calls).toHaveLength(1);
    });
  });

  describe('with many zones', () => {
    it('finds the 121st zone', async () => {
      await start(
        Array.from({ length: 121 }, (_, index) => net({ name: `zone-${index + 1}.net`, delegated: false })),
      );
      const names: Fqdn[] = [];
      for await (const { name } of provider().listZones(testCall())) names.push(name);
      expect(names).toHaveLength(121);
      expect(names).toContain('zone-121.net.');
      expect(simulator.calls).toHaveLength(2);
    });

    it('takes a hosted sub-zone before its parent, and never a near miss', async () => {
      const names = [
        'my-example.net',
        'example.net',
        'sub.example.net',
        'example.net.cn',
        'b.my-example.net',
      ];
      await start(names.map((name) => net({ name, delegated: false })));
      const lease = await client().ensure(record('a', '_dnsauth.www.sub.example.net'));
      expect(lease.zone).toBe('sub.example.net.');
      expect((await client().ensure(record('a', '_dnsauth.www.example.net'))).zone).toBe('example.net.');
      expect(simulator.records('alidns', 'sub.example.net')[0]?.name).toBe('_dnsauth.www.sub.example.net.');
    });

    it('finds a sub-zone on the second page of its family', async () => {
      const subZones = Array.from({ length: 121 }, (_, index) =>
        net({ name: `s${index}.example.net`, delegated: false }),
      );
      await start([...subZones, net()]);
      for (const wanted of ['s0.example.net.', 's120.example.net.'])
        expect((await client().ensure(record('a', `_dnsauth.${wanted}`))).zone).toBe(wanted);
    });

    it('finds an internationalised domain and writes to it', async () => {
      await start([net({ name: 'xn--fsqu00a.net', delegated: false })]);
      expect((await client().ensure(record('a', '_dnsauth.例子.net'))).zone).toBe('xn--fsqu00a.net.');
    });

    it('finds no zone that the account does not hold', async () => {
      await start();
      expect(await failureOf(client().ensure(record('a', '_dnsauth.example.org')))).toMatchObject({
        code: 'ZONE_NOT_FOUND',
      });
    });
  });

  describe('beside the records of others', () => {
    it('finds the 501st record, and removes it alone', async () => {
      const decoys = Array.from({ length: 500 }, (_, index) => ({
        name: `_dnsauth.h${index}`,
        type: 'TXT',
        value: `decoy-${index}`,
      }));
      await start([net({ records: [{ name: '_dnsauth', type: 'TXT', value: 'mine' }, ...decoys] })]);
      const change = { key: key(), add: [], remove: ['mine'], ttl: 600 };
      await provider().applyChange(zone, undefined, change, testCall());
      expect(actions()).toEqual(['DescribeDomainRecords', 'DescribeDomainRecords', 'DeleteDomainRecord']);
      expect(simulator.records('alidns', 'example.net')).toHaveLength(500);
    });

    it('reads through pages of any size, in either spelling of the status', async () => {
      const records = Array.from({ length: 7 }, (_, index) => ({
        name: '_dnsauth',
        type: 'TXT',
        value: `v${index}`,
      }));
      await start([net({ records })], { alidns: { pageLimit: 3, statusCase: 'Enable' } });
      const set = await provider().readRecordSet(zone, key(), testCall());
      expect([...(set?.values ?? [])].sort()).toEqual(records.map(({ value }) => value));
      expect(simulator.calls).toHaveLength(3);
    });

    it('keeps a foreign value, decoys, and other lines through add and remove', async () => {
      const records = [
        { name: '_dnsauth', type: 'TXT', value: 'foreign' },
        { name: '_dnsauth', type: 'TXT', value: 'token-1', line: 'telecom' },
        { name: 'x_dnsauth', type: 'TXT', value: 'token-1' },
        { name: '_dnsauth.www', type: 'TXT', value: 'token-1' },
        { name: '@', type: 'TXT', value: 'token-1' },
      ];
      await start([net({ records })]);
      const before = simulator.records('alidns', 'example.net');
      const dns = client();
      const lease = await dns.ensure(record('token-1'));
      await dns.release({ ...lease, native: undefined } as Lease);
      expect(simulator.records('alidns', 'example.net')).toEqual(before);
    });

    it('takes a value that is there already for present, and keeps it', async () => {
      await start([net({ records: [{ name: '_dnsauth', type: 'TXT', value: 'token-1' }] })]);
      const dns = client();
      const lease = await dns.ensure(record('token-1'));
      expect(lease.created).toBe(false);
      expect(await dns.release(lease)).toMatchObject({ outcome: 'kept' });
      expect(stored()).toEqual(['token-1']);
      expect(await dns.release(await dns.ensure(record('token-1')), { force: true })).toMatchObject({
        outcome: 'removed',
      });
      expect(stored()).toEqual([]);
    });

    it('removing twice is success', async () => {
      await start();
      const dns = client();
      const lease = await dns.ensure(record('token-1'));
      expect(await dns.release(lease)).toMatchObject({ outcome: 'removed' });
      expect(await dns.release(lease)).toMatchObject({ outcome: 'absent' });
    });

    it('names the CNAME that is in the way of a TXT', async () => {
      await start([net({ records: [{ name: '_dnsauth', type: 'CNAME', value: 'elsewhere.example.org' }] })]);
      const error = await failureOf(client().ensure(record('token-1')));
      expect(error).toMatchObject({ code: 'RECORD_CONFLICT', message: expect.stringContaining('CNAME') });
    });

    it('adds a CNAME and removes it', async () => {
      await start();
      const dns = client();
      const lease = await dns.ensure({ name: '_x.example.net', type: 'CNAME', value: 'Target.example.org' });
      expect(stored('_x.example.net.', 'CNAME')).toEqual(['target.example.org.']);
      const set = await provider().readRecordSet(zone, key('_x.example.net.', 'CNAME'), testCall());
      expect(set?.values).toEqual([lease.value]);
      await dns.release(lease);
      expect(simulator.records('alidns', 'example.net')).toEqual([]);
    });

    it.each([
      ['MX', '10 mail.example.org.'],
      ['A', '192.0.2.1'],
      ['AAAA', '2001:db8::1'],
      ['CAA', '0 issue "ca.example.org"'],
    ])('reads a %s record back as it was written', async (type, value) => {
      await start();
      const wanted = key('r.example.net.', type);
      await provider().applyChange(
        zone,
        undefined,
        { key: wanted, add: [value], remove: [], ttl: 600 },
        testCall(),
      );
      expect((await provider().readRecordSet(zone, wanted, testCall()))?.values).toEqual([value]);
    });
  });

  describe('TTL', () => {
    it('is raised to the least of the free edition, and left in a paid one', async () => {
      await start([net(), net({ name: 'paid.net', edition: 'ultimate', delegated: false })]);
      const free = await client().ensure({ ...record('a'), ttl: 60 });
      expect(free.ttl).toEqual({ requested: 60, effective: 600 });
      const paid = await client().ensure({ ...record('a', '_dnsauth.paid.net'), ttl: 60 });
      expect(paid.ttl).toEqual({ requested: 60, effective: 60 });
    });

    it('that is too low for a zone of unknown edition is refused in clear words', async () => {
      await start();
      const change = { key: key(), add: ['a'], remove: [], ttl: 60 };
      const error = await failureOf(provider().applyChange(zone, undefined, change, testCall()));
      expect(error).toMatchObject({ code: 'TTL_OUT_OF_RANGE', hint: expect.stringContaining('600 s') });
    });
  });

  describe('when something fails on the way', () => {
    const kinds = [
      'throttle',
      'busy',
      'internal-error',
      'unavailable-html',
      'empty-body',
      'truncated-body',
      'reset',
    ] as const;

    it.each(kinds)(
      '%s before the write is carried out: the value is there once, and leaves again',
      async (kind) => {
        await start();
        simulator.faults.add({ cloud: 'alidns', operation: 'AddDomainRecord', kind });
        const dns = client();
        const lease = await dns.ensure(record('token-1'));
        expect(lease.created).toBe(true);
        expect(stored()).toEqual(['token-1']);
        await dns.release(lease);
        expect(stored()).toEqual([]);
      },
    );

    it.each(['internal-error', 'unavailable-html', 'empty-body', 'truncated-body', 'reset', 'hang'] as const)(
      '%s after the write was carried out: it is still ours',
      async (kind) => {
        await start();
        const fault = { cloud: 'alidns', kind, afterCommit: true } as const;
        simulator.faults.add({ ...fault, operation: 'AddDomainRecord' });
        simulator.faults.add({ ...fault, operation: 'DeleteDomainRecord' });
        const dns = client({ timeoutMs: 500 });
        const lease = await dns.ensure(record('token-1'));
        expect(lease.created).toBe(true);
        expect(await dns.release(lease)).toMatchObject({ outcome: 'removed' });
        expect(stored()).toEqual([]);
      },
    );

    it('a failure between two values leaves none of them behind', async () => {
      await start();
      simulator.faults.add({ cloud: 'alidns', operation: 'AddDomainRecord', kind: 'throttle', skip: 1 });
      const dns = client();
      const leases = await dns.ensureAll([record('one'), record('two')]);
      expect(leases.map(({ created }) => created)).toEqual([true, true]);
      await dns.releaseAll(leases);
      expect(stored()).toEqual([]);
    });
  });

  describe('a name', () => {
    const addRaw = (name: string, value = 'token-1', type = 'TXT', line = 'default', inZone = zone) =>
      provider().applyChange(
        inZone,
        undefined,
        { key: key(name, type, line), add: [value], remove: [], ttl: 600 },
        testCall(),
      );

    it.each([
      ['the apex', 'example.net'],
      ['a wildcard', '*.example.net'],
      ['a deep name', 'a.b.c.example.net'],
      ['an internationalised label', '_dnsauth.例子.example.net'],
    ])('that is %s is added, read and removed', async (_, name) => {
      await start([net({ records: [{ name: 'other', type: 'TXT', value: 'foreign' }] })]);
      const before = simulator.records('alidns', 'example.net');
      const dns = client();
      const lease = await dns.ensure(record('token-1', name));
      const set = await provider().readRecordSet(zone, key(lease.name), testCall());
      expect(set?.values).toEqual(['token-1']);
      const fresh = { ...lease, native: undefined } as Lease;
      expect(await dns.release(fresh)).toMatchObject({ outcome: 'removed' });
      expect(simulator.records('alidns', 'example.net')).toEqual(before);
    });

    it('in a hosted sub-zone stays in it, and is refused in a parent that another account holds', async () => {
      await start([net({ name: 'sub.example.net', delegated: false })]);
      expect((await client().ensure(record('a', '_dnsauth.sub.example.net'))).zone).toBe('sub.example.net.');
      expect(await failureOf(addRaw('_dnsauth.example.net.'))).toMatchObject({
        code: 'ZONE_NOT_FOUND',
        vendorCode: 'IncorrectDomainUser',
      });
    });

    it('that the vendor does not take is INVALID_NAME', async () => {
      await start();
      expect(await failureOf(addRaw('-x-.example.net.'))).toMatchObject({
        code: 'INVALID_NAME',
        vendorCode: 'InvalidRR.Format',
      });
    });

    it('may hold a TXT beside a CNAME at the apex, and nowhere else', async () => {
      const cname = (name: string) => ({ name, type: 'CNAME', value: 'elsewhere.example.org' });
      await start([net({ records: [cname('@'), cname('_dnsauth')] })]);
      expect((await client().ensure(record('token-1', 'example.net'))).created).toBe(true);
      expect(await failureOf(addRaw('_dnsauth.example.net.'))).toMatchObject({
        code: 'RECORD_CONFLICT',
        vendorCode: 'DomainRecordConflict',
        outcomeUnknown: false,
      });
      expect((await provider().readRecordSet(zone, key(), testCall()))?.conflicts).toEqual([
        key('_dnsauth.example.net.', 'CNAME'),
      ]);
    });

    it('takes one CNAME in the free edition, and the refusal says so', async () => {
      await start([net({ records: [{ name: '_x', type: 'CNAME', value: 'a.example.org' }] })]);
      const error = await failureOf(addRaw('_x.example.net.', 'b.example.org.', 'CNAME'));
      expect(error).toMatchObject({ code: 'RECORD_CONFLICT', hint: expect.stringContaining('free edition') });
    });

    it('holds 90 values, and the next one is QUOTA_EXCEEDED', async () => {
      const records = Array.from({ length: 90 }, (_, index) => ({
        name: '_dnsauth',
        type: 'TXT',
        value: `v${index}`,
      }));
      await start([net({ records })]);
      expect(await failureOf(addRaw('_dnsauth.example.net.'))).toMatchObject({
        code: 'QUOTA_EXCEEDED',
        vendorCode: 'QuotaExceeded.Record',
        hint: expect.stringContaining('90'),
      });
      expect(await failureOf(client().ensure(record('token-1')))).toMatchObject({ code: 'QUOTA_EXCEEDED' });
    });

    it('is written on a line, and one that cannot be used is told with where to look', async () => {
      await start();
      await addRaw('_dnsauth.example.net.', 'token-1', 'TXT', 'cn_telecom_beijing');
      expect(simulator.records('alidns', 'example.net')).toMatchObject([{ line: 'cn_telecom_beijing' }]);
      expect(await failureOf(addRaw('_dnsauth.example.net.', 'a', 'TXT', 'no_such_line'))).toMatchObject({
        code: 'UNSUPPORTED',
        hint: expect.stringMatching(/DescribeSupportLines.*edition/),
      });
    });

    it('of an internationalised zone is written by the name that the vendor lists', async () => {
      await start([net({ name: 'xn--fsqu00a.net', delegated: false })]);
      const dns = client();
      const lease = await dns.ensure(record('a', '_dnsauth.例子.net'));
      const [found] = await provider().findZones('xn--fsqu00a.net.' as Fqdn, testCall());
      expect(found?.id).toBe('例子.net');
      expect(await dns.release({ ...lease, native: undefined } as Lease)).toMatchObject({
        outcome: 'removed',
      });
    });
  });

  describe('a value', () => {
    it('of 512 bytes is kept as it is, and one more byte is refused before any call', async () => {
      await start();
      await client().ensure(record('x'.repeat(512)));
      expect(stored()).toEqual(['x'.repeat(512)]);
      const calls = simulator.calls.length;
      const writes = actions().filter((action) => action === 'AddDomainRecord').length;
      expect(await failureOf(client().ensure(record('x'.repeat(513))))).toMatchObject({
        code: 'INVALID_VALUE',
      });
      expect(actions().filter((action) => action === 'AddDomainRecord')).toHaveLength(writes);
      expect(simulator.calls.length - calls).toBeLessThanOrEqual(1);
    });

    it('in a paused record is an error that says so, and can still be taken away', async () => {
      await start();
      const change = { key: key(), add: ['token-1'], remove: [], ttl: 600 };
      const { native } = await provider().applyChange(zone, undefined, change, testCall());
      const ids = (native as { recordIds: Record<string, string> }).recordIds;
      const direct = createApi(readyClient(officialClient('3.0.13', simulator.alidns)), 10_000);
      await direct.send('SetDomainRecordStatus', { RecordId: ids['token-1'], Status: 'Disable' }, testCall());
      expect(await failureOf(provider().applyChange(zone, undefined, change, testCall()))).toMatchObject({
        code: 'ZONE_INACTIVE',
        hint: expect.stringContaining('enable'),
      });
      expect(await provider().readRecordSet(zone, key(), testCall())).toMatchObject({
        unserved: 'DISABLE',
        values: ['token-1'],
      });
      const removal = { ...change, add: [], remove: ['token-1'] };
      expect(await provider().applyChange(zone, undefined, removal, testCall())).toMatchObject({
        absent: [],
      });
      expect(stored()).toEqual([]);
    });

    it('in a domain that the vendor has locked is FORBIDDEN', async () => {
      await start([net({ status: 'disabled' })]);
      const change = { key: key(), add: ['a'], remove: [], ttl: 600 };
      expect(await failureOf(provider().applyChange(zone, undefined, change, testCall()))).toMatchObject({
        code: 'FORBIDDEN',
        vendorCode: 'DomainForbidden',
      });
    });
  });
});
