import type { DesiredRecord, ReleaseReport } from '@domainproof/core';
import { type Simulator, startSimulator } from '@domainproof/simulator';
import { afterEach, describe, expect, test } from 'vitest';
import type { Presented } from '../src/challenges/challenges.js';
import { challenge, makeWorld, type World } from './challenges-world.js';
import { temporaryFolder } from './harness.js';

const folder = temporaryFolder();
const foreign = [
  { name: '_acme-challenge', type: 'TXT', value: 'foreign' },
  { name: '_acme-challenge.host1', type: 'TXT', value: 'foreign' },
];
const ZONES = [
  { name: 'example.com', cloud: 'huaweicloud', records: foreign },
  { name: 'example.net', cloud: 'alidns', records: foreign },
] as const;

let simulator: Simulator;
let journals = 0;
afterEach(() => simulator.close());

async function start(options: Parameters<typeof startSimulator>[0] = {}, timeoutMs = 20_000): Promise<World> {
  simulator = await startSimulator({ zones: ZONES, ...options });
  journals += 1;
  return makeWorld(simulator, folder, { journal: `${journals}.jsonl`, timeoutMs });
}

const before = () =>
  JSON.stringify([
    simulator.records('huaweicloud', 'example.com'),
    simulator.records('alidns', 'example.net'),
  ]);
const operations = () => simulator.calls.map(({ operation }) => operation);
const isWrite = (operation: string) => !/^(List|Show|Describe|Get)/.test(operation);
const held = async ({ journal }: World) => (await journal.all()).length;

function values(record: DesiredRecord): readonly string[] {
  const [cloud, zone] = record.name.endsWith('.net.')
    ? (['alidns', 'example.net'] as const)
    : (['huaweicloud', 'example.com'] as const);
  return simulator.records(cloud, zone).find(({ name }) => name === record.name)?.values ?? [];
}

const presentAll = ({ challenges }: World, records: readonly DesiredRecord[]): Promise<Presented[]> =>
  Promise.all(records.map((record) => challenges.present(record)));
const cleanUpAll = (
  { challenges }: World,
  records: readonly DesiredRecord[],
): Promise<ReleaseReport['outcome'][]> => Promise.all(records.map((record) => challenges.cleanup(record)));

describe.each([
  {
    zone: 'example.com',
    cloud: 'huaweicloud',
    add: 'BatchCreateTask',
    remove: 'BatchDeleteRecordSets',
    // A set that is there already refuses to be created, and is then replaced as a whole.
    join: ['CreateRecordSet', 'UpdateRecordSet'],
  },
  {
    zone: 'example.net',
    cloud: 'alidns',
    add: 'OperateBatchDomain',
    remove: 'OperateBatchDomain',
    join: ['AddDomainRecord', 'AddDomainRecord'],
  },
] as const)('names in one zone at $cloud', ({ zone, cloud, add, remove, join }) => {
  test('many at once take one write to add, one wait, and one write to remove; values of others stay', async () => {
    const world = await start();
    const untouched = before();
    const records = Array.from({ length: 12 }, (_, index) => challenge(`host${index + 100}.${zone}`));
    const presented = await presentAll(world, records);
    expect(presented.map(({ report }) => report.visible)).toEqual(records.map(() => true));
    expect(presented.map(({ lease }) => [lease.name, lease.provider])).toEqual(
      records.map(({ name }) => [name, cloud]),
    );
    expect(operations().filter(isWrite), operations().join(', ')).toEqual([add]);

    expect(await cleanUpAll(world, records)).toEqual(records.map(() => 'removed'));
    expect(operations().filter(isWrite)).toEqual([add, remove]);
    expect(world.asked).toEqual({ ensureEach: [12], wait: [12], releaseEach: [12] });
    expect(before()).toBe(untouched);
    expect(await held(world)).toBe(0);
  });

  test('apex and wildcard are two values in one set, written at once beside the value of others', async () => {
    const world = await start();
    const untouched = before();
    const both = [challenge(zone, 'apex'), challenge(`*.${zone}`, 'wildcard')];
    await presentAll(world, both);
    expect(values(both[0]!)).toEqual(['foreign', ...both.map(({ value }) => value)].sort());
    expect(operations().filter(isWrite)).toEqual(join);
    expect(await cleanUpAll(world, both)).toEqual(['removed', 'removed']);
    expect(before()).toBe(untouched);
  });
});

