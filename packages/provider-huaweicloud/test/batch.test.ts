import {
  type DnsError,
  isDnsError,
  type PreparedChange,
  type Receipt,
  type RecordKey,
  toFqdn,
  type ValueChange,
} from '@domainproof/core';
import { afterEach, describe, expect, test } from 'vitest';
import { type Simulated, simulated } from './support/simulated.js';
import { newCall, type Via } from './support/vendor-server.js';

const VIAS: readonly Via[] = ['its own requests', 'the client as published', 'the client with codes'];

let account: Simulated | undefined;
afterEach(async () => {
  await account?.simulator.close();
  account = undefined;
});

function keyOf(name: string, fields: Partial<RecordKey> = {}): RecordKey {
  return { name: toFqdn(`${name}.example.com`), type: 'TXT', line: 'default', ...fields };
}

const NAMES = Array.from({ length: 200 }, (_, index) => `_dnsauth.h${index}`);

/** Reads what is there and applies the changes to it, as the engine does. */
async function batch(
  { provider, zone }: Simulated,
  changes: readonly (Partial<ValueChange> & { key: RecordKey })[],
): Promise<readonly (Receipt | DnsError)[]> {
  const full = changes.map((change) => ({ add: [], remove: [], ttl: 300, ...change }));
  const sets = await provider.readRecordSets?.(
    zone,
    full.map(({ key }) => key),
    newCall(),
  );
  const prepared: PreparedChange[] = full.map((change, index) => ({ change, current: sets?.[index] }));
  return (await provider.applyChanges?.(zone, prepared, newCall())) ?? [];
}

const adding = (name: string, value = 'mine') => ({ key: keyOf(name), add: [value] });
const removing = (name: string, value = 'mine') => ({ key: keyOf(name), remove: [value] });

