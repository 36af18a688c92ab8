import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileJournal } from '../src/index.js';
import { lease } from './journal-lease.js';

const built = fileURLToPath(new URL('../dist/index.js', import.meta.url));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'journal-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Reads a number, waits, and writes it back increased: loses counts unless one process at a time does it. */
const WORKER = `
  import { readFileSync, writeFileSync } from 'node:fs';
  import { fileJournal } from ${JSON.stringify(built)};
  const [file, counter, worker, lease] = process.argv.slice(1);
  const journal = fileJournal({ file });
  for (let turn = 0; turn < 10; turn += 1) {
    const unlock = await journal.lock('counter', AbortSignal.timeout(60_000));
    const count = Number(readFileSync(counter, 'utf8'));
    await new Promise((resolve) => setTimeout(resolve, 1));
    writeFileSync(counter, String(count + 1));
    await unlock();
    await journal.put([{ ...JSON.parse(lease), id: worker + '-' + turn }]);
    if (turn % 2) await journal.drop([worker + '-' + turn]);
  }
`;

test('eight processes share a journal without losing a turn or an entry', { timeout: 60_000 }, async () => {
  const file = join(directory, 'leases.jsonl');
  const counter = join(directory, 'counter');
  writeFileSync(counter, '0');
  const workers = Array.from({ length: 8 }, (_, index) =>
    spawn(
      process.execPath,
      ['--input-type=module', '-e', WORKER, file, counter, `w${index}`, JSON.stringify(lease(''))],
      {
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    ),
  );
  const codes = await Promise.all(workers.map(async (worker) => (await once(worker, 'exit'))[0]));
  expect(codes).toEqual(Array(8).fill(0));
  expect(readFileSync(counter, 'utf8')).toBe('80');
  expect(await fileJournal({ file }).all()).toHaveLength(40);
});
