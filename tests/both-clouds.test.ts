import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Simulator, startSimulator } from '@domainproof/simulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from './packages.js';

const program = join(root, 'packages', 'cli', 'dist', 'bin.cjs');
const clouds = ['huaweicloud', 'alidns'] as const;
const DECOYS = 121;
const RECORDS = 501;

/** Each cloud holds its domain behind 121 others of nearly the same name, with 501 records in it, and a sub-zone of the other cloud's. */
const domain = { huaweicloud: 'example.com', alidns: 'example.net' } as const;
const other = { huaweicloud: 'alidns', alidns: 'huaweicloud' } as const;

let simulator: Simulator;
let folder: string;
beforeAll(async () => {
  const zones = clouds.flatMap((cloud) => [
    {
      cloud,
      name: domain[cloud],
      records: [
        ...Array.from({ length: RECORDS }, (_, index) => ({
          name: `_dnsauth.h${index}`,
          type: 'TXT',
          value: `v${index}`,
        })),
        { name: '_dnsauth', type: 'TXT', value: 'foreign' },
      ],
    },
    ...Array.from({ length: DECOYS }, (_, index) => ({ cloud, name: `my${index}-${domain[cloud]}` })),
    { cloud, name: `sub.${domain[other[cloud]]}` },
  ]);
  simulator = await startSimulator({ zones, huaweicloud: { pageLimit: 50 }, alidns: { pageLimit: 50 } });
  folder = mkdtempSync(join(tmpdir(), 'both-clouds-'));
});
afterAll(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true });
});

function domainproof(...args: string[]): Promise<{ code: number; document: Record<string, never> }> {
  const env = { PATH: process.env.PATH, HOME: folder, ...simulator.env };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args, '--json'], { env }, (error, stdout) => {
      resolve({ code: error ? Number(error.code) : 0, document: JSON.parse(stdout) });
    });
  });
}

function stored(
  cloud: (typeof clouds)[number],
  name: string,
  zone: string = domain[cloud],
): readonly string[] {
  return simulator.records(cloud, zone).find((set) => set.name === `${name}.`)?.values ?? [];
}

describe.each(clouds)('the command line at %s', (cloud) => {
  const name = `_dnsauth.${domain[cloud]}`;

  test('proves two values beside a foreign one, and takes exactly them away', async () => {
    const first = await domainproof('prove', name, 'TXT', '"token-1"');
    const second = await domainproof('prove', name, 'TXT', 'token-2');
    for (const { code, document } of [first, second]) {
      expect(code).toBe(0);
      expect(document).toMatchObject({
        ok: true,
        records: [
          { name: `${name}.`, type: 'TXT', visible: true, lease: { provider: cloud, created: true } },
        ],
      });
    }
    expect(stored(cloud, name)).toEqual(['foreign', 'token-1', 'token-2']);
    const removed = await domainproof('remove', name, 'TXT', 'token-1');
    expect(removed).toMatchObject({ code: 0, document: { removed: 1, absent: 0, kept: 0 } });
    expect(stored(cloud, name)).toEqual(['foreign', 'token-2']);
    expect((await domainproof('remove', name, 'TXT', 'token-2')).code).toBe(0);
    expect(stored(cloud, name)).toEqual(['foreign']);
  });

  test('finds every zone, past the first page', async () => {
    const { document } = await domainproof('zones', '--provider', cloud);
    expect((document as unknown as { zones: unknown[] }).zones).toHaveLength(DECOYS + 2);
  });

  test.each([0, RECORDS - 1])('finds record %i of 501 and joins it', async (index) => {
    const host = `_dnsauth.h${index}.${domain[cloud]}`;
    const lease = await domainproof('add', host, 'TXT', 'token-3');
    expect(lease).toMatchObject({ code: 0, document: { created: true } });
    expect(stored(cloud, host)).toEqual(['token-3', `v${index}`]);
    const again = await domainproof('add', host, 'TXT', `v${index}`);
    expect(again.document).toMatchObject({ created: false });
    expect((await domainproof('remove', host, 'TXT', 'token-3')).code).toBe(0);
    expect(stored(cloud, host)).toEqual([`v${index}`]);
  });

  test('never takes a zone with a longer name for the right one', async () => {
    const { code, document } = await domainproof('add', `_dnsauth.y0-${domain[cloud]}`, 'TXT', 'x');
    expect({ code, document }).toMatchObject({ code: 4, document: { error: { code: 'ZONE_NOT_FOUND' } } });
  });

  test('writes into a hosted sub-zone, and not into its parent at the other cloud', async () => {
    const zone = `sub.${domain[other[cloud]]}`;
    const { code, document } = await domainproof('prove', `_dnsauth.${zone}`, 'TXT', 'token-4');
    expect({ code, document }).toMatchObject({
      code: 0,
      document: { records: [{ lease: { provider: cloud, zone: `${zone}.` } }] },
    });
    expect(stored(cloud, `_dnsauth.${zone}`, zone)).toEqual(['token-4']);
  });
});
