import { describe, expect, test } from 'vitest';
import { Flags, parseArguments, splitWords } from '../src/arguments.js';
import { formatDuration, parseDuration } from '../src/duration.js';
import { nearest } from '../src/suggest.js';
import { cli } from './harness.js';

describe('the flags of a command line', () => {
  const known = [
    { name: 'json', description: '' },
    { name: 'ttl', value: 'SECONDS', description: '' },
    { name: 'resolver', value: 'IP', repeatable: true, description: '' },
  ];

  test('may stand before, between and after the words, with a space or an equals sign', () => {
    const { positionals, flags } = parseArguments(
      ['--json', 'a', '--ttl=60', 'b', '--resolver', 'x', '--resolver=y'],
      known,
    );
    expect(positionals).toEqual(['a', 'b']);
    expect(flags.has('json')).toBe(true);
    expect(flags.text('ttl')).toBe('60');
    expect(flags.list('resolver')).toEqual(['x', 'y']);
  });

  test('end at --, so that a value may begin with a hyphen', () => {
    expect(parseArguments(['--', 'name', 'TXT', '-value'], known).positionals).toEqual([
      'name',
      'TXT',
      '-value',
    ]);
  });

  test.each([
    [['--jsn'], 'Unknown flag "--jsn".', 'Did you mean --json?'],
    [['--nothing-like-it'], 'Unknown flag "--nothing-like-it".', 'See --help'],
    [['-value'], 'Unknown flag "-v".', 'put -- before the words'],
    [['--ttl'], '--ttl needs a value: --ttl SECONDS', undefined],
    [['--ttl='], '--ttl needs a value', undefined],
    [['--ttl', '--json'], '"--json" looks like a flag', '--ttl=--json'],
    [['--ttl', '1', '--ttl', '2'], '--ttl is given twice', undefined],
    [['--json=yes'], '--json takes no value', undefined],
  ])('%j are refused with a sentence', (argv, message, hint) => {
    const failure = failureOf(() => parseArguments(argv as string[], known));
    expect(failure.message).toContain(message);
    if (hint) expect((failure as { hint?: string }).hint).toContain(hint);
  });

  test.each([
    [['client', 'word', '--json', '-x'], 2, ['client', 'word'], ['--json', '-x']],
    [
      ['--ttl', '60', 'client', '--json', 'word', '--', '-t'],
      2,
      ['--ttl', '60', 'client', '--json', 'word'],
      ['--', '-t'],
    ],
    [['--', 'client', '-word', '--json'], 2, ['--', 'client', '-word'], ['--json']],
    [['client', '--json'], 2, ['client', '--json'], []],
    [['a', 'b', '--json'], undefined, ['a', 'b', '--json'], []],
  ])(
    '%j with %s words of its own end where the words of another program begin',
    (argv, count, own, foreign) =>
      expect(splitWords(argv as string[], known, count as number | undefined)).toEqual({ own, foreign }),
  );

  test('that were not given are absent', () => {
    const flags = new Flags(new Map());
    expect(flags.has('json')).toBe(false);
    expect(flags.text('ttl')).toBeUndefined();
    expect(flags.list('resolver')).toEqual([]);
  });
});

describe('commands', () => {
  test('--version prints the version and nothing else', async () => {
    const { code, stdout, stderr } = await cli(['--version']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('--help names every command', async () => {
    const { code, stdout } = await cli(['--help']);
    expect(code).toBe(0);
    for (const name of [
      'prove',
      'add',
      'wait',
      'doctor',
      'remove',
      'leases',
      'plan',
      'zones',
      'providers',
      'create-provider',
      'hook',
      'simulate',
      'demo',
    ])
      expect(stdout).toContain(`\n  ${name} `);
  });

  test('no command at all is a usage error that shows the overview', async () => {
    const { code, stdout, stderr } = await cli([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: domainproof COMMAND');
  });

  test.each([
    'prove',
    'add',
    'wait',
    'doctor',
    'remove',
    'leases',
    'plan',
    'zones',
    'providers',
    'create-provider',
    'hook',
    'simulate',
    'demo',
  ])('%s --help shows its flags and examples, and the same as help', async (name) => {
    const { code, stdout, stderr } = await cli([name, '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Usage: domainproof ${name}`);
    expect(stdout).toContain('--json');
    expect(stdout).toContain(`  domainproof ${name}`);
    expect((await cli(['help', name])).stdout).toBe(stdout);
  });

  test('an unknown command says which there are, and which was meant', async () => {
    const { code, stdout, stderr } = await cli(['prov', 'x']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('There is no command "prov"; there are prove, add,');
    expect(stderr).toContain('hint: Did you mean prove?');
  });

  test('commands that do not exist are unknown, not empty', async () => {
    for (const name of ['publish', 'toString', '__proto__'])
      expect((await cli([name])).stderr).toContain(`There is no command "${name}"`);
  });

  test('a flag before the command is told to come after it', async () => {
    const { code, stderr } = await cli(['--verbose', 'leases']);
    expect(code).toBe(2);
    expect(stderr).toContain('The command comes first');
  });

  test('with --json a usage error is one document on standard output, also for an unknown flag', async () => {
    const { code, json, stderr } = await cli(['leases', '--json', '--olderthan', '1h']);
    expect(code).toBe(2);
    expect(json()).toEqual({
      error: {
        code: 'USAGE',
        message: 'Unknown flag "--olderthan".',
        hint: 'Did you mean --older-than?',
        retryable: false,
      },
    });
    expect(stderr).toBe('error: Unknown flag "--olderthan".\nhint: Did you mean --older-than?\n');
  });

  test('with --events the error is the result line', async () => {
    const { code, events } = await cli(['zones', 'surplus', '--events']);
    expect(code).toBe(2);
    expect(events()).toEqual([
      {
        type: 'result',
        error: { code: 'USAGE', message: 'zones takes no words ("surplus"), only flags.', retryable: false },
      },
    ]);
  });
});

describe('times', () => {
  test.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['90', 90_000],
    ['1.5s', 1_500],
    ['10m', 600_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
  ])('%s is read', (text, ms) => expect(parseDuration(text, '--timeout')).toBe(ms));

  test.each(['', '0', '-1s', '10 minutes', '1w', 'abc', '1e3', '30d', '0.0001ms'])('%j is refused', (text) =>
    expect(() => parseDuration(text, '--timeout')).toThrow(`--timeout takes a time such as 500ms`),
  );

  test.each([
    [12, '12 ms'],
    [1_240, '1.24 s'],
    [59_900, '59.9 s'],
    [125_000, '2 m 5 s'],
    [3_600_000, '1 h'],
    [176_400_000, '2 d 1 h'],
  ])('%i ms are shown to people', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

test('a near word is found through a swap, a letter too many or too few, and a far one is not', () => {
  const words = ['prove', 'remove', 'leases'];
  expect(nearest('porve', words)).toBe('prove');
  expect(nearest('lease', words)).toBe('leases');
  expect(nearest('removee', words)).toBe('remove');
  expect(nearest('serve', ['zones'])).toBeUndefined();
});

function failureOf(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It was accepted.');
}
