import type { Report, ServerReport, VerifierEvent } from '@domainproof/propagation-verifier';
import { describe, expect, test } from 'vitest';
import { LiveMatrix } from '../src/output/live-matrix.js';
import { layOut } from '../src/output/matrix-layout.js';
import { MatrixState } from '../src/output/matrix-state.js';
import { sanitize } from '../src/output/sanitize.js';
import { Captured, useSimulator } from './harness.js';

const FRAME = { columns: 80, rows: 24, colours: false, elapsedMs: 3_200, timeoutMs: 600_000 };

function delegation(name: string, zone: string, servers: number): VerifierEvent {
  const nameServers = Array.from({ length: servers }, (_, index) => ({
    host: `ns${index + 1}.${zone}`,
    addresses: [`127.0.0.${index + 1}`],
  }));
  return { type: 'delegation', name, zone, nameServers } as unknown as VerifierEvent;
}

function answer(name: string, value: string, server: Partial<ServerReport>): VerifierEvent {
  const complete = {
    host: 'ns1.example.',
    values: [],
    rttMs: 1,
    visibleAfterMs: null,
    questions: 1,
    ...server,
  };
  return {
    type: 'answer',
    name,
    recordType: 'TXT',
    value,
    server: complete,
    elapsedMs: 1,
  } as unknown as VerifierEvent;
}

describe('the matrix', () => {
  test('has a row for each value and a column for each server address, in words as well as in signs', () => {
    const state = new MatrixState([
      { name: '_acme-challenge.example.net', type: 'TXT', value: 'first-value-of-many' },
      { name: '_acme-challenge.example.net', type: 'TXT', value: 'second' },
    ]);
    expect(layOut(state, FRAME).slice(0, 2)).toEqual([
      expect.stringMatching(/^ {2}first-va… _acme-challenge\.example\.net TXT {2}name servers …$/),
      expect.stringMatching(/^ {2}second _acme-challenge\.example\.net TXT {2}name servers …$/),
    ]);
    state.apply(delegation('_acme-challenge.example.net.', 'example.net.', 2));
    state.apply(
      answer('_acme-challenge.example.net.', 'second', {
        address: '127.0.0.1',
        status: 'visible',
        visibleAfterMs: 1_240,
      }),
    );
    state.apply(
      answer('_acme-challenge.example.net.', 'second', { address: '127.0.0.2', status: 'refused' }),
    );
    expect(layOut(state, FRAME)).toEqual([
      'example.net                                 ns1.example.net  ns2.example.net',
      '                                            127.0.0.1        127.0.0.2',
      '  first-va… _acme-challenge.example.net TXT · waiting        · waiting       ',
      '  second _acme-challenge.example.net TXT    ✓ 1.24 s         ✗ refused       ',
      '0 of 2 visible, 3.2 s of 10 m',
    ]);
  });

  test('fits the terminal whatever the number of servers, names and columns', () => {
    for (const columns of [40, 60, 80, 200])
      for (const servers of [0, 1, 2, 3, 4, 13]) {
        const names = Array.from({ length: 40 }, (_, index) => `${'a'.repeat(40)}${index}.example.net`);
        const state = new MatrixState(names.map((name) => ({ name, type: 'TXT', value: 'v' })));
        if (servers > 0)
          for (const name of names) state.apply(delegation(`${name}.`, 'example.net.', servers));
        const lines = layOut(state, { ...FRAME, columns });
        expect(lines.length).toBeLessThan(FRAME.rows);
        for (const line of lines) expect([...line].length).toBeLessThanOrEqual(columns);
        expect(lines.at(-2)).toMatch(/… and \d+ more lines/);
      }
  });

  test('takes a terminal that says 0 columns for one of 80', () => {
    const stream = new Captured({ columns: 0, rows: 0 });
    const expectation = { name: 'a.example.net', type: 'TXT', value: 'v' } as const;
    new LiveMatrix(stream, [expectation], { timeoutMs: 1_000, colours: false }).end();
    expect(stream.text).toContain('a.example.net TXT');
    expect(stream.text).toContain('0 of 1 visible');
  });

  test('counts servers where they do not fit side by side', () => {
    const state = new MatrixState([{ name: 'a.example.net', type: 'TXT', value: 'v' }]);
    state.apply(delegation('a.example.net.', 'example.net.', 8));
    state.apply(answer('a.example.net.', 'v', { address: '127.0.0.3', status: 'visible' }));
    expect(layOut(state, FRAME)[0]).toMatch(/^ {2}a\.example\.net TXT .* 1 of 8 servers$/);
  });

  test('shows hostile host names and values without a control character', () => {
    const state = new MatrixState([
      { name: 'a.example.net', type: 'TXT', value: 'x\u009bevil' },
      { name: 'a.example.net', type: 'TXT', value: '证书' },
    ]);
    const nameServers = [{ host: 'n\u001b[2J.example.', addresses: ['127.0.0.1'] }];
    state.apply({
      type: 'delegation',
      name: 'a.example.net.',
      zone: 'example.net.',
      nameServers,
    } as unknown as VerifierEvent);
    const shown = layOut(state, FRAME).join('');
    expect(sanitize(shown)).toBe(shown);
    expect(shown).not.toContain('证');
  });
});