describe.each(VIAS)('over %s', (via) => {
  test('200 new sets take one write and three reads, and their removal two writes and one read', async () => {
    account = await simulated(via);
    const receipts = await batch(
      account,
      NAMES.map((name) => adding(name)),
    );
    expect(account.asked()).toEqual([
      'ListRecordSets',
      'BatchCreateTask',
      'ShowBatchCreateTask',
      'ListRecordSets',
    ]);
    expect(receipts).toHaveLength(200);
    for (const receipt of receipts)
      expect(receipt).toMatchObject({
        settled: true,
        present: [],
        native: { recordSetId: expect.any(String) },
      });
    expect(account.held()).toHaveLength(200);

    const removals = await batch(
      account,
      NAMES.map((name) => removing(name)),
    );
    expect(account.asked()).toEqual(['ListRecordSets', 'BatchDeleteRecordSets', 'BatchDeleteRecordSets']);
    for (const receipt of removals) expect(receipt).toMatchObject({ settled: true, absent: [] });
    expect(account.held()).toEqual([]);
  });

  test('120 merges take three writes, keep what others put there, and are not settled yet', async () => {
    const names = NAMES.slice(0, 120);
    account = await simulated(via, {
      records: names.map((name) => ({ name, type: 'TXT', value: 'foreign', ttl: 77 })),
    });
    const receipts = await batch(
      account,
      names.map((name) => adding(name)),
    );
    expect(account.asked()).toEqual(['ListRecordSets', ...Array(3).fill('BatchUpdateRecordSets')]);
    for (const receipt of receipts) expect(receipt).toMatchObject({ settled: false, present: [] });
    expect(account.held()).toHaveLength(240);
    expect(account.simulator.records('huaweicloud', 'example.com')[0]?.ttl).toBe(77);

    await batch(
      account,
      names.map((name) => removing(name)),
    );
    expect(account.asked()).toEqual(['ListRecordSets', ...Array(3).fill('BatchUpdateRecordSets')]);
    expect(account.held()).toEqual(names.map((name) => `${name}.example.com. TXT foreign`).sort());
  });

  test('each change is told of by itself: what is there, what is gone, what conflicts and what is refused', async () => {
    account = await simulated(via, {
      records: [
        { name: 'there', type: 'TXT', value: 'mine' },
        { name: 'alias', type: 'CNAME', value: 'target.example.net.' },
      ],
    });
    const [there, gone, alias, bad, ...created] = await batch(account, [
      adding('there'),
      removing('gone'),
      adding('alias'),
      adding('bad', 'a "quoted" text'),
      ...['n1', 'n2', 'n3'].map((name) => adding(name)),
    ]);
    expect(there).toMatchObject({ settled: true, present: ['mine'] });
    expect(gone).toMatchObject({ settled: true, absent: ['mine'] });
    expect(alias).toMatchObject({ code: 'RECORD_CONFLICT', vendorCode: 'DNS.0312', outcomeUnknown: false });
    expect(bad).toMatchObject({ code: 'INVALID_VALUE' });
    for (const receipt of created) expect(receipt).toMatchObject({ settled: true });
    expect(account.held()).toHaveLength(5);
  });

  test('a batch that is refused for one of its entries gives each an error, and changes nothing', async () => {
    account = await simulated(via, {
      records: ['a', 'b'].map((name) => ({ name, type: 'TXT', value: 'foreign' })),
    });
    const { provider, zone } = account;
    const keys = ['a', 'b'].map((name) => keyOf(name));
    const sets = await provider.readRecordSets?.(zone, keys, newCall());
    // Someone else deletes one of them.
    await provider.applyChange(
      zone,
      sets?.[0],
      { key: keys[0]!, add: [], remove: ['foreign'], ttl: 0 },
      newCall(),
    );
    const prepared = keys.map((key, index) => ({
      current: sets?.[index],
      change: { key, add: ['mine'], remove: [], ttl: 300 },
    }));
    const outcomes = (await provider.applyChanges?.(zone, prepared, newCall())) ?? [];
    expect(outcomes).toHaveLength(2);
    expect(outcomes[0]).not.toBe(outcomes[1]);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ name: 'DnsError', code: 'RECORD_CONFLICT', outcomeUnknown: false });
    expect(account.held()).toEqual(['b.example.com. TXT foreign']);
  });

  test('a set that someone else deleted is absent, and the rest is deleted', async () => {
    account = await simulated(via, {
      records: ['a', 'b', 'c'].map((name) => ({ name, type: 'TXT', value: 'mine' })),
    });
    const { provider, zone } = account;
    const keys = ['a', 'b', 'c'].map((name) => keyOf(name));
    const sets = await provider.readRecordSets?.(zone, keys, newCall());
    const changes = keys.map((key) => ({ key, add: [], remove: ['mine'], ttl: 0 }));
    await provider.applyChange(zone, sets?.[1], changes[1]!, newCall());
    const prepared = changes.map((change, index) => ({ current: sets?.[index], change }));
    const outcomes = await provider.applyChanges?.(zone, prepared, newCall());
    expect(outcomes?.map((outcome) => (isDnsError(outcome) ? outcome : outcome.absent))).toEqual([
      [],
      ['mine'],
      [],
    ]);
    expect(account.held()).toEqual([]);
  });

  test('fewer than three new sets are created one by one', async () => {
    account = await simulated(via);
    await batch(account, [adding('a'), adding('b')]);
    expect(account.asked()).toEqual(['ListRecordSets', 'CreateRecordSet', 'CreateRecordSet']);
  });

  test('a single merge and a single removal are requests for one set', async () => {
    account = await simulated(via, {
      records: ['a', 'b'].map((name) => ({ name, type: 'TXT', value: 'foreign' })),
    });
    await batch(account, [adding('a'), removing('b', 'foreign')]);
    expect(account.asked().sort()).toEqual(['DeleteRecordSet', 'ListRecordSets', 'UpdateRecordSet']);
    expect(account.held()).toEqual(['a.example.com. TXT foreign', 'a.example.com. TXT mine']);
  });

  test('sets that are still on their way are not settled', async () => {
    account = await simulated(via, { settleMs: 60_000 });
    account.simulator.faults.add({
      cloud: 'huaweicloud',
      operation: 'ShowBatchCreateTask',
      kind: 'internal-error',
      times: 5,
    });
    const receipts = await batch(
      account,
      ['a', 'b', 'c'].map((name) => adding(name)),
    );
    for (const receipt of receipts) expect(receipt).toMatchObject({ settled: false });
  });
});
