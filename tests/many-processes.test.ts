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
beforeAll(async () => {
  simulator = await startSimulator({
    zones: clouds.map(({ cloud, zone }) => ({
      cloud,
      name: zone,
      records: names.flatMap((name) => foreign(name).map((value) => ({ name, type: 'TXT', value }))),
    })),
  });
  folder = mkdtempSync(join(tmpdir(), 'many-processes-'));
});
afterAll(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true });
});

/** The records of one process. Every name gets 40 values, of as many processes. */
function recordsOf(process: number, zone: string): DesiredRecord[] {
  return Array.from({ length: VALUES_EACH }, (_, index) => ({
    name: `${names[(process * VALUES_EACH + index) % NAMES]}.${zone}`,
    type: 'TXT',
    value: `value ${index} of process ${process}`,
  }));
}

async function tell(workers: readonly ChildProcess[], taskFor: (index: number) => object): Promise<void> {
  const answers = await Promise.all(
    workers.map(async (child, index) => {
      child.send(taskFor(index));
      return (await once(child, 'message'))[0];
    }),
  );
  expect(answers).toEqual(workers.map(() => 'done'));
}

describe.each(clouds)('50 processes with 20 values each at $cloud', ({ cloud, zone, perSet, open }) => {
  const stored = () =>
    Object.fromEntries(simulator.records(cloud, zone).map(({ name, values }) => [name, values]));
  const expected = (add: (name: string) => readonly string[]) =>
    Object.fromEntries(
      names.map((name) => [`${name}.${zone}.`, [...foreign(name), ...add(`${name}.${zone}`)].sort()]),
    );

  test('lose no value, and take exactly theirs away', { timeout: DEADLINE_MS }, async () => {
    const file = join(folder, cloud, 'leases.jsonl');
    const journal = fileJournal({ file });
    const all = Array.from({ length: PROCESSES }, (_, index) => recordsOf(index, zone));
    const workers = all.map(() =>
      fork(worker, [cloud, file], { env: { PATH: process.env.PATH, ...simulator.env } }),
    );
    try {
      await Promise.all(workers.map((child) => once(child, 'message')));
      const t0 = Date.now();
      await tell(workers, (index) => ({ ensure: all[index] }));
      console.log(cloud, 'ensure', Date.now() - t0, simulator.calls.length);
      const full = expected((name) =>
        all
          .flat()
          .filter((record) => record.name === name)
          .map(({ value }) => value),
      );
      expect(stored()).toEqual(full);
      expect(await journal.all()).toHaveLength(PROCESSES * VALUES_EACH);

      const [name] = names as [string];
      const client = createClient({ providers: [open({ environment: simulator.env })], journal });
      const ensure = (value: string) => client.ensure({ name: `${name}.${zone}`, type: 'TXT', value });
      const room = perSet - (full[`${name}.${zone}.`] as string[]).length;
      const more = [];
      for (let index = 0; index < room; index += 1) more.push(await ensure(`one more ${index}`));
      await expect(ensure('one too many')).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
      await client.releaseAll(more);
      expect(stored()).toEqual(full);

      const t1 = Date.now();
      await tell(workers, (index) => ({
        release: all[(index + 1) % PROCESSES]?.map(({ value }) => value),
      }));
      console.log(cloud, 'release', Date.now() - t1, simulator.calls.length);
      expect(stored()).toEqual(expected(() => []));
      expect(await journal.all()).toEqual([]);
    } finally {
      await Promise.all(
        workers.map(async (child) => {
          const ended = once(child, 'exit');
          if (child.connected) child.disconnect();
          await ended;
        }),
      );
    }
  });
});
