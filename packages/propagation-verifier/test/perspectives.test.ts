import { describe, expect, test } from 'vitest';
import type { Perspective, PresetName, Quorum } from '../src/index.js';
import { parsePerspectives } from '../src/perspectives/parse.js';
import { PRESETS } from '../src/perspectives/presets.js';
import { isQuorum } from '../src/perspectives/quorum.js';

const given = (perspectives: readonly (Perspective | PresetName)[], quorum: Quorum = 'all') =>
  parsePerspectives(perspectives, quorum);

describe('perspectives', () => {
  test('are resolvers as addresses, with or without port', () => {
    expect(
      given([
        { name: 'office', resolver: '192.0.2.1' },
        { name: 'lab', resolver: '[2001:db8::1]:5300', region: 'RIPE' },
      ]),
    ).toEqual([
      { name: 'office', region: null, resolver: '192.0.2.1', server: { address: '192.0.2.1', port: 53 } },
      {
        name: 'lab',
        region: 'RIPE',
        resolver: '[2001:db8::1]:5300',
        server: { address: '2001:db8::1', port: 5_300 },
      },
    ]);
  });

  test('are services over HTTPS, also in the form of a URI template', () => {
    const [plain, template] = given([
      { name: 'a', resolver: 'https://resolver.test/dns-query' },
      { name: 'b', resolver: 'https://other.test/dns-query{?dns}' },
    ]);
    expect(String(plain?.server)).toBe('https://resolver.test/dns-query');
    expect(String(template?.server)).toBe('https://other.test/dns-query');
  });

  test('can be given by name; every name leads to an https URL', () => {
    const names = Object.keys(PRESETS) as PresetName[];
    const parsed = given(names);
    expect(parsed.map(({ name }) => name)).toEqual(['cloudflare', 'google', 'quad9', 'alidns', 'dnspod']);
    for (const { server } of parsed) expect((server as URL).protocol).toBe('https:');
  });

  test.each<[string, Perspective | string, RegExp, RegExp]>([
    ['an unknown name', 'opendns', /no perspective with the name "opendns"/, /cloudflare, google/],
    ['a name that every object has', 'toString', /no perspective with the name/, /cloudflare/],
    ['a host name', { name: 'a', resolver: 'dns.test' }, /"dns.test", which is none/, /192\.0\.2\.1:5300/],
    ['no resolver', { name: 'a' } as Perspective, /which is none/, /192\.0\.2\.1/],
    ['http', { name: 'a', resolver: 'http://dns.test/dns-query' }, /not https/, /Only https/],
    ['a broken URL', { name: 'a', resolver: 'https://' }, /which is none/, /RFC 8484/],
    ['a password', { name: 'a', resolver: 'https://a:b@dns.test/' }, /password/, /Leave that part/],
    ['a fragment', { name: 'a', resolver: 'https://dns.test/#x' }, /fragment/, /Leave that part/],
    ['no own name', { name: ' ', resolver: '192.0.2.1' }, /name " "/, /short name/],
    ['an escape sequence', { name: 'a\u001b[2J', resolver: '192.0.2.1' }, /\\u001b/, /control characters/],
  ])('with %s are refused', (_what, perspective, message, hint) => {
    expect(() => given([perspective as Perspective])).toThrow(
      expect.objectContaining({
        code: 'INVALID_VALUE',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      }),
    );
  });

  test('that share a resolver are refused, as it would count twice', () => {
    const twice = [
      { name: 'a', resolver: '192.0.2.1' },
      { name: 'b', resolver: '192.0.2.1:53' },
    ];
    expect(() => given(twice)).toThrow('"b" has a resolver that another one has');
    expect(() => given(['google', { name: 'c', resolver: 'https://dns.google/dns-query' }])).toThrow('"c"');
  });
});

describe('a quorum', () => {
  const panel = (...regions: (string | null)[]) => regions.map((region) => ({ region }));
  const unplaced = (count: number) => panel(...Array<null>(count).fill(null));

  test.each<[Quorum, number, number, boolean]>([
    ['all', 3, 3, true],
    ['all', 3, 2, false],
    [2, 3, 2, true],
    [2, 3, 1, false],
    ['baseline-requirements', 1, 1, true],
    ['baseline-requirements', 1, 0, false],
    ['baseline-requirements', 2, 1, true],
    ['baseline-requirements', 2, 0, false],
    ['baseline-requirements', 5, 4, true],
    ['baseline-requirements', 5, 3, false],
    ['baseline-requirements', 6, 4, true],
    ['baseline-requirements', 6, 3, false],
    ['baseline-requirements', 9, 7, true],
    ['baseline-requirements', 9, 6, false],
    ['all', 0, 0, true],
    ['baseline-requirements', 0, 0, true],
  ])('of %s with %i perspectives, %i of which agree: %s', (quorum, all, agreeing, isReached) => {
    expect(isQuorum(quorum, unplaced(all), unplaced(agreeing))).toBe(isReached);
  });

  test('of the Baseline Requirements spans two regions from three perspectives on', () => {
    const all = panel('RIPE', 'RIPE', 'APNIC');
    expect(isQuorum('baseline-requirements', all, panel('RIPE', 'RIPE'))).toBe(false);
    expect(isQuorum('baseline-requirements', all, panel('RIPE', 'APNIC'))).toBe(true);
    expect(isQuorum('baseline-requirements', panel('RIPE', 'APNIC'), panel('RIPE'))).toBe(true);
  });

  test('of the Baseline Requirements counts no region for a perspective without one', () => {
    const all = panel('RIPE', 'APNIC', null);
    expect(isQuorum('baseline-requirements', all, panel('RIPE', null))).toBe(false);
  });

  const three = (...regions: (string | undefined)[]) =>
    regions.map((region, index) => ({ name: `p${index}`, resolver: `192.0.2.${index + 1}`, region }));

  test('that can never be reached is refused', () => {
    for (const quorum of [0, 4, 1.5, Number.NaN, 'most' as Quorum])
      expect(() => given(three('a', 'b', 'c'), quorum)).toThrow(
        expect.objectContaining({ code: 'INVALID_VALUE', message: expect.stringContaining('"quorum"') }),
      );
    expect(() => given(three('RIPE', 'RIPE', undefined), 'baseline-requirements')).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE', message: expect.stringContaining('stand in RIPE') }),
    );
  });

  test('that can be reached is taken', () => {
    expect(given(three('RIPE', 'ARIN', undefined), 'baseline-requirements')).toHaveLength(3);
    expect(given(three(undefined, undefined, undefined), 'baseline-requirements')).toHaveLength(3);
    expect(given(three('RIPE', 'RIPE'), 'baseline-requirements')).toHaveLength(2);
    expect(given([], 2)).toEqual([]);
  });
});