test('one record that cannot be written fails alone, and so does one that cannot be removed', async () => {
  const world = await start();
  const records = ['example.com', 'nowhere.example.org', 'a.example.net', 'b.example.net'].map((name) =>
    challenge(name),
  );
  const settled = await Promise.allSettled(records.map((record) => world.challenges.present(record)));
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(settled[1]).toMatchObject({ reason: { code: 'ZONE_NOT_FOUND' } });
  const released = await Promise.allSettled(records.map((record) => world.challenges.cleanup(record)));
  expect(released[1]).toMatchObject({ reason: { code: 'ZONE_NOT_FOUND' } });
  expect(released.filter((_, index) => index !== 1).map((one) => 'value' in one && one.value)).toEqual([
    'removed',
    'removed',
    'removed',
  ]);
  expect(await held(world)).toBe(0);
});

test('each ends as soon as its own record is visible', async () => {
  const world = await start({ serverDelaysMs: { huaweicloud: [1500, 1500], alidns: [0, 0] } });
  const order: string[] = [];
  await Promise.all(
    ['example.com', 'example.net'].map((name) =>
      world.challenges.present(challenge(name)).then(() => order.push(name)),
    ),
  );
  expect(order).toEqual(['example.net', 'example.com']);
  expect(world.asked.wait).toEqual([2]);
});

test('a record that is not visible in time is told with the findings, and stays until it is cleaned up', async () => {
  const world = await start({ serverDelaysMs: { alidns: [60_000, 60_000] } }, 1_000);
  const record = challenge('www.example.net');
  const { lease, report } = await world.challenges.present(record);
  expect(report).toMatchObject({ visible: false, verdict: 'pending', name: record.name });
  expect('findings' in report && report.findings.map(({ code }) => code)).not.toEqual([]);
  expect(values(record)).toEqual([record.value]);
  expect((await world.journal.all()).map(({ id }) => id)).toEqual([lease.id]);
  expect(await world.challenges.cleanup(record)).toBe('removed');
  expect(values(record)).toEqual([]);
});

test('the same record asked for by two at once is written once and answers both; one of them leaving ends nothing', async () => {
  const world = await start({ serverDelaysMs: { huaweicloud: [800, 800] } });
  const record = challenge('www.example.com');
  const gone = new AbortController();
  const first = world.challenges.present(record, gone.signal);
  const second = world.challenges.present(record);
  setTimeout(() => gone.abort(), 400);
  await expect(first).rejects.toMatchObject({ code: 'ABORTED' });
  const third = world.challenges.present(record);
  expect((await second).lease).toEqual((await third).lease);
  expect(world.asked).toMatchObject({ ensureEach: [1], wait: [1] });
  const outcomes = await Promise.all([world.challenges.cleanup(record), world.challenges.cleanup(record)]);
  expect(outcomes).toEqual(['removed', 'removed']);
  expect(world.asked.releaseEach).toEqual([1]);
});

test('when all have left, the wait ends, and what was written is found by the cleanup', async () => {
  const world = await start({ serverDelaysMs: { huaweicloud: [60_000, 60_000] } });
  const records = [challenge('a.example.com'), challenge('b.example.com')];
  const gone = new AbortController();
  const asked = records.map((record) => world.challenges.present(record, gone.signal));
  setTimeout(() => gone.abort(), 1_000);
  for (const { status } of await Promise.allSettled(asked)) expect(status).toBe('rejected');
  // It would take the whole time of the wait otherwise, which is longer than a test may.
  expect(await cleanUpAll(world, records)).toEqual(['removed', 'removed']);
  await world.challenges.close();
  expect(records.flatMap(values)).toEqual([]);
});

