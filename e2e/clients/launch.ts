import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Order, Run } from './client.js';

/** A program at work for a client. */
export interface Launched extends Pick<Run, 'ended' | 'kill'> {
  /** Waits until it has printed something. @throws Error with what it printed, if it ends before */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** SIGTERM: it may end what it is at. */
  stop(): void;
}

/**
 * Starts a program in a process group of its own, so that it dies together with its hooks; at the latest when the scenario closes.
 *
 * @param environment beside that of the scenario
 */
export function launch(
  { scenario, folder }: Order,
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Launched {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...scenario.environment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  const ended = new Promise<{ status: number | null; output: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output }));
  });
  const printed = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(output);
        if (match) resolve(match);
      };
      for (const stream of [child.stdout, child.stderr]) stream.on('data', look);
      ended.then(() => reject(new Error(`${command} ended: ${output}`)), reject);
    });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  const kill = () => killGroup(child.pid);
  scenario.atClose(kill);
  return { ended, kill, printed, stop: () => child.kill('SIGTERM') };
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** What a client calls, without the words that it adds. */
export function hookCommand(client: string, { timeout }: Order): string {
  return ['domainproof', 'hook', client, ...waiting(timeout)].join(' ');
}

/** Flags of domainproof. */
export function waiting(timeout: string | undefined): string[] {
  return timeout === undefined ? [] : ['--timeout', timeout];
}

/** A program that hands its words on, for clients that take a path and no command line. */
export function program(folder: string, command: string): string {
  const file = join(folder, 'hook');
  writeFileSync(file, `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  return file;
}
