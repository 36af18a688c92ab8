import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClient, fileJournal, type Lease } from '../src/index.js';
import { FakeProvider } from './fake-provider.js';
import { lease } from './journal-lease.js';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'journal-'));
  file = join(directory, 'leases.jsonl');
});
afterEach(() => rmSync(directory, { recursive: true }));

const ids = async (path = file) => (await fileJournal({ file: path }).all()).map(({ id }) => id);
const line = (entry: object) => `${JSON.stringify(entry)}\n`;

test('cut off anywhere, a journal has every entry that is whole, and can be written again', async () => {
  await fileJournal({ file }).put([lease('a'), lease('bé 😀')]);
  await fileJournal({ file }).drop(['a']);
  const whole = readFileSync(file);
  const lines = whole.toString().split('\n').slice(0, 3);
  const ends = lines.map((_, index) => Buffer.byteLength(lines.slice(0, index + 1).join('\n')));
  for (let cut = 0; cut <= whole.length; cut += 1) {
    writeFileSync(file, whole.subarray(0, cut));
    const entries = ends.filter((end) => cut >= end).length;
    const left = [[], ['a'], ['a', 'bé 😀'], ['bé 😀']][entries] as string[];
    expect(await ids(), `cut at ${cut}`).toEqual(left);
    await fileJournal({ file }).put([lease('after')]);
    expect(await ids(), `written after the cut at ${cut}`).toEqual([...left, 'after']);
  }
});

test('a journal that somebody else cut off or wrote anew is read anew', async () => {
  const journal = fileJournal({ file });
  await journal.put([lease('a'), lease('b')]);
  expect(await journal.all()).toHaveLength(2);
  const [first] = readFileSync(file, 'utf8').split('\n') as [string];
  truncateSync(file, first.length + 1);
  expect(await journal.all()).toEqual([lease('a')]);
  // As long as before, under the same inode: told apart by what is in it.
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"a"', '"z"').replace('of a', 'of z'));
  expect(await journal.all()).toEqual([lease('z')]);
});

describe('lines that cannot be read', () => {
  const newer = { put: { version: 2, id: 'from-the-future', what: 'only a newer program knows' } };
  const garbage = ['%%%', '{"put":{"version":1,"id":"half"}}', '[]', 'null', '{"drop":7}', '{"put":'];

  test('are passed over, and survive when the file is written anew', async () => {
    const journal = fileJournal({ file });
    await journal.put([lease('a')]);
    appendFileSync(file, garbage.map((text) => `${text}\n`).join('') + line(newer));
    const many = Array.from({ length: 1_200 }, (_, index) => lease(`lease-${index}`));
    await journal.put(many);
    await journal.drop(many.map(({ id }) => id));
    await journal.put([lease('last')]);
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines.length).toBeLessThan(20);
    expect(lines).toEqual(expect.arrayContaining([...garbage, JSON.stringify(newer)]));
    expect(await ids()).toEqual(['a', 'last']);
  });

  test('of a newer program end when their lease is dropped', async () => {
    writeFileSync(file, line(newer));
    const journal = fileJournal({ file });
    expect(await journal.all()).toEqual([]);
    const many = Array.from({ length: 1_200 }, (_, index) => lease(`lease-${index}`));
    await journal.put(many);
    await journal.drop(['from-the-future', ...many.map(({ id }) => id)]);
    await journal.put([lease('last')]);
    expect(readFileSync(file, 'utf8')).not.toContain('from-the-future');
  });

  test('are no reason to take a file for a journal that has no other ones', async () => {
    for (const text of ['dear diary', 'dear diary\n', '{"name":"package"}\n', '{"put":"away"}\n']) {
      writeFileSync(file, text);
      const refusal = { code: 'UNSUPPORTED', message: expect.stringContaining('not a lease journal') };
      await expect(fileJournal({ file }).all()).rejects.toMatchObject(refusal);
      await expect(fileJournal({ file }).put([lease('a')])).rejects.toMatchObject(refusal);
      expect(readFileSync(file, 'utf8')).toBe(text);
    }
  });

  test('are all there is after a crash at the very first entry, or a power failure that left zeros', async () => {
    for (const text of ['{"put":{"version":1,"id"', '{"p', '\0\0\0\0', '{"put":{"vers\n{"put":{"ver\n']) {
      writeFileSync(file, text);
      expect(await ids()).toEqual([]);
      await fileJournal({ file }).put([lease('a')]);
      expect(await ids()).toEqual(['a']);
    }
  });
});

