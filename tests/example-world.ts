import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Simulator, type SimulatorOptions, startSimulator } from '@domainproof/simulator';
import { onTestFinished } from 'vitest';
import { programOnPath } from '../e2e/scenario.js';
import { root } from './packages.js';

/** What has become of a program. */
export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** The surroundings that an example is run in: both clouds, with values of others, and `domainproof` on the path. */
export interface ExampleWorld {
  simulator: Simulator;
  /** Empty but for a folder `bin`, which is on the path. */
  folder: string;
  environment: Readonly<Record<string, string>>;
  /** All that both clouds hold. */
  snapshot(): string;
  /** Puts a program on the path. */
  standIn(name: string, script: string): void;
}

const foreign = { name: '_acme-challenge', type: 'TXT', value: 'foreign' };

/** Ends with the test. */
export async function openExampleWorld(options: SimulatorOptions = {}): Promise<ExampleWorld> {
  const simulator = await startSimulator({
    zones: [
      { name: 'example.com', cloud: 'huaweicloud', records: [foreign] },
      { name: 'example.net', cloud: 'alidns', records: [foreign] },
    ],
    ...options,
  });
  const folder = mkdtempSync(join(tmpdir(), 'domainproof-example-'));
  onTestFinished(async () => {
    await simulator.close();
    rmSync(folder, { recursive: true });
  });
  const bin = mkdtempSync(join(folder, 'bin-'));
  programOnPath(bin);
  return {
    simulator,
    folder,
    environment: {
      ...simulator.env,
      PATH: [bin, process.env.PATH].join(delimiter),
      HOME: folder,
      DOMAINPROOF_JOURNAL: join(folder, 'leases.jsonl'),
    },
    snapshot: () =>
      JSON.stringify([
        simulator.records('huaweicloud', 'example.com'),
        simulator.records('alidns', 'example.net'),
      ]),
    standIn: (name, script) => {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, name), 0o755);
    },
  };
}

/** A program that runs, in a process group of its own. */
export interface Running {
  ended: Promise<Ended>;
  /** To all processes of the group, as Ctrl-C does. */
  interrupt(): void;
}

/** @param cwd default: the root of the workspace */
export function begin(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd = root,
): Running {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text) => {
      texts[name] += text;
    });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...texts }));
  });
  return { ended, interrupt: () => process.kill(-(child.pid as number), 'SIGINT') };
}

/** Programs that an example needs and that are not here. */
export function missing(...commands: readonly string[]): string[] {
  return commands.filter((command) => spawnSync('sh', ['-c', `command -v ${command}`]).status !== 0);
}
