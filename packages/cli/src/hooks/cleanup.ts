import type { CallOptions, Lease } from '@domainproof/core';
import type { Invocation } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { Outcomes } from '../outcomes.js';
import { removalDocument, removalLines } from '../output/removal.js';
import { type Found, leasesOf } from '../proving/find-leases.js';
import { withDefaults } from '../requested-records.js';
import { openSession, type Session } from '../session.js';
import { resolveSettings, type Settings } from '../settings.js';
import type { Cleanup, CleanupOfRun, HookClient } from './contract.js';
import { RunFile } from './run-file.js';
import { tellResult } from './tell-result.js';

/** Takes the records of a hook away, whichever process wrote them; one that is gone already is as good. */
export async function cleanup(task: Cleanup, client: HookClient, invocation: Invocation): Promise<ExitCode> {
  const settings = await resolveSettings(invocation.flags, invocation.io);
  const runFile = task.run && new RunFile(settings.journal, task.run);
  const records = task.records.map((record) => withDefaults(record, settings));
  await release(client, invocation, settings, runFile, (session, options) =>
    leasesOf(records, session, settings, options),
  );
  return EXIT.done;
}

/** Takes away what the run wrote and did not take away. Asks nobody if that is nothing. */
export async function cleanupOfRun(
  { run }: CleanupOfRun,
  client: HookClient,
  invocation: Invocation,
): Promise<ExitCode> {
  const settings = await resolveSettings(invocation.flags, invocation.io);
  const runFile = new RunFile(settings.journal, run);
  const ids = await runFile.read();
  if (ids.length === 0) return EXIT.done;
  await release(client, invocation, settings, runFile, async ({ journal }) => {
    const leases = (await journal.all()).filter(({ id }) => ids.includes(id));
    return { leases, excluded: [] };
  });
  await runFile.clear();
  return EXIT.done;
}

async function release(
  client: HookClient,
  invocation: Invocation,
  settings: Settings,
  runFile: RunFile | undefined,
  find: (session: Session, options: CallOptions) => Promise<Found>,
): Promise<void> {
  const outcomes = new Outcomes();
  const session = await openSession(invocation, settings, (event) => outcomes.apply(event));
  const options = { signal: invocation.io.signal, timeoutMs: settings.timeoutMs };
  const { leases, excluded } = await find(session, options);
  const reports = await session.client
    .releaseAll(leases, options)
    .catch((error) => Promise.reject(outcomes.failure(leases, error)));
  await runFile?.forget(leases.map(({ id }: Lease) => id));
  tellResult({ client, invocation }, removalDocument(reports, excluded), removalLines(reports, excluded));
}
