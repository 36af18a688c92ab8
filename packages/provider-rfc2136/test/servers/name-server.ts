import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Programs } from '../../../../tests/real-servers/programs.mjs';
import { Gate } from './gate.js';
import { freePort } from './loopback.js';
import { isServed } from './questions.js';

const SERVED_MS = 10_000;

/** A name server program that runs, with dynamic zones. */
export interface NameServer {
  readonly title: string;
  readonly port: number;
  /** Whoever changes records does it together with others: while zones are added nothing else may happen, since PowerDNS fails when two write to its database. */
  readonly gate: Gate;
  /** New zones with nothing in them but SOA and NS, without final dots. Resolved when all are served. Names that are there already stay as they are. */
  addZones(names: readonly string[]): Promise<void>;
  /** What the program has printed. */
  log(): string;
  close(): Promise<void>;
}

/** Where a server is at home. */
export interface Place {
  programs: Programs;
  port: number;
  folder: string;
}

/** What one kind of server does in its own way. */
export interface ServerProgram {
  title: string;
  /** What has to be installed. */
  commands: readonly string[];
  start(place: Place): Promise<void>;
  /** Lets the running program know of new zones. `all`: these and those that it knows. */
  announce(place: Place, added: readonly string[], all: readonly string[]): Promise<void>;
}

/** Whether a server, and what is needed to look after it, is on this machine. */
export function isInstalled({ commands }: ServerProgram): boolean {
  return [...commands, 'nsupdate'].every(
    (command) => spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0,
  );
}

/** Starts a server on a free port of loopback. */
export async function startNameServer(program: ServerProgram): Promise<NameServer> {
  const directory = mkdtempSync(join(tmpdir(), 'domainproof-server-'));
  const programs = new Programs(directory);
  const place: Place = { programs, port: await freePort(), folder: programs.folder('server') };
  const known = new Set<string>();
  const gate = new Gate();

  async function addZones(names: readonly string[]): Promise<void> {
    const added = names.filter((name) => !known.has(name));
    if (added.length === 0) return;
    for (const name of added) known.add(name);
    await program.announce(place, added, [...known]);
    const deadline = Date.now() + SERVED_MS;
    for (const name of added)
      while (!(await isServed(place.port, name))) {
        if (Date.now() > deadline)
          throw new Error(`${program.title} does not serve ${name}:\n${programs.output('server')}`);
        await delay(5);
      }
  }

  async function close(): Promise<void> {
    await programs.close();
    rmSync(directory, { recursive: true });
  }

  try {
    await program.start(place);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    title: program.title,
    port: place.port,
    gate,
    addZones: (names) => gate.alone(() => addZones(names)),
    log: () => programs.output('server'),
    close,
  };
}

/** The master file of a zone with nothing in it. */
export function emptyZone(name: string): string {
  return `$ORIGIN ${name}.
$TTL 3600
@ SOA ns1.servers.example. hostmaster.servers.example. 1 3600 600 86400 60
@ NS ns1.servers.example.
`;
}
