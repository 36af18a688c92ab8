import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { DesiredRecord } from '@domainproof/core';
import type { Simulator } from '@domainproof/simulator';
import challenges from '../../../../examples/challenges.json' with { type: 'json' };
import { Flags } from '../arguments.js';
import type { Command, Invocation } from '../command.js';
import { countCalls, describeCalls } from '../demo/api-calls.js';
import { isStored, scenarioFor } from '../demo/scenario.js';
import { LeftoverError, UsageError } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { FROM } from '../flags.js';
import type { Io } from '../io.js';
import { showName, showRecord } from '../output/record-text.js';
import { PROOF_TYPES, readSource, recordsFromText } from '../requested-records.js';
import type { VisibilityDocument } from '../visibility.js';
import { prove } from './prove.js';
import { remove } from './remove.js';

/** Milliseconds from a write until the first and the second name server of a cloud serve it: real ones take about as long. */
const SERVER_DELAYS_MS = { huaweicloud: [350, 1_200], alidns: [700, 2_300] } as const;
/** Milliseconds that the simulated Huawei Cloud leaves a record set in a PENDING state. */
const SETTLE_MS = 250;
/** Milliseconds after which what was removed must be gone. */
const GONE_WITHIN_MS = 10 * SETTLE_MS;
/** Milliseconds; a demo that takes longer has failed. */
const TIMEOUT_MS = 15_000;

export const demo: Command = {
  usage: '[--from FILE.json]',
  description: `Starts both clouds on this machine, runs prove and then remove on example challenges against them, and checks the outcome in
the simulator's own records: all values were visible, all are gone, and a value of someone else at each TXT name still stands.
Needs no account and no network.`,
  examples: ['domainproof demo', 'domainproof demo --from challenges.json', 'domainproof demo --json'],
  flags: [FROM],

  async run(invocation) {
    const { positionals, flags, io } = invocation;
    if (positionals.length > 0)
      throw new UsageError(`demo takes no words ("${positionals[0]}"), only flags.`);
    const from = flags.text('from');
    const text = from === undefined ? JSON.stringify(challenges) : await readSource(from, io);
    const folder = await mkdtemp(join(tmpdir(), 'domainproof-demo-'));
    try {
      return await demonstrate(text, folder, invocation);
    } catch (error) {
      // What was written ends with the simulator: nothing is left to remove.
      throw error instanceof LeftoverError ? error.cause : error;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function demonstrate(text: string, folder: string, { io, output, flags }: Invocation) {
  const source = flags.text('from') ?? 'examples/challenges.json';
  const records = recordsFromText(text, source, PROOF_TYPES, {});
  const scenario = scenarioFor(records);
  const { startSimulator } = await import('@domainproof/simulator');
  const simulator = await startSimulator({
    zones: scenario.zones,
    serverDelaysMs: SERVER_DELAYS_MS,
    huaweicloud: { settleMs: SETTLE_MS },
  });
  try {
    for (const { name, cloud } of scenario.zones)
      output.progress('hosted', `${name} at ${cloud}, simulated on this machine`);
    for (const { name, value } of scenario.foreign)
      output.progress('foreign', `${showName(name)} TXT "${value}" stands there already and must survive`);

    const inner = innerIo(io, simulator, folder, text);
    const proof = await runInner<VisibilityDocument>(
      prove,
      [],
      { from: '-', timeout: `${TIMEOUT_MS}ms` },
      inner,
      output,
    );
    const proveCalls = countCalls(simulator.calls);
    output.progress('calls', `of prove: ${describeCalls(proveCalls)}`);
    const stored = records.filter((record) => isStored(simulator, scenario.zones, record)).length;

    const ids = proof.records.flatMap(({ lease }) => (lease ? [lease.id] : []));
    const before = simulator.calls.length;
    const removal = await runInner<{ removed: number }>(remove, ids, {}, inner, output);
    const removeCalls = countCalls(simulator.calls.slice(before));
    output.progress('calls', `of remove: ${describeCalls(removeCalls)}`);

    // A deletion is accepted first and done a moment later.
    const isLeft = (record: DesiredRecord) => isStored(simulator, scenario.zones, record);
    for (let waited = 0; waited < GONE_WITHIN_MS && records.some(isLeft); waited += 50) await setTimeout(50);
    const left = records.filter(isLeft);
    const survived = scenario.foreign.filter((foreign) =>
      isStored(simulator, scenario.zones, { ...foreign, type: 'TXT' }),
    ).length;
    const visible = proof.records.filter((record) => record.visible).length;
    const ok =
      proof.ok && stored === records.length && left.length === 0 && survived === scenario.foreign.length;
    output.result(
      {
        ok,
        prove: proof,
        remove: removal,
        apiCalls: { prove: proveCalls, remove: removeCalls },
        foreign: { planted: scenario.foreign.length, survived },
      },
      [
        ...left.map((record) => `not removed: ${showRecord(record)}`),
        `${visible} of ${records.length} records visible, ${records.length - left.length} of ${records.length} removed, ` +
          `${survived} of ${scenario.foreign.length} foreign values untouched`,
      ],
    );
    return ok ? EXIT.done : EXIT.notVisible;
  } finally {
    await simulator.close();
  }
}

/** The surroundings of a user whose accounts are the simulator's, and no setting of the person at the keyboard. */
function innerIo(io: Io, simulator: Simulator, folder: string, text: string): Io {
  const { TERM, NO_COLOR } = io.env;
  const env = { ...simulator.env, DOMAINPROOF_JOURNAL: join(folder, 'leases.jsonl'), TERM, NO_COLOR };
  return { ...io, env, stdin: textStream(text) };
}

/** Runs a command as the program would, and returns the document that it would print. */
async function runInner<Document extends object>(
  command: Command,
  positionals: readonly string[],
  flags: Readonly<Record<string, string>>,
  io: Io,
  output: Invocation['output'],
): Promise<Document> {
  let printed: object | undefined;
  await command.run({
    positionals,
    flags: new Flags(new Map(Object.entries(flags).map(([name, value]) => [name, [value]]))),
    io,
    output: {
      ...output,
      result(document) {
        printed = document;
      },
    },
  });
  return printed as Document;
}

async function* textStream(text: string) {
  yield text;
}
