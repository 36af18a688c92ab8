import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lease } from '@domainproof/core';
import { Programs } from '../tests/real-servers/programs.mjs';
import { type Authority, startAuthority } from './authority.js';
import type { Backend, BackendKind } from './backends/backend.js';
import { startResolver } from './resolver.js';

/** The command line as it is built. */
const PROGRAM = fileURLToPath(new URL('../packages/cli/dist/bin.cjs', import.meta.url));

const ATTEMPTS = 5;

/** A back end, an authority that sees it through a resolver, and a journal: all of it new, and nobody else's. */
export interface Scenario<B extends Backend = Backend> {
  backend: B;
  /** `ADDRESS:PORT` of the resolver that the authority asks. */
  resolver: string;
  authority: Authority;
  /** All that a client is started with; `domainproof` is on its path. */
  environment: Readonly<Record<string, string>>;
  /** A new folder, empty. */
  folder(name: string): string;
  /** Runs the command line. @throws Error with what it printed, if it fails */
  domainproof<T>(...args: readonly string[]): Promise<T>;
  /** What is in the journal. */
  leases(): Promise<Lease[]>;
  /** What is to be done when the scenario closes, before anything else. */
  atClose(action: () => void): void;
  close(): Promise<void>;
}

/** A port that was free may be taken when its server starts, as many connections are made meanwhile: then with other ports. */
export async function openScenario<B extends Backend>(kind: BackendKind<B>): Promise<Scenario<B>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await openOnce(kind);
    } catch (error) {
      if (attempt === ATTEMPTS || !/already in use/i.test((error as Error).message)) throw error;
    }
  }
}

async function openOnce<B extends Backend>(kind: BackendKind<B>): Promise<Scenario<B>> {
  const directory = mkdtempSync(join(tmpdir(), 'domainproof-e2e-'));
  const programs = new Programs(directory);
  const folder = (name: string) => programs.folder(name);
  const endings: (() => void)[] = [];
  const backend = await kind.start();
  const close = async () => {
    for (const end of endings) end();
    await programs.close();
    await backend.close();
    rmSync(directory, { recursive: true });
  };
  try {
    const resolver = await startResolver(programs, backend.nameServers);
    const authority = await startAuthority(programs, resolver);
    const environment = {
      ...backend.environment,
      PATH: [programOnPath(folder('bin')), process.env.PATH].join(delimiter),
      HOME: folder('home'),
      DOMAINPROOF_JOURNAL: join(directory, 'leases.jsonl'),
    };
    const domainproof = <T>(...args: readonly string[]) => json<T>(args, environment);
    const leases = async () => (await domainproof<{ leases: Lease[] }>('leases', '--all')).leases;
    const atClose = (action: () => void) => endings.push(action);
    return { backend, resolver, authority, environment, folder, domainproof, leases, atClose, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** `domainproof` as a program that hooks can name. @returns the folder that it is in */
export function programOnPath(folder: string): string {
  const file = join(folder, 'domainproof');
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`, { mode: 0o755 });
  return folder;
}

function json<T>(args: readonly string[], env: Readonly<Record<string, string>>): Promise<T> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [PROGRAM, ...args, '--json'], { env }, (error, stdout, stderr) =>
      error ? reject(new Error(`${args.join(' ')}: ${stdout}${stderr}`)) : resolve(JSON.parse(stdout)),
    );
  });
}
