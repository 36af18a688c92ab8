import type { Fqdn } from '@domainproof/core';
import { describe, expect, test } from 'vitest';
import { LiveMatrix } from '../src/output/live-matrix.js';
import { layOut } from '../src/output/matrix-layout.js';
import { MatrixState } from '../src/output/matrix-state.js';
import { sanitize } from '../src/output/sanitize.js';
import { Captured, useSimulator } from './harness.js';
import {
  answerEvent as answer,
  delegationEvent as delegation,
  findingEvent,
  perspectiveEvent,
  record,
  report,
  server,
} from './reports.js';

const FRAME = { columns: 80, rows: 24, colours: false, elapsedMs: 3_200, timeoutMs: 600_000 };

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

  test('has a line for each name that a CNAME leads to, under the servers of its zone', () => {
    const state = new MatrixState([{ name: '_x.www.example.com', type: 'CNAME', value: 'y.example.net' }]);
    const name = '_x.www.example.com.';
    state.apply(delegation(name, 'example.com.', 1));
    state.apply(delegation(name, 'example.net.', 2, 'y.example.net.'));
    const one = { recordType: 'CNAME', value: 'y.example.net.' };
    const seen = answer(name, 'y.example.net.', {
      name: 'y.example.net.' as Fqdn,
      zone: 'example.net.' as Fqdn,
      address: '127.0.0.2',
      status: 'absent',
    });
    state.apply({ ...seen, ...one } as typeof seen);
    expect(layOut(state, FRAME).map((line) => line.trimEnd())).toEqual([
      'example.com                ns1.example.com',
      '                           127.0.0.1',
      '  _x.www.example.com CNAME · waiting',
      'example.net                ns1.example.net  ns2.example.net',
      '                           127.0.0.1        127.0.0.2',
      '  → y.example.net CNAME    · waiting        · not yet',
      '0 of 1 visible, 3.2 s of 10 m',
    ]);
  });

  test('shows a name in a chain that only an answer has told of', () => {
    const state = new MatrixState([{ name: 'a.example.net', type: 'TXT', value: 'v' }]);
    state.apply(delegation('a.example.net.', 'example.net.', 1));
    const name = 'b.example.net.' as Fqdn;
    state.apply(answer('a.example.net.', 'v', { name, address: '127.0.0.1', status: 'refused' }));
    expect(layOut(state, FRAME)[3]).toMatch(/^ {2}→ b\.example\.net TXT +✗ refused/);
  });

  test('has perspectives beside each other once they are asked, with the time that a cache needs', () => {
    const state = new MatrixState([{ name: 'a.example.net', type: 'TXT', value: 'v' }]);
    const apply = (given: Parameters<typeof perspectiveEvent>[2]) =>
      state.apply(perspectiveEvent('a.example.net.', 'v', given));
    expect(layOut(state, FRAME).join()).not.toContain('perspectives');
    apply({ name: 'cloudflare', region: 'ARIN' });
    apply({ name: '192.0.2.9', region: null, status: 'absent', clearsInMs: 45_000 });
    const lines = layOut(state, FRAME).map((line) => line.trimEnd());
    expect(lines.slice(1, 4)).toEqual([
      'perspectives               cloudflare       192.0.2.9',
      '                           ARIN',
      '  a.example.net TXT        ✓ visible        · for 45.0 s',
    ]);
    apply({ name: '192.0.2.9', region: null, status: 'visible' });
    for (const name of ['x', 'y', 'z']) apply({ name, status: 'timeout' });
    expect(layOut(state, FRAME)[1]).toMatch(/^ {2}a\.example\.net TXT .* 2 of 5 perspectives$/);
  });

  test('leaves the second line of heads out if no perspective has a region', () => {
    const state = new MatrixState([
      { name: 'a.example.net', type: 'TXT', value: 'v' },
      { name: 'b.example.net', type: 'TXT', value: 'v' },
    ]);
    state.apply(perspectiveEvent('a.example.net.', 'v', { name: 'here', region: null }));
    const lines = layOut(state, FRAME).map((line) => line.trimEnd());
    expect(lines.slice(2)).toEqual([
      'perspectives               here',
      '  a.example.net TXT        ✓ visible',
      expect.any(String),
    ]);
  });

  test('tells the newest findings in words below the table, one for each code of a record', () => {
    const state = new MatrixState([{ name: 'a.example.net', type: 'TXT', value: 'v' }]);
    const find = (code: string, message: string) =>
      state.apply(findingEvent('a.example.net.', 'v', { code, message, severity: 'fatal' }));
    find('LAME', 'first');
    for (const code of ['A', 'B']) find(code, code.toLowerCase());
    find('LAME', 'a message that goes on for so long that it takes several lines '.repeat(6));
    const lines = layOut(state, FRAME);
    expect(lines.slice(1, 3)).toEqual(['  A a.example.net: a', '  B a.example.net: b']);
    expect(lines.slice(3, 6)).toEqual([
      expect.stringMatching(/^ {2}LAME a\.example\.net: a message /),
      expect.stringMatching(/^ {4}\S/),
      expect.stringMatching(/^ {4}\S.* …$/),
    ]);
    for (const line of lines) expect(line.length).toBeLessThan(FRAME.columns);
    expect(layOut(state, { ...FRAME, colours: true })[1]).toBe('\u001b[31m  A a.example.net: a\u001b[0m');
    expect(layOut(state, { ...FRAME, rows: 11 })).toHaveLength(2);
    // The outcome tells them in full.
    state.finish(report([record({ visible: false })]));
    expect(layOut(state, FRAME).join()).not.toContain('LAME');
  });

  test('takes no notice of records that it does not show', () => {
    const state = new MatrixState([{ name: 'a.example.net', type: 'TXT', value: 'v' }]);
    const before = layOut(state, FRAME);
    state.apply(findingEvent('b.example.net.', 'v', {}));
    state.finish(report([record({ value: 'other' })]));
    expect(layOut(state, FRAME)).toEqual(before);
  });

  test('shows hostile host names and values without a control character', () => {
    const state = new MatrixState([
      { name: 'a.example.net', type: 'TXT', value: 'x\u009bevil' },
      { name: 'a.example.net', type: 'TXT', value: '证书' },
    ]);
    const nameServers = [{ host: 'n\u001b[2J.example.' as Fqdn, addresses: ['127.0.0.1'] }];
    state.apply({ ...delegation('a.example.net.', 'example.net.', 0), nameServers });
    state.apply(findingEvent('a.example.net.', '证书', { message: 'seen "\u001b[2J\u202e证书"' }));
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
    const servers = [server({ address: '127.0.0.1', visibleAfterMs: 12 })];
    matrix.end(report([record({ elapsedMs: 12, servers })], 12));
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
