import type { FailureCode } from '../codes.js';

/** How a value was entered wrongly. */
export type FormCode = Extract<
  FailureCode,
  'QUOTED' | 'WHITESPACE' | 'CASE' | 'ESCAPED' | 'NAME_IN_VALUE' | 'SPLIT_STRINGS'
>;

type Form = (found: string) => string;

/** Longer texts are no mistyped challenge, and a hostile server should not make us work on them. */
const MAX_CHARACTERS = 4_096;
/** Parts whose order is tried; more would be too many orders. */
const MAX_PARTS = 5;

const QUOTES = /^(?:\\*["'“”„«»‘’`])+|(?:\\*["'“”„«»‘’`])+$/gu;
// The zero-width characters, the byte order mark and the no-break space come with text that is copied from web pages.
const OUTER_SPACE = /^[\s\p{Cc}\p{Cf}]+|[\s\p{Cc}\p{Cf}]+$/gu;
const INVISIBLE = /[\p{Cc}\p{Cf}\u00a0]+/gu;
const PARTS_APART = /["'\s]+/gu;
/** A label or name, and what people put between it and the value: `_dnsauth.example.com TXT value`, `token=value`. */
const NAME_BEFORE = /^[\w.*@-]{1,253}(?:\s*[=:]\s*|\s+(?:(?:IN\s+)?TXT\s+)?)/iu;

/** What takes one mistake back, the commonest first. */
const FORMS: readonly [FormCode, Form][] = [
  ['QUOTED', (found) => found.replace(QUOTES, '')],
  ['WHITESPACE', (found) => found.replace(OUTER_SPACE, '').replace(INVISIBLE, '')],
  ['ESCAPED', unescaped],
  ['NAME_IN_VALUE', (found) => found.replace(NAME_BEFORE, '')],
  ['SPLIT_STRINGS', (found) => found.replace(PARTS_APART, '')],
];

/** The mistake that makes `found` of `expected`; undefined if they have nothing in common. */
export function formOf(found: string, expected: string): FormCode | undefined {
  if (found === expected || found.length > MAX_CHARACTERS || expected.length > MAX_CHARACTERS)
    return undefined;
  const single = FORMS.find(([, form]) => form(found) === expected);
  if (single) return single[0];
  if (sameButCase(found, expected)) return 'CASE';
  return severalForms(found, expected);
}

/** Several mistakes at once: the first that changed anything is told. */
function severalForms(found: string, expected: string): FormCode | undefined {
  let text = found;
  let first: FormCode | undefined;
  // Quotes may stand within space, and space within quotes.
  for (const [code, form] of [...FORMS, ...FORMS]) {
    const next = form(text);
    if (next === text) continue;
    first ??= code;
    text = next;
    if (text === expected || sameButCase(text, expected)) return first;
  }
  return undefined;
}

/** True if the parts make up the value: in another order than they stand, or as records that should be one. */
export function joinsTo(parts: readonly string[], expected: string): boolean {
  if (parts.length < 2 || parts.length > MAX_PARTS) return false;
  return startsFrom(parts, expected);
}

function startsFrom(parts: readonly string[], rest: string): boolean {
  if (parts.length === 0) return rest === '';
  return parts.some(
    (part, index) =>
      part !== '' &&
      rest.startsWith(part) &&
      startsFrom(
        parts.filter((_, other) => other !== index),
        rest.slice(part.length),
      ),
  );
}

function sameButCase(found: string, expected: string): boolean {
  return found !== expected && found.toLowerCase() === expected.toLowerCase();
}

function unescaped(found: string): string {
  const plain = found.replace(/\\(?:u([\da-f]{4})|(\d{3})|(.))/giu, (whole, hex, decimal, character) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (decimal === undefined) return character;
    return Number(decimal) < 256 ? String.fromCharCode(Number(decimal)) : whole;
  });
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}