test('what nobody waits for any more before it is begun is not written', async () => {
  const world = await start();
  const gone = new AbortController();
  const asked = world.challenges.present(challenge('www.example.com'), gone.signal);
  gone.abort();
  await expect(asked).rejects.toMatchObject({ code: 'ABORTED' });
  await expect(
    world.challenges.present(challenge('www.example.com'), AbortSignal.abort()),
  ).rejects.toMatchObject({ code: 'ABORTED' });
  await world.challenges.close();
  expect(simulator.calls).toEqual([]);
});

test('a cleanup asked for while the record is being written comes after it, and a present after that comes last', async () => {
  const world = await start({ serverDelaysMs: { huaweicloud: [300, 300] } });
  const record = challenge('www.example.com');
  const order: string[] = [];
  const tell = (what: string) => () => order.push(what);
  await Promise.all([
    world.challenges.present(record).then(tell('present')),
    world.challenges.cleanup(record).then(tell('cleanup')),
    world.challenges.present(record).then(tell('present again')),
  ]);
  expect(order).toEqual(['present', 'cleanup', 'present again']);
  expect(values(record)).toEqual([record.value]);
  expect(await world.challenges.cleanup(record)).toBe('removed');
});

test('a cleanup goes on though nobody waits for it', async () => {
  const world = await start();
  const record = challenge('www.example.com');
  await world.challenges.present(record);
  const gone = new AbortController();
  const asked = world.challenges.cleanup(record, gone.signal);
  gone.abort();
  await expect(asked).rejects.toMatchObject({ code: 'ABORTED' });
  await world.challenges.close();
  expect(values(record)).toEqual([]);
});

test('a cleanup finds what another process wrote, and the value itself where no journal tells of it', async () => {
  const world = await start();
  const [known, unknown] = [challenge('known.example.net'), challenge('unknown.example.com')];
  await presentAll(makeWorld(simulator, folder, { journal: `${journals}.jsonl` }), [known]);
  await presentAll(makeWorld(simulator, folder, { journal: 'elsewhere.jsonl' }), [unknown]);
  const absent = challenge('absent.example.com');
  expect(await cleanUpAll(world, [known, unknown, absent])).toEqual(['removed', 'removed', 'absent']);
  expect([known, unknown].flatMap(values)).toEqual([]);
});

test('a value that was there before its lease is kept', async () => {
  const world = await start();
  const record: DesiredRecord = { name: '_acme-challenge.example.net.', type: 'TXT', value: 'foreign' };
  expect((await world.challenges.present(record)).lease.created).toBe(false);
  expect(await world.challenges.cleanup(record)).toBe('kept');
  expect(values(record)).toEqual(['foreign']);
});

test('closed, it ends what is under way and begins nothing more', async () => {
  const world = await start();
  const record = challenge('www.example.com');
  const asked = world.challenges.present(record);
  const removed = world.challenges.cleanup(record);
  await world.challenges.close();
  expect((await asked).report.visible).toBe(true);
  expect(await removed).toBe('removed');
  await expect(world.challenges.present(record)).rejects.toMatchObject({ code: 'ABORTED' });
  await expect(world.challenges.cleanup(record)).rejects.toMatchObject({ code: 'ABORTED' });
});

test('without a resolver nothing is written, and the error says so', async () => {
  const world = await start();
  const { createVerifier } = await import('@domainproof/propagation-verifier');
  const { createChallenges } = await import('../src/challenges/create-challenges.js');
  const dead = createChallenges({
    ...world,
    openVerifier: async () => createVerifier({ resolvers: ['127.0.0.1:9'], queryTimeoutMs: 50 }),
  });
  await expect(dead.present(challenge('www.example.com'))).rejects.toMatchObject({
    code: 'TIMEOUT',
    hint: expect.stringContaining('resolver'),
  });
  expect(simulator.calls).toEqual([]);
});