const wrong: [what: string, lease: object][] = [
  ['an id that is no text', { id: 4 }],
  ['an empty id', { id: '' }],
  ['an id with a control character', { id: 'a\u001b[2J' }],
  ['an endless id', { id: 'a'.repeat(300) }],
  ['a name that is not absolute', { name: 'a.example.com' }],
  ['a name in capitals', { name: 'A.example.com.' }],
  ['a name outside of its zone', { name: 'a.example.org.' }],
  ['a zone that is no name', { zone: '..' }],
  ['a type that is none', { type: 'TXT; drop' }],
  ['a line that is no text', { line: null }],
  ['no value', { value: undefined }],
  ['a value with a line break', { value: 'a\nb' }],
  ['a value that is not canonical', { type: 'CNAME', value: 'Target.example' }],
  ['a TTL that is no number', { ttl: { effective: '300' } }],
  ['a TTL below zero', { ttl: { effective: -1 } }],
  ['no word on who made it', { created: 'yes' }],
  ['a time that is none', { createdAt: 'yesterday-ish' }],
];

test.each(wrong)('a lease with %s is not listed, is not released, and cannot be written', async (_, more) => {
  const bad = { ...lease('bad'), ...more } as Lease;
  writeFileSync(file, line({ put: lease('good') }) + line({ put: bad }));
  const provider = new FakeProvider();
  provider.put('a.example.com', 'TXT', [lease('good').value, lease('bad').value]);
  const client = createClient({ providers: [provider], journal: fileJournal({ file }) });
  const listed = [];
  for await (const { id } of client.leases()) listed.push(id);
  expect(listed).toEqual(['good']);
  await expect(client.release('bad')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  expect(provider.removals).toEqual([]);
  await expect(fileJournal({ file }).put([bad])).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringMatching(/A lease with this \w+ cannot be kept in a journal/),
  });
});

test('values of their own quotes and spaces are no damage', async () => {
  const values = ['"quoted"', ' spaces ', 'back\\slash', '😀'.repeat(100)];
  await fileJournal({ file }).put(values.map((value, index) => lease(`lease-${index}`, { value })));
  expect((await fileJournal({ file }).all()).map(({ value }) => value)).toEqual(values);
});

describe('the file', () => {
  test('may be a symbolic link, which stays one, and by either path the locks are the same', async () => {
    const link = join(directory, 'link.jsonl');
    mkdirSync(join(directory, 'real'));
    symlinkSync('real/leases.jsonl', link);
    const many = Array.from({ length: 1_200 }, (_, index) => lease(`lease-${index}`));
    const journal = fileJournal({ file: link });
    await journal.put(many);
    await journal.drop(many.slice(1).map(({ id }) => id));
    expect(await ids(join(directory, 'real/leases.jsonl'))).toEqual(['lease-0']);
    expect(await ids(link)).toEqual(['lease-0']);
    expect(existsSync(join(directory, 'link.jsonl.locks'))).toBe(false);

    const unlock = await journal.lock('set', AbortSignal.timeout(60_000));
    const other = fileJournal({ file: join(directory, 'real/leases.jsonl') });
    await expect(other.lock('set', AbortSignal.timeout(100))).rejects.toMatchObject({ code: 'TIMEOUT' });
    await unlock();
  });

  test('must not be a directory or a device, and those are left as they are', async () => {
    const { mode } = statSync('/dev/null');
    for (const [path, what] of [
      [directory, 'a directory'],
      ['/dev/null', 'not a regular file'],
      ['/dev/full', 'not a regular file'],
    ] as const) {
      const refusal = { code: 'UNSUPPORTED', message: expect.stringContaining(`${path} is ${what}`) };
      await expect(fileJournal({ file: path }).put([lease('a')])).rejects.toMatchObject(refusal);
      await expect(fileJournal({ file: path }).all()).rejects.toMatchObject(refusal);
      await expect(fileJournal({ file: path }).lock('a', AbortSignal.timeout(9))).rejects.toMatchObject(
        refusal,
      );
    }
    expect(statSync('/dev/null').mode).toBe(mode);
  });

  test('below something that is no directory, or in a circle of links, is told with what is wrong', async () => {
    writeFileSync(join(directory, 'plain'), '');
    symlinkSync('circle', join(directory, 'circle'));
    const put = (name: string) => fileJournal({ file: join(directory, name) }).put([lease('a')]);
    await expect(put('plain/leases.jsonl')).rejects.toMatchObject({
      message: expect.stringContaining('a part of its path is no directory (ENOTDIR)'),
      hint: expect.stringContaining('Correct the path'),
    });
    await expect(put('circle')).rejects.toMatchObject({ message: expect.stringContaining('ELOOP') });
  });

  test('is not touched when its lock directory cannot be made', async () => {
    writeFileSync(`${file}.locks`, '');
    await expect(fileJournal({ file }).put([lease('a')])).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining(`The lock directory ${file}.locks cannot be used`),
    });
    expect(existsSync(file)).toBe(false);
  });
});