describe('the live matrix', () => {
  test('draws over itself, leaves the last picture and gives the cursor back', () => {
    const stream = new Captured({ columns: 80, rows: 24 });
    const expectation = { name: 'a.example.net', type: 'TXT', value: 'v' } as const;
    const matrix = new LiveMatrix(stream, [expectation], { timeoutMs: 1_000, colours: true });
    matrix.onEvent(delegation('a.example.net.', 'example.net.', 1));
    const server = { host: 'ns1.example.net.', address: '127.0.0.1', status: 'visible', visibleAfterMs: 12 };
    const record = {
      ...expectation,
      name: 'a.example.net.',
      zone: 'example.net.',
      visible: true,
      elapsedMs: 12,
      servers: [server],
    };
    matrix.end({ ok: true, elapsedMs: 12, records: [record] } as unknown as Report);
    matrix.end();
    const pictures = stream.text.split('\u001b[?2026h').slice(1);
    expect(pictures).toHaveLength(2);
    // The first picture had two lines, so the second starts two lines further up.
    expect(pictures[1]!.startsWith('\u001b[2A')).toBe(true);
    expect(pictures[1]).toContain('\u001b[32m✓ 12 ms');
    expect(pictures[1]).toContain('1 of 1 visible');
    expect(stream.text.startsWith('\u001b[?25l')).toBe(true);
    expect(stream.text.endsWith('\u001b[?25h')).toBe(true);
    expect(stream.text.split('\u001b[?25h')).toHaveLength(2);
  });
});

describe('prove on a terminal', () => {
  const world = useSimulator({ serverDelaysMs: { huaweicloud: [0, 300], alidns: [0, 0] } });
  const argv = ['prove', '_tty.example.com', 'TXT', 'v'];
  const drawn = '\u001b[?2026h';

  test('draws the matrix', async () => {
    const stdout = new Captured({ columns: 80, rows: 24 });
    expect((await world.run(argv, { stdout })).code).toBe(0);
    expect(stdout.text.split(drawn).length).toBeGreaterThan(2);
    expect(stdout.text).toContain('127.0.53.1');
    expect(stdout.text).toContain('\u001b[32m');
    expect(stdout.text).toContain('1 of 1 record visible after');
    expect(stdout.text).not.toContain('seen ');
  });

  test('draws it on standard error with --json, and standard output stays JSON', async () => {
    const stderr = new Captured({ columns: 80, rows: 24 });
    const { json } = await world.run([...argv, '--json'], { stderr });
    expect(json().ok).toBe(true);
    expect(stderr.text).toContain(drawn);
  });

  test.each([
    ['NO_COLOR', { NO_COLOR: '1' }],
    ['an empty NO_COLOR', { NO_COLOR: '' }],
  ])('respects %s', async (_, change) => {
    const stdout = new Captured({ columns: 80, rows: 24 });
    await world.run(argv, { stdout, env: { ...world.env, ...change } });
    expect(stdout.text).toContain(drawn);
    expect(stdout.text.includes('\u001b[32m')).toBe(change.NO_COLOR === '');
  });

  test('prints plain lines if the terminal is dumb, and draws nothing with --quiet', async () => {
    const dumb = new Captured({ columns: 80, rows: 24 });
    await world.run(argv, { stdout: dumb, env: { ...world.env, TERM: 'dumb' } });
    expect(dumb.text).not.toContain('\u001b');
    expect(dumb.text).toContain('seen ');
    const quiet = new Captured({ columns: 80, rows: 24 });
    await world.run([...argv, '--quiet'], { stdout: quiet });
    expect(quiet.text).not.toContain('\u001b');
  });

  test('gives the cursor back when it is interrupted', async () => {
    const interrupt = new AbortController();
    const stdout = new Captured({ columns: 80, rows: 24 });
    const write = stdout.write.bind(stdout);
    stdout.write = (text) => {
      if (text.includes(drawn)) interrupt.abort();
      return write(text);
    };
    const { code } = await world.run(['wait', '_never.example.com', 'TXT', 'v'], {
      stdout,
      signal: interrupt.signal,
    });
    expect(code).toBe(130);
    expect(stdout.text.lastIndexOf('\u001b[?25h')).toBeGreaterThan(stdout.text.lastIndexOf('\u001b[?25l'));
  });
});
