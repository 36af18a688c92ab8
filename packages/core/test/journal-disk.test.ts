import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

/** Ensures values until there is no room for their leases, and prints what happened, as the provider and the journal saw it. */
const FILLER = `
  import { createClient, fileJournal } from ${JSON.stringify(built)};
  const [file] = process.argv.slice(1);
  const journal = fileJournal({ file });
  const stored = new Set();
  const provider = {
    id: 'fake',
    capabilities: {
      writes: 'value', types: ['TXT'], limits: { ttl: { min: 1, max: 60, default: 60 }, txtBytes: 255, valuesPerSet: 9000 },
      lines: false, zoneSearch: 'family', serialPerZone: false, batch: false, nameServerPatterns: [],
    },
    findZones: async () => [{ id: 'z', name: 'example.com.', status: 'active' }],
    async *listZones() {},
    readRecordSet: async (zone, key) => ({ key, ttl: 60, values: [...stored], conflicts: [] }),
    async applyChange(zone, current, { add, remove }) {
      for (const value of add) stored.add(value);
      for (const value of remove) stored.delete(value);
      return { settled: true };
    },
  };
  const client = createClient({ providers: [provider], journal });
  let error;
  for (let turn = 0; turn < 5000 && !error; turn += 1)
    await client.ensure({ name: 'a.example.com', type: 'TXT', value: 'value ' + turn }).catch((thrown) => { error = thrown; });
  const leases = await fileJournal({ file }).all();
  console.log(JSON.stringify({ error, stored: [...stored], leased: leases.map(({ value }) => value) }));
`;

interface Outcome {
  error: { code: string; message: string; hint: string };
  stored: string[];
  leased: string[];
}

/** Runs the filler where the file cannot grow: below a limit on file sizes, for which no rights are needed. */
function fillBelowLimit(file: string, blocks: number): Outcome {
  const command = `trap '' XFSZ; ulimit -f ${blocks}; exec "$0" "$@"`;
  return run('sh', ['-c', command, process.execPath, '--input-type=module', '-e', FILLER, file]);
}

/** Runs the filler on a disk of 64 kB; undefined where file systems cannot be mounted. */
function fillSmallDisk(mountPoint: string): Outcome | undefined {
  const script = 'mount -t tmpfs -o size=64k tmpfs "$0" && exec "$@"';
  const file = join(mountPoint, 'leases.jsonl');
  const unshare = ['-Urm', 'sh', '-c', script, mountPoint];
  if (spawnSync('unshare', [...unshare, 'true']).status !== 0) return undefined;
  return run('unshare', [...unshare, process.execPath, '--input-type=module', '-e', FILLER, file]);
}

function run(command: string, args: string[]): Outcome {
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Outcome;
}

function expectNothingLost({ error, stored, leased }: Outcome): void {
  expect(error.code).toBe('UNSUPPORTED');
  expect(stored.length).toBeGreaterThan(10);
  // Nothing was written without a lease, and no lease that was there is lost.
  expect(leased).toEqual(expect.arrayContaining(stored));
}

test('with no room for a lease nothing is written at the provider, and what was there stays', {
  timeout: 60_000,
}, () => {
  const file = join(directory, 'leases.jsonl');
  const outcome = fillBelowLimit(file, 32);
  expectNothingLost(outcome);
  expect(outcome.error).toMatchObject({
    message: expect.stringContaining('a limit on the size of files is reached (EFBIG)'),
    hint: expect.stringContaining('Raise that limit'),
  });
  expect(readFileSync(file, 'utf8')).toMatch(/\n$/);
});

test('a full disk is told as one, and so is a limit on file sizes', { timeout: 60_000 }, async () => {
  const outcome = fillSmallDisk(directory) ?? fillBelowLimit(join(directory, 'leases.jsonl'), 64);
  expectNothingLost(outcome);
  expect(outcome.error.message).toMatch(
    /the disk is full \(ENOSPC\)|a limit on the size of files is reached/,
  );
  expect(outcome.error.hint).toMatch(/Free some space|Raise that limit/);
});

test('as root or not, a file and a directory that may not be written are told with their path', async () => {
  // Root may write everywhere, so it takes a file that nobody can: a directory in the place of the file to be made.
  const file = join(directory, 'sub', 'leases.jsonl');
  mkdirSync(file, { recursive: true });
  await expect(fileJournal({ file }).put([lease('a')])).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringContaining(file),
  });
  const asNobody = `
    process.getuid() === 0 && (process.setgid(65534), process.setuid(65534));
    const { fileJournal } = await import(${JSON.stringify(built)});
    const [directory, lease] = process.argv.slice(1);
    const errors = [];
    for (const name of ['locked/leases.jsonl', 'open/theirs.jsonl'])
      for (const work of [(journal) => journal.put([JSON.parse(lease)]), (journal) => journal.all()])
        await work(fileJournal({ file: directory + '/' + name })).then(() => errors.push('none'), ({ message }) => errors.push(message));
    console.log(JSON.stringify(errors));
  `;
  mkdirSync(join(directory, 'locked'), { mode: 0o500 });
  mkdirSync(join(directory, 'open'), { mode: 0o700 });
  writeFileSync(join(directory, 'open', 'theirs.jsonl'), `${JSON.stringify({ put: lease('a') })}\n`, {
    mode: 0o000,
  });
  spawnSync('chmod', ['755', directory]);
  spawnSync('chmod', ['777', join(directory, 'open')]);
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', asNobody, directory, JSON.stringify(lease('a'))],
    { encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  const [locked, , theirs, read] = JSON.parse(stdout) as [string, string, string, string];
  expect(locked).toContain('access is denied (EACCES)');
  expect(theirs).toContain('access is denied (EACCES)');
  expect(read).toContain('access is denied (EACCES)');
  expect(statSync(join(directory, 'open', 'theirs.jsonl')).mode & 0o777).toBe(0);
});
