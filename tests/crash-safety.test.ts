import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { createClient, fileJournal, type Lease } from '@domainproof/core';
import { alidns } from '@domainproof/provider-alidns';
import { huaweicloud } from '@domainproof/provider-huaweicloud';
import { type Simulator, startSimulator } from '@domainproof/simulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from './packages.js';
import { type Moment, startStrikingProxy } from './striking-proxy.js';
import { randomFrom } from './workers/random.mjs';

/** To repeat a run: CRASH_SEED=…, and CRASH_POINT=… for one point of it. Both are in the message of a failure. */
const SEED = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
const ONE_POINT = process.env.CRASH_POINT;
const POINTS = 200;
/** Processes that live at the same time. */
const LANES = 3;
/** Every so many points, what is left is listed and removed by the command line. */
const BY_COMMAND_LINE = 25;
const worker = new URL('workers/mortal.mjs', import.meta.url);
const program = join(root, 'packages', 'cli', 'dist', 'bin.cjs');
const clouds = ['huaweicloud', 'alidns'] as const;
type Cloud = (typeof clouds)[number];

/** When to kill: so many milliseconds after a moment of the wire, or a step of the journal, has come for the nth time. */
interface Strike {
  at: Moment | 'step';
  nth: number;
  afterMs: number;
  /** The request that is under way then never arrives. */
  lost: boolean;
}

let simulator: Simulator;
let folder: string;
beforeAll(async () => {
  simulator = await startSimulator({ zones: [] });
  folder = mkdtempSync(join(tmpdir(), 'crash-safety-'));
});
afterAll(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true });
});

test(`a process killed at any of ${POINTS} points leaves nothing that cannot be listed and removed, and harms no foreign value`, {
  timeout: 600_000,
}, async () => {
  console.info(`Crash points of seed ${SEED}`);
  const points = ONE_POINT ? [Number(ONE_POINT)] : Array.from({ length: POINTS }, (_, index) => index);
  const failures: string[] = [];
  const lane = async () => {
    for (let point = points.shift(); point !== undefined; point = points.shift())
      await crashAt(point).catch((error) => failures.push(error.message));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  expect(failures).toEqual([]);
});

async function crashAt(point: number): Promise<void> {
  const random = randomFrom(SEED * 1_000 + point);
  const at = random.pick(['asked', 'done', 'answered', 'step', 'step']);
  const strike: Strike = {
    at,
    nth: 1 + random.below(at === 'step' ? 60 : 25),
    afterMs: random.below(2) * random.below(12),
    lost: random.below(4) === 0,
  };
  const cloud = clouds[point % 2] as Cloud;
  const zone = `point${point}-${cloud}.test`;
  try {
    simulator.addZone({ cloud, name: zone, records: FOREIGN });
    const file = join(folder, `${point}`, 'leases.jsonl');
    await liveAndDie(cloud, zone, file, point, strike);
    await (point % BY_COMMAND_LINE < 2 ? checkByCommandLine : checkByClient)(cloud, zone, file);
  } catch (error) {
    const how = `${cloud}, ${JSON.stringify(strike)}`;
    throw new Error(
      `CRASH_SEED=${SEED} CRASH_POINT=${point} (${how}): ${stripVTControlCharacters((error as Error).message)}`,
    );
  }
}

const FOREIGN = [
  { name: '_acme-challenge', type: 'TXT', value: 'foreign' },
  { name: '_dnsauth', type: 'TXT', value: 'foreign one' },
  { name: '_dnsauth', type: 'TXT', value: 'foreign two' },
  { name: 'www', type: 'CNAME', value: 'foreign.example.org' },
];

/** Starts a process, and kills it when it is time. Resolves when it is dead and nothing of it is under way any more. */
async function liveAndDie(
  cloud: Cloud,
  zone: string,
  file: string,
  point: number,
  strike: Strike,
): Promise<void> {
  let seen = 0;
  let dead = false;
  const see = (moment: Strike['at']): boolean => {
    if (moment === strike.at) seen += 1;
    const due = moment === strike.at && seen === strike.nth;
    if (due && strike.afterMs === 0) kill();
    else if (due) setTimeout(kill, strike.afterMs);
    return !(strike.lost && (dead || (due && strike.afterMs === 0)));
  };
  const proxy = await startStrikingProxy(simulator[cloud].endpoint, see);
  const child = fork(worker, [file, String(SEED * 1_000 + point), JSON.stringify({ [cloud]: zone })], {
    env: {
      PATH: process.env.PATH,
      ...simulator.env,
      DOMAINPROOF_HUAWEICLOUD_ENDPOINT: proxy.endpoint,
      DOMAINPROOF_ALIDNS_ENDPOINT: proxy.endpoint,
    },
  });
  function kill(): void {
    dead = true;
    child.kill('SIGKILL');
  }
  let failure: string | undefined;
  child.on('message', ({ step, failed }: { step?: string; failed?: string }) => {
    if (failed !== undefined) {
      failure = failed;
      kill();
    } else if (step === 'ready') child.send('go');
    else see('step');
  });
  await once(child, 'exit');
  await proxy.drained();
  await proxy.close();
  if (failure !== undefined) throw new Error(`The process failed by itself: ${failure}`);
}

async function checkByClient(cloud: Cloud, zone: string, file: string): Promise<void> {
  const provider = cloud === 'alidns' ? alidns : huaweicloud;
  const client = createClient({
    providers: [provider({ environment: simulator.env })],
    journal: fileJournal({ file }),
  });
  const leases: Lease[] = [];
  for await (const lease of client.leases()) leases.push(lease);
  expectListed(cloud, zone, leases);
  await client.releaseAll(leases);
  expect(stored(cloud, zone)).toEqual(foreignOf(zone));
  expect(await fileJournal({ file }).all()).toEqual([]);
}

async function checkByCommandLine(cloud: Cloud, zone: string, file: string): Promise<void> {
  const { leases } = await domainproof(file, 'leases');
  expectListed(cloud, zone, leases);
  if (leases.length > 0) await domainproof(file, 'remove', ...leases.map(({ id }) => id));
  expect(stored(cloud, zone)).toEqual(foreignOf(zone));
  expect((await domainproof(file, 'leases', '--all')).leases).toEqual([]);
}

function domainproof(file: string, ...args: string[]): Promise<{ leases: Lease[] }> {
  const env = { PATH: process.env.PATH, HOME: folder, DOMAINPROOF_JOURNAL: file, ...simulator.env };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...args, '--json'], { env }, (error, stdout, stderr) =>
      error ? reject(new Error(`${args.join(' ')}: ${stdout}${stderr}`)) : resolve(JSON.parse(stdout)),
    );
  });
}

/** Every value in the cloud is somebody else's, or a lease names it; and everybody else's is there. */
function expectListed(cloud: Cloud, zone: string, leases: readonly Lease[]): void {
  const known = [...foreignOf(zone), ...leases.map(({ name, type, value }) => `${name} ${type} ${value}`)];
  expect(known).toEqual(expect.arrayContaining(stored(cloud, zone)));
  expect(stored(cloud, zone)).toEqual(expect.arrayContaining(foreignOf(zone)));
}

function stored(cloud: Cloud, zone: string): string[] {
  return simulator
    .records(cloud, zone)
    .flatMap(({ name, type, values }) => values.map((value) => `${name} ${type} ${value}`))
    .sort();
}

function foreignOf(zone: string): string[] {
  return FOREIGN.map(
    ({ name, type, value }) => `${name}.${zone}. ${type} ${value}${type === 'CNAME' ? '.' : ''}`,
  ).sort();
}
