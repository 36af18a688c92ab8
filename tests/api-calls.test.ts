import { createHash } from 'node:crypto';
import { createClient, type DesiredRecord, type DnsProvider, type Lease } from '@domainproof/core';
import { alidns } from '@domainproof/provider-alidns';
import { huaweicloud } from '@domainproof/provider-huaweicloud';
import { type SimulatedZone, type Simulator, startSimulator } from '@domainproof/simulator';
import { afterEach, describe, expect, test } from 'vitest';

type Cloud = SimulatedZone['cloud'];

const APEX = '_acme-challenge.example.com';
const MANY = 200;

let simulator: Simulator;
afterEach(() => simulator.close());

async function start(cloud: Cloud, decoys: number): Promise<void> {
  const zones: SimulatedZone[] = [{ name: 'example.com', cloud, edition: 'ultimate' }];
  // Half of them are found by a search for the zone too. Past a page of such neighbours (100 at Alibaba Cloud) a search takes one call more.
  for (let index = 0; index < decoys; index += 1)
    zones.push({ name: index % 2 ? `my${index}-example.com` : `decoy${index}.test`, cloud });
  simulator = await startSimulator({ zones });
}

/** A provider as a new process has it: it knows nothing yet. */
function fresh(cloud: Cloud): DnsProvider {
  const environment = simulator.env;
  return cloud === 'alidns' ? alidns({ environment }) : huaweicloud({ environment });
}

const record = (name: string, value: string): DesiredRecord => ({ name, type: 'TXT', value });
/** Values as certificate authorities make them: none is part of another one. */
const tokenOf = (text: string) => createHash('sha256').update(text).digest('base64url');
const manyRecords = (whose = 'ours') =>
  Array.from({ length: MANY }, (_, index) =>
    record(`_acme-challenge.host${index}.example.com`, tokenOf(`${whose} ${index}`)),
  );

async function add(cloud: Cloud, records: readonly DesiredRecord[]): Promise<Lease[]> {
  const leases = await createClient({ providers: [fresh(cloud)] }).ensureAll(records);
  return JSON.parse(JSON.stringify(leases));
}

async function remove(cloud: Cloud, leases: readonly Lease[]): Promise<void> {
  await createClient({ providers: [fresh(cloud)] }).releaseAll(leases);
}

const operations = () => simulator.calls.map(({ operation }) => operation);
const isWrite = (operation: string) => !/^(List|Show|Describe|Get)/.test(operation);
const writes = () => operations().filter(isWrite);
const namesLeft = (cloud: Cloud) => simulator.records(cloud, 'example.com').length;

describe.each([
  { cloud: 'alidns' as const, one: 3, two: 5 },
  { cloud: 'huaweicloud' as const, one: 5, two: 6 },
])('at $cloud, in new processes for adding and for removing', ({ cloud, one, two }) => {
  test.each([0, 100])(`one value takes at most ${one} calls, with %i decoy zones`, async (decoys) => {
    await start(cloud, decoys);
    await remove(cloud, await add(cloud, [record(APEX, 'token-1')]));
    expect(operations().length, operations().join(', ')).toBeLessThanOrEqual(one);
    expect(namesLeft(cloud)).toBe(0);
  });

  test.each([0, 100])(`apex and wildcard take at most ${two} calls, with %i decoy zones`, async (decoys) => {
    await start(cloud, decoys);
    await remove(cloud, await add(cloud, [record(APEX, 'token-1'), record(APEX, 'token-2')]));
    expect(operations().length, operations().join(', ')).toBeLessThanOrEqual(two);
    expect(namesLeft(cloud)).toBe(0);
  });
});

describe('200 names in one zone', () => {
  test('take one write to add and one to remove at Alibaba Cloud', async () => {
    await start('alidns', 100);
    const leases = await add('alidns', manyRecords());
    expect(namesLeft('alidns')).toBe(MANY);
    expect(writes(), operations().join(', ')).toEqual(['OperateBatchDomain']);
    await remove('alidns', leases);
    expect(namesLeft('alidns')).toBe(0);
    expect(writes(), operations().join(', ')).toEqual(['OperateBatchDomain', 'OperateBatchDomain']);
  });

  test('take one write to add and two to remove at Huawei Cloud', async () => {
    await start('huaweicloud', 100);
    const leases = await add('huaweicloud', manyRecords());
    expect(namesLeft('huaweicloud')).toBe(MANY);
    expect(writes(), operations().join(', ')).toEqual(['BatchCreateTask']);
    await remove('huaweicloud', leases);
    expect(namesLeft('huaweicloud')).toBe(0);
    // A batch deletes 100 record sets at the most.
    expect(writes().slice(1), operations().join(', ')).toEqual([
      'BatchDeleteRecordSets',
      'BatchDeleteRecordSets',
    ]);
  });

  test('join what is there with four writes at Huawei Cloud, 50 record sets each, and leave it so', async () => {
    await start('huaweicloud', 0);
    await add('huaweicloud', manyRecords('foreign'));
    const before = simulator.records('huaweicloud', 'example.com');
    const already = writes().length;
    const leases = await add('huaweicloud', manyRecords());
    expect(writes().slice(already)).toEqual(Array.from({ length: 4 }, () => 'BatchUpdateRecordSets'));
    await remove('huaweicloud', leases);
    expect(writes().slice(already)).toHaveLength(8);
    expect(simulator.records('huaweicloud', 'example.com')).toEqual(before);
  });

  test('that are there already take no write at all', async () => {
    for (const cloud of ['alidns', 'huaweicloud'] as const) {
      await start(cloud, 0);
      await add(cloud, manyRecords());
      const before = writes().length;
      const again = await add(cloud, manyRecords());
      expect(again.every(({ created }) => !created)).toBe(true);
      expect(writes()).toHaveLength(before);
      if (cloud === 'alidns') await simulator.close();
    }
  });
});
