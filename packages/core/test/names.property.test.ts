import { domainToUnicode } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { absoluteName, ancestors, isDnsError, isWithin, relativeName, toFqdn } from '../src/index.js';

const asciiLabel = fc.stringMatching(/^[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,12}[a-zA-Z0-9_])?$/);
const idnLabel = fc.constantFrom('münchen', 'Bücher', '例子', '中文网', 'россия', 'ελλάδα', 'भारत', '１２');
/** A name as people type it: any case, any script, with or without the final dot. */
const typed = fc
  .tuple(
    fc.boolean(),
    fc.array(fc.oneof({ weight: 3, arbitrary: asciiLabel }, idnLabel), { minLength: 1, maxLength: 6 }),
    fc.constantFrom('', '.'),
  )
  .map(([wildcard, labels, end]) => `${wildcard ? '*.' : ''}${labels.join('.')}${end}`);
const fqdn = typed.map(toFqdn);
const zone = fqdn.filter((name) => !name.startsWith('*'));

test('an absolute name stays as it is when it is made absolute again', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(typed, (name) => {
      expect(toFqdn(toFqdn(name))).toBe(toFqdn(name));
    }),
  );
});

test('case, the final dot, the dots of other scripts and white space around make no difference', {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(typed, fc.constantFrom('.', '。', '．', '｡'), (name, dot) => {
      const bare = name.replace(/\.$/, '');
      for (const same of [bare, `${bare}.`, bare.toUpperCase(), ` ${bare}\n`, bare.replaceAll('.', dot)])
        expect(toFqdn(same)).toBe(toFqdn(name));
    }),
  );
});

test('a name comes back from its Unicode form', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(zone, (name) => {
      // The suffix keeps Node from taking a name of digits for an address.
      const shown = domainToUnicode(`${name}suffix`).slice(0, -'suffix'.length);
      fc.pre(shown !== '');
      expect(toFqdn(shown)).toBe(name);
    }),
  );
});

test('any text at all is a name within the limits of DNS, or an INVALID_NAME', { timeout: 60_000 }, () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('a', '-', '_', '*', '.', 'ß', '例', 'xn--', ' '), maxLength: 300 }),
  );
  fc.assert(
    fc.property(text, (anything) => {
      let name: string;
      try {
        name = toFqdn(anything);
      } catch (error) {
        expect(isDnsError(error, 'INVALID_NAME')).toBe(true);
        return;
      }
      expect(name).toMatch(/^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*$/);
      expect(name.length).toBeLessThanOrEqual(254);
      expect(toFqdn(name)).toBe(name);
    }),
    { numRuns: 500 },
  );
});

test('the relative name and the absolute name are each other’s inverse', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fqdn, zone, (host, apex) => {
      fc.pre(host.length + apex.length <= 254);
      // A host record that ends in the zone's own name is taken for a full name, as consoles show both.
      fc.pre(!isWithin(host, apex));
      const name = toFqdn(`${host}${apex}`);
      expect(relativeName(name, apex)).toBe(host.slice(0, -1));
      expect(absoluteName(relativeName(name, apex), apex)).toBe(name);
      expect(absoluteName(name, apex)).toBe(name);
      expect(absoluteName(relativeName(apex, apex), apex)).toBe(apex);
    }),
  );
});

test('a name lies within exactly its ancestors, and ancestors of ancestors are ancestors', {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(fqdn, fqdn, (name, other) => {
      expect(isWithin(name, other)).toBe(ancestors(name).includes(other));
      for (const ancestor of ancestors(name)) {
        expect(isWithin(name, ancestor)).toBe(true);
        expect(ancestors(name)).toEqual(expect.arrayContaining(ancestors(ancestor)));
        if (ancestor !== name) expect(isWithin(ancestor, name)).toBe(false);
      }
      // A longer last label is another name: notexample.com is not below example.com.
      expect(isWithin(toFqdn(`x.a${name.replace('*', 'w')}`), name)).toBe(false);
    }),
  );
});
