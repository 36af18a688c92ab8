import type { DnsProvider, PreparedChange, Receipt } from '@domainproof/core';
import { type Simulator, type SimulatorOptions, startSimulator } from '@domainproof/simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { failureOf, key, testCall, zone } from './support/server.js';
import { OLDER_CLIENTS, TRANSPORTS } from './support/transports.js';

type Zones = NonNullable<SimulatorOptions['zones']>;
type Records = NonNullable<Zones[number]['records']>;

let simulator: Simulator;
afterEach(() => simulator.close());

async function start(records: Records = [], options: Omit<SimulatorOptions, 'zones'> = {}): Promise<void> {
  simulator = await startSimulator({
    zones: [{ name: 'example.net', cloud: 'alidns', records }],
    ...options,
  });
}

const keys = (count: number) =>
  Array.from({ length: count }, (_, index) => key(`_dnsauth.h${index}.example.net.`));
const tokenOf = (index: number) => `token ${index} +/=~'*()%&`;
const operations = () => simulator.calls.map(({ operation }) => operation);
const stored = () => simulator.records('alidns', 'example.net').flatMap(({ values }) => values);

function adapter({ readRecordSets, applyChanges }: DnsProvider) {
  if (!readRecordSets || !applyChanges) throw new Error('The provider has no batch.');
  return { readRecordSets, applyChanges };
}

async function addAll(provider: DnsProvider, count: number) {
  const { readRecordSets, applyChanges } = adapter(provider);
  const current = await readRecordSets(zone, keys(count), testCall());
  const changes = keys(count).map(
    (recordKey, index): PreparedChange => ({
      current: current[index],
      change: { key: recordKey, add: [tokenOf(index)], remove: [], ttl: 600 },
    }),
  );
  return applyChanges(zone, changes, testCall());
}

async function removeAll(provider: DnsProvider, count: number) {
  const { readRecordSets, applyChanges } = adapter(provider);
  const current = await readRecordSets(zone, keys(count), testCall());
  const changes = keys(count).map(
    (recordKey, index): PreparedChange => ({
      current: current[index],
      change: { key: recordKey, add: [], remove: [tokenOf(index)], ttl: 600 },
    }),
  );
  return applyChanges(zone, changes, testCall());
}

describe.each([...TRANSPORTS, ...OLDER_CLIENTS])('over $name', ({ providerFor }) => {
  it('200 records of one zone are one write to add and one to remove', async () => {
    const decoys = Array.from({ length: 300 }, (_, index) => ({
      name: `decoy-${index}`,
      type: 'TXT',
      value: `decoy ${index}`,
    }));
    await start(decoys, { alidns: { batchMs: 100 } });
    const before = stored().sort();
    const provider = providerFor(simulator.alidns, simulator.alidns);
    const added = await addAll(provider, 200);
    expect(added.filter((result) => 'settled' in result)).toHaveLength(200);
    expect(stored()).toHaveLength(500);
    const ids = added.flatMap((result) =>
      Object.values(((result as Receipt).native as { recordIds: object }).recordIds),
    );
    expect(new Set(ids).size).toBe(200);
    const removed = await removeAll(provider, 200);
    expect(removed.every((result) => (result as Receipt).absent?.length === 0)).toBe(true);
    expect(stored().sort()).toEqual(before);
    expect(operations().filter((operation) => operation === 'OperateBatchDomain')).toHaveLength(2);
    expect(operations()).not.toContain('DeleteDomainRecord');
  });
});

describe('with a batch', () => {
  const [byDefault] = TRANSPORTS as [(typeof TRANSPORTS)[number]];
  const provider = () => byDefault.providerFor(simulator.alidns, simulator.alidns);

  it('five values need fewer calls than one by one, to add and to remove', async () => {
    await start();
    const { capabilities } = provider();
    const from = capabilities.batch ? capabilities.batch.from : 0;
    await addAll(provider(), from);
    expect(operations().length).toBeLessThan(from);
    const calls = operations().length;
    await removeAll(provider(), from);
    expect(operations().length - calls).toBeLessThan(from);
  });

  it('a value on another line and values of others stay, though RR and value are all that counts', async () => {
    const records: Records = [
      { name: '_dnsauth.h0', type: 'TXT', value: tokenOf(0), line: 'telecom' },
      { name: '_dnsauth.h0', type: 'TXT', value: 'foreign' },
      { name: '_dnsauth.h1', type: 'TXT', value: `${tokenOf(1)} and more` },
    ];
    await start(records);
    const before = simulator.records('alidns', 'example.net');
    await addAll(provider(), 6);
    await removeAll(provider(), 6);
    expect(simulator.records('alidns', 'example.net')).toEqual(before);
    expect(operations().filter((operation) => operation === 'DeleteDomainRecord')).toHaveLength(2);
  });

  it('a CNAME in the way of one record is told of that record, and the others are there', async () => {
    await start([{ name: '_dnsauth.h3', type: 'CNAME', value: 'elsewhere.example.org' }]);
    const results = await addAll(provider(), 6);
    expect(results.map((result) => 'settled' in result)).toEqual([true, true, true, false, true, true]);
    expect(results[3]).toMatchObject({ name: 'DnsError', outcomeUnknown: false });
    expect(stored()).toHaveLength(6);
  });

  it('a batch whose answer got lost is of unknown outcome, and all of it is there', async () => {
    await start();
    simulator.faults.add({
      cloud: 'alidns',
      operation: 'OperateBatchDomain',
      kind: 'reset',
      afterCommit: true,
    });
    expect(await failureOf(addAll(provider(), 6))).toMatchObject({ outcomeUnknown: true, retryable: true });
    expect(stored()).toHaveLength(6);
  });

  it('a batch that was throttled is of known outcome, and nothing of it is there', async () => {
    await start();
    simulator.faults.add({ cloud: 'alidns', operation: 'OperateBatchDomain', kind: 'throttle' });
    expect(await failureOf(addAll(provider(), 6))).toMatchObject({
      code: 'THROTTLED',
      outcomeUnknown: false,
    });
    expect(stored()).toEqual([]);
  });
});
