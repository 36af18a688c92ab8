import { type RecordKey, toFqdn, type ValueChange } from '@domainproof/core';
import { afterEach, describe, expect, test } from 'vitest';
import { huaweicloud } from '../src/index.js';
import { type Simulated, simulated } from './support/simulated.js';
import { vendorClient } from './support/vendor-client.js';
import { newCall, TELLING } from './support/vendor-server.js';

let account: Simulated | undefined;
afterEach(async () => {
  await account?.simulator.close();
  account = undefined;
});

const KEY: RecordKey = { name: toFqdn('_dnsauth.example.com'), type: 'TXT', line: 'default' };

/** Adds or removes as the engine does: an addition first without a look, a removal after one. */
async function apply({ provider, zone }: Simulated, change: Partial<ValueChange>) {
  const full = { key: KEY, add: [], remove: [], ttl: 300, ...change };
  const current =
    full.remove.length > 0 ? await provider.readRecordSet(zone, full.key, newCall()) : undefined;
  return provider.applyChange(zone, current, full, newCall());
}

async function applyToRead({ provider, zone }: Simulated, change: Partial<ValueChange>) {
  const full = { key: KEY, add: [], remove: [], ttl: 300, ...change };
  const current = await provider.readRecordSet(zone, full.key, newCall());
  return provider.applyChange(zone, current, full, newCall());
}

const read = ({ provider, zone }: Simulated, key: Partial<RecordKey> = {}) =>
  provider.readRecordSet(zone, { ...KEY, ...key }, newCall());

/** A set that somebody makes with a tool of theirs. */
async function made({ simulator, zone }: Simulated, body: Record<string, unknown>): Promise<void> {
  const { endpoint, ...keys } = simulator.huaweicloud;
  const request = { zone_id: zone.id, body: { name: KEY.name, type: 'TXT', ...body } };
  await vendorClient(endpoint, keys, true).createRecordSetWithLine(request as never);
}

