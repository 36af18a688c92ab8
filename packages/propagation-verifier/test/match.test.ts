import { describe, expect, test } from 'vitest';
import type { Expectation } from '../src/index.js';
import { healthyWorld } from './world/world.js';

const NAME = '_dnsauth.example.com';
const text = { name: NAME, type: 'TXT', value: 'token-1' } as const;

/** What the first server's address says about an expectation, the name holding some TXT values. */
async function look(values: readonly (string | readonly string[])[], expectation: Partial<Expectation> = {}) {
  const world = healthyWorld();
  world.change('example.com', (zone) => {
    for (const value of values) zone.add(NAME, 'TXT', value);
  });
  const { records } = await world.run(world.verifier().check([{ ...text, ...expectation }]));
  const [record] = records;
  return {
    visible: record!.visible,
    status: record!.servers[0]!.status,
    values: record!.servers[0]!.values,
    record: record!,
  };
}

describe('several values', () => {
  const value = ['token-1', 'token-2'];

  test('are visible when all are there', async () => {
    const { visible, record } = await look(['token-2', 'other', 'token-1'], { value });
    expect(visible).toBe(true);
    expect(record).toMatchObject({ value: 'token-1', values: value });
  });

  test('are partly there when one is missing', async () => {
    expect(await look(['token-2', 'other'], { value })).toMatchObject({ visible: false, status: 'partial' });
  });

  test('are different when none is there', async () => {
    expect(await look(['other'], { value })).toMatchObject({ visible: false, status: 'different' });
  });

  test('given twice count once', async () => {
    const { visible, record } = await look(['token-1'], { value: ['token-1', ' token-1 '] });
    expect(visible).toBe(true);
    expect(record.values).toEqual(['token-1']);
  });
});

describe('with exactSet', () => {
  test('another value beside is one too many', async () => {
    expect(await look(['token-1', 'other'], { match: 'exactSet' })).toMatchObject({
      visible: false,
      status: 'extra',
      values: ['token-1', 'other'],
    });
  });

  test('the same value twice is no other', async () => {
    expect(await look(['token-1', 'token-1'], { match: 'exactSet' })).toMatchObject({ visible: true });
  });

  test('all of several values and nothing else are visible', async () => {
    const exact = { value: ['token-2', 'token-1'], match: 'exactSet' } as const;
    expect(await look(['token-1', 'token-2'], exact)).toMatchObject({ visible: true });
    expect(await look(['token-1'], exact)).toMatchObject({ visible: false, status: 'partial' });
  });
});

describe('a text', () => {
  test('cut into strings is joined, whatever the cuts', async () => {
    expect(await look([['tok', '', 'en-1']])).toMatchObject({ visible: true });
  });

  test('with a space between its strings is another one', async () => {
    expect(await look([['token', ' -1']])).toMatchObject({ visible: false, status: 'different' });
  });

  test('is compared in bytes, beyond ASCII too', async () => {
    expect(await look(['wért'], { value: 'wért' })).toMatchObject({ visible: true });
    expect(await look(['we\u0301rt'], { value: 'wért' })).toMatchObject({ visible: false });
  });

  test('never writes control characters into a report', async () => {
    const { values } = await look(['\u001b[2Jx']);
    expect(values).toEqual(['\\027[2Jx']);
  });

  test('is shown shortened, and only twenty of many', async () => {
    const { values } = await look(
      Array.from({ length: 30 }, (_, index) => [
        'v'.repeat(250),
        'v'.repeat(250),
        'v'.repeat(100),
        `${index}`,
      ]),
    );
    expect(values).toHaveLength(20);
    expect(values[0]).toHaveLength(512);
  });
});

describe('expectations for one name', () => {
  test('share their questions, and each has its own verdict', async () => {
    const world = healthyWorld();
    world.change('example.com', (zone) => zone.add(NAME, 'TXT', 'token-1').add(NAME, 'TXT', 'token-2'));
    const { records, questions } = await world.run(
      world
        .verifier()
        .check([
          text,
          { ...text, value: 'token-2' },
          { ...text, match: 'exactSet' },
          { ...text, value: 'token-3' },
          text,
        ]),
    );
    expect(records.map(({ visible }) => visible)).toEqual([true, true, false, false, true]);
    // One for each address, and one that shows the zone.
    expect(questions).toBe(6);
  });

  test.each<[string, Partial<Expectation>]>([
    ['no value', { value: [] }],
    ['two CNAMEs', { type: 'CNAME', value: ['a.example.net', 'b.example.net'] }],
    ['an unknown match', { match: 'some' as 'contains' }],
  ])('with %s are refused', async (_what, wrong) => {
    const world = healthyWorld();
    await expect(world.verifier().check([{ ...text, ...wrong }])).rejects.toMatchObject({
      code: 'INVALID_VALUE',
    });
    expect(world.internet.log).toEqual([]);
  });

  test('of another type are refused', async () => {
    const wrong = { ...text, type: 'MX', value: '10 mail.example.com' } as const;
    await expect(healthyWorld().verifier().check([wrong])).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });
});

test('a CNAME is compared as a name, and not followed', async () => {
  const world = healthyWorld();
  world.change('example.com', (zone) => zone.add(NAME, 'CNAME', 'Target.Example.NET'));
  const cname = { name: NAME, type: 'CNAME', value: 'target.example.net' } as const;
  const { ok, records } = await world.run(
    world.verifier().check([cname, { ...cname, value: 'example.net' }]),
  );
  expect(ok).toBe(false);
  expect(records.map(({ visible }) => visible)).toEqual([true, false]);
  expect(records[0]!.chain).toEqual([]);
});
