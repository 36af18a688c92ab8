import { domainToASCII } from 'node:url';
import { DnsError } from './errors.js';

declare const fqdn: unique symbol;

/** An absolute domain name: lower-case A-labels, trailing dot, within the limits of RFC 1035. Made by {@link toFqdn} only. */
export type Fqdn = string & { readonly [fqdn]: true };

/** Longest label and longest name in presentation form with its final dot (RFC 1035 section 2.3.4: 255 octets on the wire). */
const MAX_LABEL = 63;
const MAX_NAME = 254;

/** Full stops of other scripts that IDNA treats as label separators (RFC 3490 section 3.1). */
const OTHER_DOTS = /[\u3002\uff0e\uff61]/g;
const ASCII_LABEL = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/;

/**
 * Makes an absolute name of what people type: any case, with or without the final dot, IDN in Unicode or as A-labels,
 * `*` as the leftmost label. Underscores are allowed anywhere, as certificate services use them.
 *
 * @throws DnsError `INVALID_NAME`, naming the label that is wrong.
 */
export function toFqdn(name: string): Fqdn {
  const text = name.trim().replace(OTHER_DOTS, '.');
  const bare = text.endsWith('.') ? text.slice(0, -1) : text;
  if (bare === '') throw invalid(name, 'it is empty');
  const labels = bare.split('.').map((label, index) => toAsciiLabel(name, label, index));
  const result = `${labels.join('.')}.`;
  if (result.length > MAX_NAME)
    throw invalid(name, `it has ${result.length - 1} characters, and a name holds at most 253`);
  return result as Fqdn;
}

/**
 * The absolute name of a host record as consoles show it. Certificate services give either the full name or the part
 * before the zone (`_dnsauth`, `@`): with a `zone`, a name that does not end in the zone, and has no final dot, is relative to it.
 *
 * @throws DnsError `INVALID_NAME`; without a zone also for `@` and for a single label, which cannot be a full name.
 */
export function absoluteName(name: string, zone?: string): Fqdn {
  const text = name.trim();
  if (zone === undefined) {
    if (text === '@' || text === '' || !text.replace(/\.$/, '').replace(OTHER_DOTS, '.').includes('.'))
      throw new DnsError('INVALID_NAME', `"${name}" is not a full domain name.`, {
        hint: 'Give the full name (_dnsauth.example.com), or name the zone that the host record belongs to.',
      });
    return toFqdn(text);
  }
  const apex = toFqdn(zone);
  if (text === '@' || text === '') return apex;
  const full = toFqdn(text);
  if (isWithin(full, apex)) return full;
  if (text.endsWith('.'))
    throw new DnsError('INVALID_NAME', `"${name}" does not lie in the zone ${apex}`, {
      hint: 'Leave the final dot away for a host record that is relative to the zone, or give the right zone.',
    });
  return toFqdn(`${full}${apex}`);
}

/** True if `name` is `ancestor` or lies below it, on a label boundary. */
export function isWithin(name: Fqdn, ancestor: Fqdn): boolean {
  return name === ancestor || name.endsWith(`.${ancestor}`);
}

/** The part of `name` before `zone`, without a dot at its end; `@` for the zone's own name. */
export function relativeName(name: Fqdn, zone: Fqdn): string {
  if (name === zone) return '@';
  if (!isWithin(name, zone)) throw invalid(name, `it does not lie in the zone ${zone}`);
  return name.slice(0, -(zone.length + 1));
}

/** `name` and its ancestors, longest first, the root left out. */
export function ancestors(name: Fqdn): Fqdn[] {
  const labels = name.slice(0, -1).split('.');
  return labels.map((_, index) => `${labels.slice(index).join('.')}.` as Fqdn);
}

function toAsciiLabel(name: string, label: string, index: number): string {
  if (label === '') throw invalid(name, 'it has an empty label (two dots in a row, or a dot at the start)');
  if (label === '*') {
    if (index === 0) return label;
    throw invalid(name, 'a "*" is allowed as the first label only');
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is "any ASCII character".
  const isAscii = /^[\u0000-\u007f]*$/.test(label);
  // A letter after it, since Node takes a last label of digits (full-width ones too) for an address.
  const ascii = isAscii ? label.toLowerCase() : domainToASCII(`${label}.x`).slice(0, -2);
  if (ascii === '') throw invalid(name, `the label "${label}" is not a valid internationalised label`);
  if (ascii.length > MAX_LABEL)
    throw invalid(
      name,
      `the label "${shorten(label)}" has ${ascii.length} characters, and a label holds at most 63`,
    );
  if (!ASCII_LABEL.test(ascii)) {
    const bad = /[^a-z0-9_-]/.exec(ascii)?.[0];
    throw invalid(
      name,
      bad
        ? `the label "${shorten(label)}" holds the character ${JSON.stringify(bad)}`
        : `the label "${shorten(label)}" starts or ends with a hyphen`,
    );
  }
  return ascii;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}

function invalid(name: string, why: string): DnsError {
  return new DnsError('INVALID_NAME', `"${shorten(name)}" is not a domain name: ${why}.`);
}
