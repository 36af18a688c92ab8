import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalValue, parseTxt, quoteTxt, splitTxt } from '../src/index.js';

describe('canonicalValue', () => {
  test.each([
    ['TXT', 'token-1', 'token-1'],
    ['TXT', '  token-1\n', 'token-1'],
    ['TXT', '"token-1"', 'token-1'],
    ['TXT', '"part one" "part two"', 'part onepart two'],
    ['TXT', '"a""b"', 'ab'],
    ['TXT', '" spaces count "', ' spaces count '],
    ['TXT', '"say \\"hi\\" \\\\ \\065"', 'say "hi" \\ A'],
    ['TXT', 'v=spf1 include:a "b"', 'v=spf1 include:a "b"'],
    ['CNAME', 'Target.Example.ORG', 'target.example.org.'],
    ['NS', 'ns1.example.org.', 'ns1.example.org.'],
    ['MX', '010  Mail.example.com', '10 mail.example.com.'],
    ['A', '192.0.2.1', '192.0.2.1'],
    ['AAAA', '2001:DB8:0:0::1', '2001:db8::1'],
    ['CAA', ' 0 issue "ca.example" ', '0 issue "ca.example"'],
  ])('%s %j is %j', (type, input, expected) => {
    expect(canonicalValue(type, input)).toBe(expected);
  });

  test.each([
    ['TXT', '', /empty/],
    ['TXT', '""', /empty/],
    ['TXT', '"abc', /do not pair up/],
    ['TXT', '"abc" def', /do not pair up/],
    ['TXT', '"abc\\"', /do not pair up/],
    ['TXT', 'two\nlines', /control character/],
    ['TXT', `"${'x'.repeat(300)}"`, /has 300 bytes.*at most 255/],
    ['CNAME', 'not a name', /must be a domain name/],
    ['MX', 'mail.example.com', /preference/],
    ['MX', '70000 mail.example.com', /preference/],
    ['A', '300.1.1.1', /not an IPv4 address/],
    ['AAAA', '192.0.2.1', /not an IPv6 address/],
  ])('%s %j is refused', (type, input, reason) => {
    expect(() => canonicalValue(type, input)).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE', message: expect.stringMatching(reason) }),
    );
  });

  test('a raw text of 300 characters is fine: it is split where it must be', () => {
    const value = 'x'.repeat(300);
    expect(canonicalValue('TXT', value)).toBe(value);
    expect(quoteTxt(value)).toBe(`"${'x'.repeat(255)}" "${'x'.repeat(45)}"`);
  });
});

test('every text survives quoting and parsing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 700 }), (text) => {
      expect(parseTxt(quoteTxt(text))).toBe(text);
    }),
  );
});

test('the pieces of a split text hold at most 255 bytes and join to the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 900 }), (text) => {
      const parts = splitTxt(text);
      expect(parts.join('')).toBe(text);
      for (const part of parts) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(255);
    }),
  );
});

test('a text of many quoted strings is read in linear time', () => {
  const many = '"x" '.repeat(50_000).trim();
  expect(parseTxt(many)).toHaveLength(50_000);
});
