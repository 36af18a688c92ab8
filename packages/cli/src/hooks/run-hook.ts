import type { Invocation } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { HookClient, HookTask } from './contract.js';

/** Does what a client asks of its hook. Calls that ask for nothing load nothing. */
export async function runHook(
  client: HookClient,
  words: readonly string[],
  invocation: Invocation,
): Promise<ExitCode> {
  const task = await client.read(words, invocation.io.env);
  switch (task.task) {
    case 'nothing':
      return task.declined ? EXIT.notVisible : EXIT.done;
    case 'cleanup': {
      const { cleanup } = await import('./cleanup.js');
      return cleanup(task, client, invocation);
    }
    case 'cleanup of run': {
      const { cleanupOfRun } = await import('./cleanup.js');
      return cleanupOfRun(task, client, invocation);
    }
    case 'present':
      return runPresent(task, client, invocation);
  }
}

async function runPresent(
  task: HookTask & { task: 'present' },
  client: HookClient,
  invocation: Invocation,
): Promise<ExitCode> {
  const { io, flags, output } = invocation;
  // Before anything is done, so that the client knows of a hook that fails as well.
  if (task.told && !flags.has('json') && !flags.has('events'))
    io.stdout.write(`${JSON.stringify(task.told)}\n`);
  try {
    const { present } = await import('./present.js');
    return await present(task, client, invocation);
  } catch (error) {
    if (client.afterFailure) output.warn(client.afterFailure);
    throw error;
  }
}
