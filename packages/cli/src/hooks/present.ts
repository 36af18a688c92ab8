import type { DesiredRecord } from '@domainproof/core';
import type { Report } from '@domainproof/propagation-verifier';
import type { Invocation } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { withLeftovers } from '../leftovers.js';
import { Outcomes } from '../outcomes.js';
import { count } from '../output/record-text.js';
import { awaitWritten } from '../proving/await-written.js';
import { findDelegations } from '../proving/delegations.js';
import { heldLeases } from '../proving/find-leases.js';
import { WRITE_MS, type Written } from '../proving/write-records.js';
import { withDefaults } from '../requested-records.js';
import { openSession, openVerifier, type Session } from '../session.js';
import { DEFAULT_WAIT_MS, resolveSettings, type Settings } from '../settings.js';
import { visibilityDocument, visibilityLines } from '../visibility.js';
import type { HookClient, Present } from './contract.js';
import { RunFile } from './run-file.js';
import { tellResult } from './tell-result.js';

/** Taking away what a failed hook wrote has a time of its own, so that it is done also when the hook is interrupted. */
const TAKE_BACK_MS = 60_000;

/** What the steps of a hook work with. */
interface Work {
  task: Present;
  client: HookClient;
  invocation: Invocation;
  settings: Settings;
  session: Session;
  outcomes: Outcomes;
  records: readonly DesiredRecord[];
  /** How long the whole hook may take, in milliseconds. No client that is known here ends its hook after a time. */
  timeoutMs: number;
  runFile?: RunFile;
}

/** Writes the records of a hook and waits for them, or leaves the waiting to the last hook of the run. */
export async function present(task: Present, client: HookClient, invocation: Invocation): Promise<ExitCode> {
  const settings = await resolveSettings(invocation.flags, invocation.io);
  const outcomes = new Outcomes();
  const session = await openSession(invocation, settings, (event) => outcomes.apply(event));
  const records = task.records.map((record) => withDefaults(record, settings));
  const timeoutMs = settings.timeoutMs ?? DEFAULT_WAIT_MS;
  const runFile = task.run && new RunFile(settings.journal, task.run);
  const work = { task, client, invocation, settings, session, outcomes, records, timeoutMs, runFile };
  if (task.run?.begins) await runFile?.clear();
  return withLeftovers(session.journal, records, async () => {
    try {
      const code = task.waitsFor === 'nothing' ? await record(work) : await prove(work);
      if (client.forgetsFailures && code !== EXIT.done) await takeBack(work);
      return code;
    } catch (error) {
      // If this fails too, the leases are in the journal, and the error names them.
      if (client.forgetsFailures) await takeBack(work).catch(() => {});
      throw error;
    }
  });
}

async function record(work: Work): Promise<ExitCode> {
  const leases = (await write(work)).map(({ lease }) => lease);
  tellResult(work, { ok: true, leases }, [`${count(leases.length, 'value')} written`]);
  return EXIT.done;
}

async function prove(work: Work): Promise<ExitCode> {
  const { session, settings, invocation, records, timeoutMs } = work;
  const verifier = await openVerifier(settings);
  const earlier = await earlierRecords(work);
  const all = [...earlier.map(({ record }) => record), ...records];
  const delegations = await findDelegations(verifier, session.client, all, invocation.io.signal);
  if ('ok' in delegations) return tellReport(delegations, [], work);
  const written = [...earlier, ...(await write(work))];
  const { report } = await awaitWritten(
    written,
    delegations,
    { session, verifier },
    { timeoutMs, stopEarly: true },
    invocation,
  );
  return tellReport(report, written, work);
}

/** All or nothing counts: the client goes no further without one of them. What is written is remembered in either case. */
async function write({
  records,
  session,
  settings,
  outcomes,
  timeoutMs,
  runFile,
  invocation,
}: Work): Promise<Written[]> {
  try {
    const leases = await session.client.ensureAll(records, {
      signal: invocation.io.signal,
      timeoutMs: Math.min(timeoutMs, WRITE_MS),
    });
    return records.map((record, index) => ({ record, lease: leases[index]! }));
  } catch (error) {
    throw outcomes.failure(records, error);
  } finally {
    const held = runFile ? await heldLeases(records, session.journal, settings) : [];
    await runFile?.remember(held.flat().map(({ id }) => id));
  }
}

/** What earlier hooks of the run wrote and left to this one to wait for. */
async function earlierRecords({ task, records, session, runFile }: Work): Promise<Written[]> {
  if (task.waitsFor !== 'the run' || !runFile) return [];
  const ids = await runFile.read();
  const isOwn = ({ name, value }: Pick<DesiredRecord, 'name' | 'value'>) =>
    records.some((own) => own.name === name && own.value === value);
  return (await session.journal.all())
    .filter((lease) => ids.includes(lease.id) && !isOwn(lease))
    .map((lease) => ({
      record: { name: lease.name, type: lease.type, value: lease.value, zone: lease.zone },
      lease,
    }));
}

async function takeBack({ records, session, settings }: Work): Promise<void> {
  const held = await heldLeases(records, session.journal, settings);
  await session.client.releaseAll(held.flat(), { timeoutMs: TAKE_BACK_MS });
}

function tellReport(report: Report, written: readonly Written[], work: Work): ExitCode {
  const { client, invocation, timeoutMs } = work;
  const document = visibilityDocument(
    report,
    written.map(({ lease }) => lease),
  );
  const lines = visibilityLines(report, invocation.output, timeoutMs);
  if (report.ok) {
    // That there are other values is as it should be: an apex and its wildcard stand at one name.
    tellResult(work, document, lines.slice(-1));
    return EXIT.done;
  }
  if (client.afterFailure) invocation.output.warn(client.afterFailure);
  invocation.output.result(document, lines);
  return EXIT.notVisible;
}
