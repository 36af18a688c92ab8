import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { defineConformanceSuite } from '../src/index.js';
import { failing, HANGS, type Recorded } from './mutants/run.js';
import { mutants, mutantTable } from './mutants/table.js';
import { SetAdapter } from './reference/set-adapter.js';
import { setFacts } from './reference/set-cloud.js';
import { valueFacts } from './reference/value-cloud.js';
import { setWorld, valueWorld } from './reference/worlds.js';

/** What each of the broken adapters does right: a mutant that can do nothing would be killed by anything. */
const CONTROLS = [
  'finds a zone by a name in it, and by its own name',
  'adds values to a set that is not there',
  'ensures a CNAME and releases it',
];

function testsOf(Adapter: unknown): Recorded[] {
  const tests: Recorded[] = [];
  const record = (name: string, run: () => Promise<void>) => tests.push({ name, run });
  if (Object.create((Adapter as typeof SetAdapter).prototype) instanceof SetAdapter)
    defineConformanceSuite({
      test: record,
      facts: setFacts,
      makeWorld: setWorld(Adapter as typeof SetAdapter),
    });
  else defineConformanceSuite({ test: record, facts: valueFacts, makeWorld: valueWorld(Adapter as never) });
  return tests;
}

describe('the suite on adapters that repeat known defects', () => {
  test.concurrent.each(mutants)(
    'defect $defect: $what',
    async ({ Adapter, killedBy }) => {
      const wanted = new Set([...CONTROLS, ...killedBy]);
      const failed = await failing(testsOf(Adapter).filter(({ name }) => wanted.has(name)));
      for (const name of CONTROLS) expect(failed.get(name), name).toBe(undefined);
      for (const name of killedBy) {
        expect(failed.has(name), `"${name}" passed`).toBe(true);
        // A test that only ran out of time would say nothing of the defect.
        expect(failed.get(name), name).not.toBe(HANGS);
      }
    },
    120_000,
  );
});

test('every one of the 14 defects has a mutant, every mutant a killer, and every killer exists', () => {
  const defects = new Set(mutants.map(({ defect }) => defect));
  expect([...defects]).toEqual(Array.from({ length: 14 }, (_, index) => index + 1));
  expect(new Set(mutants.map(({ Adapter }) => Adapter)).size).toBe(mutants.length);
  for (const { Adapter, killedBy } of mutants) {
    expect(killedBy.length).toBeGreaterThan(0);
    expect(testsOf(Adapter).map(({ name }) => name)).toEqual(expect.arrayContaining([...killedBy]));
  }
});

test('the README shows the table of mutants as it is', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const cells = (text: string) =>
    text.split('\n').map((row) => row.replace(/ *\| */g, '|').replace(/-+/g, '-'));
  expect(cells(readme)).toEqual(expect.arrayContaining(cells(mutantTable())));
});
