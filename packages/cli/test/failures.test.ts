import { DnsError } from '@domainproof/core';
import { describe, expect, test } from 'vitest';
import { Outcomes } from '../src/outcomes.js';
import { useSimulator } from './harness.js';

const taken = (name: string) => ({ name, type: 'CNAME', value: 'x.example.org.' });
const world = useSimulator({
  zones: [
    { name: 'example.com', cloud: 'huaweicloud', records: [taken('_taken'), taken('_taken2')] },
    { name: 'example.net', cloud: 'alidns' },
  ],
});
const records = (...names: readonly string[]) =>
  JSON.stringify(names.map((name) => ({ name: `${name}.example.com`, type: 'TXT', value: 'v' })));
/** How often standard error says it. */
const times = (text: string, part: string) => text.split(part).length - 1;

describe('of many records', () => {
  test('prove waits for those that it could write, and ends with the code of the failure', async () => {
    const stdinText = records('_many', '_taken', '_many2');
    const { code, json, stderr } = await world.run(['prove', '--from', '-', '--json'], { stdinText });
    expect(code).toBe(5);
    const { ok, records: proved, error, errors } = json();
    expect([ok, error.code, errors]).toEqual([false, 'RECORD_CONFLICT', undefined]);
    expect(proved).toMatchObject([
      { name: '_many.example.com.', visible: true, lease: { name: '_many.example.com.' } },
      { name: '_many2.example.com.', visible: true, lease: { name: '_many2.example.com.' } },
    ]);
    expect(times(stderr, error.message)).toBe(1);
  });

  test('prove says all failures once, for people and in JSON', async () => {
    const stdinText = records('_other', '_taken', '_taken2');
    const { code, json, stderr } = await world.run(['prove', '--from', '-', '--json'], { stdinText });
    const { error, errors } = json();
    expect(code).toBe(5);
    expect(errors.map(({ code }: { code: string }) => code)).toEqual(['RECORD_CONFLICT', 'RECORD_CONFLICT']);
    expect(errors[0]).toEqual(error);
    for (const { message } of errors) expect(times(stderr, message)).toBe(1);
    expect(errors[1].message).toContain('_taken2.example.com');
    const plain = await world.run(['prove', '--from', '-'], { stdinText });
    expect(plain.code).toBe(5);
    expect(plain.stdout).toContain('1 of 1 record visible after');
    expect(times(plain.stderr, 'error: ')).toBe(2);
  });

  test.each(['prove', 'add'])('%s tells all failures also if nothing was written', async (command) => {
    const stdinText = records('_taken', '_taken2');
    const { code, json, stderr } = await world.run([command, '--from', '-', '--json'], { stdinText });
    expect([code, Object.keys(json())]).toEqual([5, ['error', 'errors']]);
    expect(json().errors).toHaveLength(2);
    expect(times(stderr, 'error: ')).toBe(2);
    // Both have the same hint, and once is enough.
    expect(times(stderr, 'hint: ')).toBe(1);
  });

  test('a single failure is told once', async () => {
    const stdinText = records('_taken');
    const { code, json, stderr } = await world.run(['prove', '--from', '-', '--json'], { stdinText });
    expect([code, json().errors, times(stderr, json().error.message)]).toEqual([5, undefined, 1]);
  });

  test('a zone that is not found stops them all before anything is written', async () => {
    const stdinText = JSON.stringify([
      { name: '_unwritten.example.com', type: 'TXT', value: 'v' },
      { name: '_unwritten.example.org', type: 'TXT', value: 'v' },
    ]);
    const { code, json } = await world.run(['prove', '--from', '-', '--json'], { stdinText });
    expect([code, json().error.code]).toEqual([4, 'ZONE_NOT_FOUND']);
    expect(world.values('huaweicloud', '_unwritten.example.com')).toEqual([]);
  });

  test('what may have been written of the failed ones can be taken away', async () => {
    world.simulator.faults.add({
      cloud: 'alidns',
      operation: 'AddDomainRecord',
      kind: 'unavailable-html',
      times: 99,
    });
    const stdinText = JSON.stringify([
      { name: '_up.example.com', type: 'TXT', value: 'v' },
      { name: '_down.example.net', type: 'TXT', value: 'v' },
    ]);
    const argv = ['prove', '--from', '-', '--timeout', '2s', '--json'];
    const { code, json } = await world.run(argv, { stdinText });
    world.simulator.faults.clear();
    expect(code).toBe(6);
    expect(json().records).toMatchObject([{ name: '_up.example.com.', visible: true }]);
    expect(json().error.leases).toMatchObject([{ name: '_down.example.net.' }]);
    expect(json().error.hint).toContain(`domainproof remove ${json().error.leases[0].id}`);
  });

  test('remove tells all failures', async () => {
    const stdinText = records('_gone', '_gone2');
    await world.run(['add', '--from', '-'], { stdinText });
    world.simulator.faults.add({
      cloud: 'huaweicloud',
      operation: 'DeleteRecordSet',
      kind: 'internal-error',
      times: 99,
    });
    const argv = ['remove', '--from', '-', '--timeout', '1s', '--json'];
    const { json, stderr } = await world.run(argv, { stdinText });
    world.simulator.faults.clear();
    expect(json().errors).toHaveLength(2);
    for (const { message } of json().errors) expect(times(stderr, message)).toBe(1);
  });
});

test('the last line of --events is the result also where the document has a type of its own', async () => {
  const { events } = await world.run(['add', '_typed.example.com', 'TXT', 'v', '--events']);
  expect(events().at(-1)).toMatchObject({
    type: 'result',
    recordType: 'TXT',
    name: '_typed.example.com.',
    created: true,
  });
});

test('an interruption is told as such, whatever failed before it', () => {
  const outcomes = new Outcomes();
  const key = { name: 'a.example.com.', type: 'TXT', line: 'default' } as never;
  const error = new DnsError('TRANSIENT', 'down');
  outcomes.apply({ type: 'failed', work: 'ensure', key, values: ['v'], error });
  const records = [{ name: 'a.example.com.', type: 'TXT', value: 'v' }];
  const interrupted = new DnsError('ABORTED', 'stop');
  expect(outcomes.failure(records, interrupted)).toBe(interrupted);
  expect(outcomes.failure(records, new Error('first of them'))).toBe(error);
  expect(outcomes.failure([], interrupted)).toBe(interrupted);
});
