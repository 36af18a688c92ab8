import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalValue, parseTxt, quoteTxt, splitTxt } from '../src/index.js';

/** Legal in a TXT record: no control characters, no halves of characters. */
const text = fc
  .string({
    unit: fc.oneof(
      { weight: 4, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
      fc.constantFrom('"', '\\', ' ', '\\065', '😀', '👩‍👩‍👧', 'é', '中'),
    ),
    minLength: 1,
    maxLength: 1_500,
  })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is left out.
  .filter((value) => !/[\u0000-\u001f\u007f]/.test(value))
  .filter((value) => Buffer.byteLength(value) <= 4_096);
const long = fc.tuple(text, fc.integer({ min: 1, max: 4_096 })).map(([value, bytes]) => {
  let grown = '';
  for (const character of value.repeat(Math.ceil(bytes / value.length))) {
    if (Buffer.byteLength(grown + character) > bytes) break;
    grown += character;
  }
  return grown || 'x';
});
const value = fc.oneof(text, long);

test('every text comes back from its quoted form', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(value, (raw) => {
      expect(parseTxt(quoteTxt(raw))).toBe(raw);
    }),
  );
});

test('the pieces of a text hold at most 255 bytes, join to the text, and are as few as characters allow', {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(value, (raw) => {
      const pieces = splitTxt(raw);
      expect(pieces.join('')).toBe(raw);
      for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(255);
      // A piece ends early only where the next character would not fit.
      for (const piece of pieces.slice(0, -1)) expect(Buffer.byteLength(piece)).toBeGreaterThan(255 - 4);
      for (const piece of pieces) expect(Buffer.from(piece).toString()).toBe(piece);
    }),
  );
});

test('the canonical form of a quoted text is the text, however it was quoted and cut', {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(value, fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (raw, lengths) => {
      expect(canonicalValue('TXT', quoteTxt(raw))).toBe(raw);
      const characters = [...raw];
      const pieces: string[] = [];
      for (let turn = 0; characters.length > 0; turn += 1)
        pieces.push(characters.splice(0, lengths[turn % lengths.length]).join(''));
      const quoted = pieces.map((piece) => `"${piece.replace(/["\\]/g, '\\$&')}"`).join(' ');
      expect(canonicalValue('TXT', quoted)).toBe(raw);
    }),
  );
});

test('a canonical value is its own canonical form', { timeout: 60_000 }, () => {
  const hosts = fc.domain();
  const cases = fc.oneof(
    // A text with white space around it, or that begins with a quote, is only itself when it is quoted: see above.
    value.filter((raw) => raw.trim() === raw && !raw.startsWith('"')).map((raw) => ['TXT', raw] as const),
    hosts.map((host) => ['CNAME', host.toUpperCase()] as const),
    fc.tuple(fc.nat(65_535), hosts).map(([preference, host]) => ['MX', `${preference} ${host}`] as const),
    fc.ipV4().map((address) => ['A', address] as const),
    fc.ipV6().map((address) => ['AAAA', address] as const),
  );
  fc.assert(
    fc.property(cases, ([type, input]) => {
      const canonical = canonicalValue(type, input);
      expect(canonicalValue(type, canonical)).toBe(canonical);
    }),
  );
});
