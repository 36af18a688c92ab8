import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileJournal, type Lease } from '../src/index.js';
import { lease } from './journal-lease.js';

type Step =
  | { do: 'put'; by: number; leases: [id: string, value: string][] }
  | { do: 'drop'; by: number; ids: string[] }
  /** Many leases that come and go, so that the file is written anew now and then. */
  | { do: 'churn'; by: number; count: number }
  /** The last append was cut off after so much of it; what follows is a new process. */
  | { do: 'cut'; part: number }
  | { do: 'garbage'; text: string }
  | { do: 'reopen'; by: number };

const id = fc.constantFrom('a', 'b', 'c', 'd', 'ä 😀');
const by = fc.nat(1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('put'),
      by,
      leases: fc.array(fc.tuple(id, fc.constantFrom('one', 'zwei 😀', 'x'.repeat(300))), {
        minLength: 1,
        maxLength: 4,
      }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('drop'), by, ids: fc.array(id, { minLength: 1, maxLength: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('churn'), by, count: fc.constantFrom(300, 700) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('cut'), part: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('garbage'),
      text: fc.constantFrom('%%%', '{"put":{"version":1}}', '{"drop":4}', '{}', '\u0000\u0000'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen'), by }) },
) as fc.Arbitrary<Step>;

test('a journal is the map that puts and drops make of it, through crashes, damage, compaction and two writers', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const directory = mkdtempSync(join(tmpdir(), 'journal-'));
      const file = join(directory, 'leases.jsonl');
      try {
        await follow(file, steps);
      } finally {
        rmSync(directory, { recursive: true });
      }
    }),
    { numRuns: 150 },
  );
});

async function follow(file: string, steps: readonly Step[]): Promise<void> {
  const journals = [fileJournal({ file }), fileJournal({ file })];
  let model = new Map<string, Lease>();
  /** What the model was, and how long the file, before the last append. */
  let before: { model: Map<string, Lease>; size: number; ino: number } | undefined;
  const append = async (work: () => Promise<void>, change: () => void) => {
    before = { model: new Map(model), ...sizeOf(file) };
    change();
    await work();
  };
  for (const each of steps) {
    if (each.do === 'put') {
      const leases = each.leases.map(([name, value]) => lease(name, { value }));
      await append(
        () => journals[each.by]!.put(leases),
        () => {
          for (const one of leases) model.set(one.id, one);
        },
      );
    } else if (each.do === 'drop') {
      await append(
        () => journals[each.by]!.drop(each.ids),
        () => {
          for (const one of each.ids) model.delete(one);
        },
      );
    } else if (each.do === 'churn') {
      const many = Array.from({ length: each.count }, (_, index) => lease(`churn ${index}`));
      await journals[each.by]!.put(many);
      await journals[each.by]!.drop(many.map((one) => one.id));
      before = undefined;
    } else if (each.do === 'cut') {
      if (before === undefined || before.size === 0 || before.ino !== sizeOf(file).ino) continue;
      const { size } = sizeOf(file);
      const keep = before.size + Math.floor((size - before.size) * each.part);
      model = before.model;
      for (const line of readFileSync(file).subarray(before.size, keep).toString().split('\n'))
        replay(model, line);
      truncateSync(file, keep);
      before = undefined;
      journals[0] = fileJournal({ file });
    } else if (each.do === 'garbage') {
      if (sizeOf(file).size === 0) continue;
      appendFileSync(file, `\n${each.text}\n`);
      before = undefined;
    } else journals[each.by] = fileJournal({ file });
    for (const journal of [...journals, fileJournal({ file })])
      expect(await journal.all()).toEqual([...model.values()]);
  }
}

function sizeOf(file: string): { size: number; ino: number } {
  const found = statSync(file, { throwIfNoEntry: false });
  return { size: found?.size ?? 0, ino: found?.ino ?? 0 };
}

/** An entry counts if all of it is there, with or without the end of its line. */
function replay(model: Map<string, Lease>, line: string): void {
  try {
    const { put, drop } = JSON.parse(line) as { put?: Lease; drop?: string };
    if (put) model.set(put.id, put);
    if (drop !== undefined) model.delete(drop);
  } catch {
    // Cut off.
  }
}
