import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Order, Run } from './client.js';

/**
 * Starts a client in a process group of its own, so that it dies together with its hooks.
 *
 * @param environment beside that of the scenario
 */
export function launch(
  { scenario, folder }: Order,
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Pick<Run, 'ended' | 'kill'> {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...scenario.environment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  const ended = new Promise<{ status: number | null; output: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output }));
  });
  return { ended, kill: () => process.kill(-child.pid!, 'SIGKILL') };
}

/** A program that hands its arguments on, for clients that take a path and no command line. */
export function hookProgram(folder: string, ...command: readonly string[]): string {
  const file = join(folder, 'hook');
  writeFileSync(file, `#!/bin/sh\nexec ${command.join(' ')} "$@"\n`, { mode: 0o755 });
  return file;
}