describe.each(TELLING)('over %s', (via) => {
  test.each([
    ['a wildcard', '*.example.com', 'mine'],
    ['the apex, beside SOA and NS', 'example.com', 'mine'],
    ['an international name', '_dnsauth.bücher.example.com', 'mine'],
    ['a deep name', `${'a.'.repeat(60)}example.com`, 'mine'],
    ['a long value', '_dnsauth.example.com', 'x'.repeat(255) + 'ä'.repeat(800)],
    ['spaces at both ends', '_dnsauth.example.com', ' inside ; and , out '],
  ])('%s is written, read back and taken away', async (_, name, value) => {
    account = await simulated(via);
    const key = { ...KEY, name: toFqdn(name) };
    const receipt = await apply(account, { key, add: [value] });
    expect(receipt).toMatchObject({ present: [], native: { recordSetId: expect.any(String) } });
    expect(await read(account, key)).toMatchObject({
      values: [value],
      settled: true,
      ttl: 300,
      conflicts: [],
    });
    expect(account.held()).toEqual([`${key.name} TXT ${value}`]);
    expect(await apply(account, { key, remove: [value] })).toMatchObject({ absent: [] });
    expect(account.held()).toEqual([]);
  });

  test.each([1, 86_400, 2_147_483_647])('a TTL of %d s is kept', async (ttl) => {
    account = await simulated(via);
    await apply(account, { add: ['mine'], ttl });
    expect((await read(account))?.ttl).toBe(ttl);
  });

  test('strings of others come back byte for byte, however they were cut', async () => {
    account = await simulated(via);
    await made(account, { records: ['"v=1" "; two strings"', '"other"'] });
    await applyToRead(account, { add: ['mine'] });
    await applyToRead(account, { remove: ['mine'] });
    const { endpoint, ...keys } = account.simulator.huaweicloud;
    const listed = (await vendorClient(endpoint, keys, true).showRecordSetByZone({
      zone_id: account.zone.id,
      type: 'TXT',
    } as never)) as { recordsets: { records: string[] }[] };
    expect(listed.recordsets[0]?.records.toSorted()).toEqual(['"other"', '"v=1" "; two strings"']);
  });

  test('a line is its own set, and one that the vendor does not know is UNSUPPORTED with a hint', async () => {
    account = await simulated(via);
    const telecom = { ...KEY, line: 'Dianxin_Beijing' };
    await apply(account, { add: ['everywhere'] });
    await apply(account, { key: telecom, add: ['telecom'] });
    expect((await read(account))?.values).toEqual(['everywhere']);
    expect((await read(account, telecom))?.values).toEqual(['telecom']);
    await apply(account, { key: telecom, remove: ['telecom'] });
    expect(account.held()).toEqual(['_dnsauth.example.com. TXT everywhere']);
    await expect(apply(account, { key: { ...KEY, line: 'Nowhere' }, add: ['x'] })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      vendorCode: 'DNS.0806',
      hint: expect.stringContaining('line'),
    });
  });

  test('a CNAME in the way of a TXT is named, and so is a TXT in the way of a CNAME', async () => {
    account = await simulated(via, {
      records: [
        { name: '_dnsauth', type: 'CNAME', value: 'target.example.net.' },
        { name: 'busy', type: 'TXT', value: 'foreign' },
      ],
    });
    await expect(apply(account, { add: ['mine'] })).rejects.toMatchObject({
      code: 'RECORD_CONFLICT',
      vendorCode: 'DNS.0312',
      message: expect.stringContaining('CNAME'),
    });
    expect((await read(account))?.conflicts).toEqual([{ ...KEY, type: 'CNAME' }]);
    const cname = { ...KEY, name: toFqdn('busy.example.com'), type: 'CNAME' };
    await expect(apply(account, { key: cname, add: ['t.example.net.'] })).rejects.toMatchObject({
      code: 'RECORD_CONFLICT',
      message: expect.stringContaining('TXT'),
    });
    expect((await read(account, cname))?.conflicts).toEqual([{ ...cname, type: 'TXT' }]);
  });

  test.each(['DNS.0312', 'DNS.0335'] as const)(
    '%s for a set that is there leads to a merge',
    async (duplicates) => {
      account = await simulated(via, {
        duplicates,
        records: [{ name: '_dnsauth', type: 'TXT', value: 'foreign' }],
      });
      await expect(apply(account, { add: ['mine'] })).rejects.toMatchObject({
        code: 'RECORD_CONFLICT',
        vendorCode: duplicates,
      });
      await applyToRead(account, { add: ['mine'] });
      expect((await read(account))?.values.toSorted()).toEqual(['foreign', 'mine']);
    },
  );

  test('weighted sets are read as one, and keep their weights', async () => {
    account = await simulated(via);
    await made(account, { records: ['"one"'], weight: 3 });
    await made(account, { records: ['"two"'], weight: 0 });
    expect((await read(account))?.values.toSorted()).toEqual(['one', 'two']);
    await applyToRead(account, { add: ['mine'] });
    await applyToRead(account, { remove: ['mine', 'one'] });
    expect(account.held()).toEqual(['_dnsauth.example.com. TXT two']);
  });

  test('the 51st value of a set is QUOTA_EXCEEDED, and nothing is written', async () => {
    account = await simulated(via);
    const values = Array.from({ length: 50 }, (_, index) => `v${index}`);
    await apply(account, { add: values });
    account.asked();
    await expect(applyToRead(account, { add: ['mine'] })).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    expect(account.asked()).toEqual(['ListRecordSets']);
  });

  test('the quota of record sets is QUOTA_EXCEEDED with a hint', async () => {
    account = await simulated(via, { recordSetQuota: 2 });
    await expect(apply(account, { add: ['mine'] })).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      vendorCode: 'DNS.0403',
      hint: expect.stringContaining('quota'),
    });
  });

  test('a disabled zone is inactive, and a write to it is ZONE_INACTIVE', async () => {
    account = await simulated(via);
    account.simulator.addZone({ name: 'off.example', cloud: 'huaweicloud', status: 'disabled' });
    const { provider } = account;
    const [zone] = await provider.findZones(toFqdn('off.example'), newCall());
    expect(zone?.status).toBe('inactive');
    const key = { ...KEY, name: toFqdn('_dnsauth.off.example') };
    const change = { key, add: ['mine'], remove: [], ttl: 300 };
    await expect(provider.applyChange(zone!, undefined, change, newCall())).rejects.toMatchObject({
      code: 'ZONE_INACTIVE',
      hint: expect.stringContaining('Enable the zone'),
    });
  });

  test('a zone that is hosted below another is found beside it', async () => {
    account = await simulated(via);
    account.simulator.addZone({ name: 'sub.example.com', cloud: 'huaweicloud' });
    const zones = await account.provider.findZones(toFqdn('_dnsauth.a.sub.example.com'), newCall());
    expect(zones.map(({ name }) => name).sort()).toEqual(['example.com.', 'sub.example.com.']);
  });

  test('a set that fails after it was accepted says so, and one that stays on its way does not', async () => {
    account = await simulated(via);
    const { faults } = account.simulator;
    faults.add({ cloud: 'huaweicloud', kind: 'status-error' });
    expect((await apply(account, { add: ['mine'] })).settled).toBe(false);
    expect(await read(account)).toMatchObject({ settled: false, unserved: 'ERROR', values: ['mine'] });
    await apply(account, { remove: ['mine'] });
    faults.add({ cloud: 'huaweicloud', kind: 'stuck-pending' });
    await apply(account, { add: ['mine'] });
    expect(await read(account)).toMatchObject({ settled: false });
    expect(await read(account)).not.toHaveProperty('unserved');
  });

  test.each([409, 400] as const)(
    'a set on its way is BUSY (HTTP %d) to a merge and to a removal',
    async (busyStatus) => {
      account = await simulated(via, { settleMs: 600_000, busyStatus });
      await apply(account, { add: ['mine'] });
      const busy = { code: 'BUSY', vendorCode: 'DNS.0314', httpStatus: busyStatus, retryable: true };
      await expect(applyToRead(account, { add: ['other'] })).rejects.toMatchObject(busy);
      await expect(applyToRead(account, { remove: ['mine'] })).rejects.toMatchObject(busy);
    },
  );

  test('a set that is being deleted makes an addition BUSY until it is gone', async () => {
    account = await simulated(via, {
      settleMs: 3_000,
      records: [{ name: '_dnsauth', type: 'TXT', value: 'foreign' }],
    });
    await applyToRead(account, { remove: ['foreign'] });
    const { held } = account;
    await expect(applyToRead(account, { add: ['mine'] })).rejects.toMatchObject({
      code: 'BUSY',
      retryable: true,
    });
    await expect.poll(held, { timeout: 30_000 }).toEqual([]);
    await applyToRead(account, { add: ['mine'] });
    expect(held()).toEqual(['_dnsauth.example.com. TXT mine']);
  });

  test('a write that is refused for its signature is AUTH_INVALID after one request', async () => {
    account = await simulated(via);
    const { endpoint } = account.simulator.huaweicloud;
    const { simulator } = account;
    const wrong = { accessKeyId: simulator.huaweicloud.accessKeyId, secretAccessKey: 'wrongsecret' };
    const before = simulator.calls.length;
    const client = vendorClient(endpoint, wrong, true);
    const provider =
      via === 'its own requests'
        ? huaweicloud({ endpoint, ...wrong, environment: {} })
        : huaweicloud({ client });
    await expect(provider.findZones(KEY.name, newCall())).rejects.toMatchObject({
      code: 'AUTH_INVALID',
      retryable: false,
    });
    expect(simulator.calls).toHaveLength(before + 1);
  });
});
