import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lease } from '@domainproof/core';
import { type Simulator, type SimulatorOptions, startSimulator } from '@domainproof/simulator';
import { afterAll, beforeAll } from 'vitest';
import type { ExitCode, Io, OutputStream } from '../src/index.js';
import { run } from '../src/index.js';

/** A stream that keeps what is written. */
export class Captured implements OutputStream {
  text = '';
  isTTY?: boolean;
  columns?: number;
  rows?: number;

  constructor(terminal?: { columns: number; rows: number }) {
    if (terminal) Object.assign(this, { isTTY: true, ...terminal });
  }

  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

export interface Result {
  code: ExitCode;
  stdout: string;
  stderr: string;
  /** The document on standard output. */
  // biome-ignore lint/suspicious/noExplicitAny: what is in it is what the tests find out.
  json(): any;
  /** The objects on standard output, one a line. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  events(): any[];
}

/** Runs a command line with captured streams. */
export async function cli(
  argv: readonly string[],
  io: Partial<Io> & { stdinText?: string } = {},
): Promise<Result> {
  const stdout = new Captured();
  const stderr = new Captured();
  const { stdinText, ...given } = io;
  const code = await run(argv, { stdout, stderr, env: {}, stdin: lines(stdinText ?? ''), ...given });
  return {
    code,
    stdout: stdout.text,
    stderr: stderr.text,
    json: () => JSON.parse(stdout.text),
    events: () =>
      stdout.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
  };
}

async function* lines(text: string) {
  yield text;
}

/** A simulator for the tests of a file, and an environment with a journal of its own. */
export function useSimulator(options: SimulatorOptions = {}) {
  const folder = temporaryFolder();
  const world = {
    simulator: undefined as unknown as Simulator,
    /** The simulator's settings and a journal that no other file uses. */
    env: {} as Record<string, string>,
    folder,
    /** Values of a TXT or CNAME set, by the simulator's own records. */
    values(cloud: 'huaweicloud' | 'alidns', name: string, type = 'TXT'): readonly string[] {
      const zone = name.split('.').slice(-2).join('.');
      const sets = world.simulator.records(cloud, zone);
      return sets.find((set) => set.name === `${name}.` && set.type === type)?.values ?? [];
    },
    run: (argv: readonly string[], io: Parameters<typeof cli>[1] = {}) =>
      cli(argv, { env: world.env, ...io }),
    async leases(): Promise<Lease[]> {
      return (await world.run(['leases', '--all', '--json'])).json().leases;
    },
  };
  beforeAll(async () => {
    world.simulator = await startSimulator(options);
    world.env = { ...world.simulator.env, DOMAINPROOF_JOURNAL: join(folder, 'leases.jsonl') };
  });
  afterAll(async () => {
    await world.simulator.close();
  });
  return world;
}

/** A folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'domainproof-cli-'));
  // A browser may still be writing its profile.
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));
  return folder;
}
