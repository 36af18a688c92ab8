import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Ledger } from '../src/journal/ledger.js';
import { lease } from './journal-lease.js';

vi.setConfig({ testTimeout: 120_000 }); // The machine may be busy.

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'journal-'));
  file = join(directory, 'leases.jsonl');
});
afterEach(() => rmSync(directory, { recursive: true }));

const held = { isHeld: () => true, free() {} };
const lost = { ...held, isHeld: () => false };
const entries = (count: number) =>
  Array.from({ length: count }, (_, index) => [{ put: lease(`${index}`) }, { drop: `${index}` }]).flat();

test('a writer that lost its lock, as it was stopped for so long, does not put an old copy of the file in place', async () => {
  const ledger = new Ledger(file);
  await ledger.append([{ put: lease('kept') }], held);
  await ledger.append(entries(700), lost);
  expect(readFileSync(file, 'utf8').split('\n').length).toBeGreaterThan(700);
  expect(existsSync(`${file}.new`)).toBe(false);
  expect(ledger.leases()).toEqual([lease('kept')]);
});

test('what was appended to a file that such a writer replaced meanwhile is appended to the new one too', async () => {
  const ledger = new Ledger(file);
  await ledger.append([{ put: lease('old') }], held);
  const fresh = join(directory, 'fresh');
  writeFileSync(fresh, `${JSON.stringify({ put: lease('old') })}\n`);
  const appended = ledger.append([{ put: lease('new') }], held); // On its way to the disk now.
  renameSync(fresh, file);
  await appended;
  expect(ledger.leases()).toEqual([lease('old'), lease('new')]);
  expect(new Ledger(file).leases()).toEqual([lease('old'), lease('new')]);
});
