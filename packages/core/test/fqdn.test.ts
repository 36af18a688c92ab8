import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { absoluteName, ancestors, isWithin, relativeName, toFqdn } from '../src/index.js';

describe('toFqdn', () => {
  test.each([
    ['example.com', 'example.com.'],
    ['Example.COM.', 'example.com.'],
    ['  _dnsauth.example.com ', '_dnsauth.example.com.'],
    ['*.example.com', '*.example.com.'],
    ['例子.com', 'xn--fsqu00a.com.'],
    ['例子。com', 'xn--fsqu00a.com.'],
    ['_acme-challenge.BÜCHER.example', '_acme-challenge.xn--bcher-kva.example.'],
    ['1.2.3.4', '1.2.3.4.'],
  ])('makes %j absolute: %j', (input, expected) => {
    expect(toFqdn(input)).toBe(expected);
  });

  test.each([
    ['', /empty/],
    ['.', /empty/],
    ['a..example.com', /empty label/],
    ['.example.com', /empty label/],
    ['a b.example.com', /holds the character " "/],
    ['ex"ample.com', /holds the character/],
    ['-a.example.com', /hyphen/],
    ['a-.example.com', /hyphen/],
    ['www.*.example.com', /first label only/],
    [`${'a'.repeat(64)}.com`, /64 characters/],
    [`${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}`, /at most 253/],
    ['a\\.b.example.com', /holds the character/],
    ['\u{1f4a9}\u200d\u{1f4a9}\ufffd.com', /not a valid internationalised label/],
  ])('refuses %j', (input, reason) => {
    expect(() => toFqdn(input)).toThrow(
      expect.objectContaining({ code: 'INVALID_NAME', message: expect.stringMatching(reason) }),
    );
  });

  test('takes the longest name and the longest label', () => {
    const longest = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`;
    expect(toFqdn(longest)).toHaveLength(254);
  });

  test('is idempotent, and case and the final dot make no difference', () => {
    const label = fc.stringMatching(/^[a-z0-9_]([a-z0-9_-]{0,20}[a-z0-9_])?$/);
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 5 }), (labels) => {
        const name = labels.join('.');
        expect(toFqdn(toFqdn(name))).toBe(toFqdn(name));
        expect(toFqdn(`${name.toUpperCase()}.`)).toBe(toFqdn(name));
      }),
    );
  });
});

describe('absoluteName', () => {
  test.each([
    ['_dnsauth', 'example.com', '_dnsauth.example.com.'],
    ['_dnsauth.www', 'example.com', '_dnsauth.www.example.com.'],
    ['@', 'example.com', 'example.com.'],
    ['', 'example.com', 'example.com.'],
    ['_dnsauth.example.com', 'example.com', '_dnsauth.example.com.'],
    ['example.com', 'example.com', 'example.com.'],
    ['my-example.com', 'example.com', 'my-example.com.example.com.'],
    ['_dnsauth.example.com.', 'example.com.', '_dnsauth.example.com.'],
  ])('puts %j into the zone %j', (name, zone, expected) => {
    expect(absoluteName(name, zone)).toBe(expected);
  });

  test.each(['@', '', '_dnsauth', '_dnsauth.'])('refuses the relative %j without a zone', (name) => {
    expect(() => absoluteName(name)).toThrow(/not a full domain name/);
  });

  test('refuses an absolute name outside the zone', () => {
    expect(() => absoluteName('_dnsauth.example.org.', 'example.com')).toThrow(
      /does not lie in the zone example.com./,
    );
  });
});

test('isWithin respects label boundaries', () => {
  expect(isWithin(toFqdn('a.example.com'), toFqdn('example.com'))).toBe(true);
  expect(isWithin(toFqdn('example.com'), toFqdn('example.com'))).toBe(true);
  expect(isWithin(toFqdn('my-example.com'), toFqdn('example.com'))).toBe(false);
  expect(isWithin(toFqdn('com'), toFqdn('example.com'))).toBe(false);
});

test('relativeName gives the host record, and @ for the apex', () => {
  expect(relativeName(toFqdn('_dnsauth.www.example.com'), toFqdn('example.com'))).toBe('_dnsauth.www');
  expect(relativeName(toFqdn('example.com'), toFqdn('example.com'))).toBe('@');
  expect(() => relativeName(toFqdn('example.org'), toFqdn('example.com'))).toThrow(/does not lie in/);
});

test('ancestors go from the name itself to the top-level domain', () => {
  expect(ancestors(toFqdn('a.b.example.com'))).toEqual([
    'a.b.example.com.',
    'b.example.com.',
    'example.com.',
    'com.',
  ]);
});
