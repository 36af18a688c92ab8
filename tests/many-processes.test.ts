import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type DesiredRecord, fileJournal } from '@domainproof/core';
import { alidns } from '@domainproof/provider-alidns';
import { huaweicloud } from '@domainproof/provider-huaweicloud';
import { type Simulator, startSimulator } from '@domainproof/simulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const PROCESSES = 50;
const VALUES_EACH = 20;
const NAMES = 25;
const DEADLINE_MS = 600_000;
const worker = new URL('workers/many.mjs', import.meta.url);

const clouds = [
  { cloud: 'huaweicloud', zone: 'example.com', perSet: 50, open: huaweicloud },
  { cloud: 'alidns', zone: 'example.net', perSet: 90, open: alidns },
] as const;
const names = Array.from({ length: NAMES }, (_, index) => `_dnsauth.h${index}`);
const foreign = (name: string) => [`foreign value at ${name}`, 'another one'];

let simulator: Simulator;
let folder: string;
let file: string;
let workers: ChildProcess[];
beforeAll(async () => {
  simulator = await startSimulator({
    zones: clouds.map(({ cloud, zone }) => ({
      cloud,
      name: zone,
      records: names.flatMap((name) => foreign(name).map((value) => ({ name, type: 'TXT', value }))),
    })),
  });
  folder = mkdtempSync(join(tmpdir(), 'many-processes-'));
  file = join(folder, 'leases.jsonl');
  workers = Array.from({ length: PROCESSES }, () =>
    fork(worker, [file], { env: { PATH: process.env.PATH, ...simulator.env } }),
  );
  await Promise.all(workers.map((child) => once(child, 'message')));
}, DEADLINE_MS);
afterAll(async () => {
  await Promise.all(
    workers.map(async (child) => {
      const ended = once(child, 'exit');
      if (child.connected) child.disconnect();
      await ended;
    }),
  );
  await simulator.close();
  rmSync(folder, { recursive: true });
}, DEADLINE_MS);

/** The records of one process. Every name gets 40 values, of as many processes. */
function recordsOf(process: number, zone: string): DesiredRecord[] {
  return Array.from({ length: VALUES_EACH }, (_, index) => ({
    name: `${names[(process * VALUES_EACH + index) % NAMES]}.${zone}`,
    type: 'TXT',
    value: `value ${index} of process ${process}`,
  }));
}

/** Gives every process its task, and waits until all of them are done. */
async function tell(taskFor: (index: number) => object): Promise<void> {
  const answers = await Promise.all(
    workers.map(async (child, index) => {
      child.send(taskFor(index));
      return (await once(child, 'message'))[0];
    }),
  );
  expect(answers).toEqual(workers.map(() => 'done'));
}

describe.each(clouds)('50 processes with 20 values each at $cloud', ({ cloud, zone, perSet, open }) => {
  const all = Array.from({ length: PROCESSES }, (_, index) => recordsOf(index, zone));
  const [first] = names.map((name) => `${name}.${zone}`) as [string];
  const stored = () =>
    Object.fromEntries(simulator.records(cloud, zone).map(({ name, values }) => [name, values]));
  const expected = (records: readonly DesiredRecord[]) =>
    Object.fromEntries(
      names.map((name) => {
        const ours = records.filter((record) => record.name === `${name}.${zone}`);
        return [`${name}.${zone}.`, [...foreign(name), ...ours.map(({ value }) => value)].sort()];
      }),
    );

  test('lose no value', { timeout: DEADLINE_MS }, async () => {
    await tell((index) => ({ cloud, ensure: all[index] }));
    expect(stored()).toEqual(expected(all.flat()));
    expect(await fileJournal({ file }).all()).toHaveLength(PROCESSES * VALUES_EACH);
  });

  test('fill a set up to the limit of the vendor, and are told of it', { timeout: DEADLINE_MS }, async () => {
    const client = createClient({
      providers: [open({ environment: simulator.env })],
      journal: fileJournal({ file }),
    });
    const record = (value: string) => ({ name: first, type: 'TXT', value });
    const room = perSet - (stored()[`${first}.`] as readonly string[]).length;
    const more = await client.ensureAll(
      Array.from({ length: room }, (_, index) => record(`one more ${index}`)),
    );
    expect(stored()[`${first}.`]).toHaveLength(perSet);
    await expect(client.ensure(record('one too many'))).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await client.releaseAll(more);
    expect(stored()).toEqual(expected(all.flat()));
  });

  test('take exactly their values away, each those of another one', { timeout: DEADLINE_MS }, async () => {
    await tell((index) => ({ cloud, release: all[(index + 1) % PROCESSES]?.map(({ value }) => value) }));
    expect(stored()).toEqual(expected([]));
    expect(await fileJournal({ file }).all()).toEqual([]);
  });
});
