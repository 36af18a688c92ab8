import { DnsError } from './errors.js';
import { toFqdn } from './fqdn.js';
import type { RecordType } from './provider.js';

/** Longest character string in a TXT record, in bytes (RFC 1035 section 3.3). */
export const TXT_STRING_BYTES = 255;

/**
 * The one form in which a value is compared, journaled and shown.
 *
 * - TXT: the raw text. Input may be raw, in double quotes as Huawei Cloud's console wants it, or several quoted strings,
 *   which are joined. White space around it is dropped; inside quotes all of it counts.
 * - CNAME, NS: an absolute name. MX: `10 mail.example.com.`. A, AAAA: the address. Others: trimmed.
 *
 * @throws DnsError `INVALID_VALUE`
 */
export function canonicalValue(type: RecordType, value: string): string {
  const text = value.trim();
  if (text === '') throw invalid(`An empty value cannot be a ${type} record.`);
  switch (type) {
    case 'TXT':
      return checkText(text.startsWith('"') ? parseTxt(text) : text);
    case 'CNAME':
    case 'NS':
      return target(type, text);
    case 'MX':
      return canonicalMx(text);
    case 'A':
      if (!net().isIPv4(text)) throw invalid(`"${text}" is not an IPv4 address.`);
      return text;
    case 'AAAA':
      if (!net().isIPv6(text)) throw invalid(`"${text}" is not an IPv6 address.`);
      return new (net().SocketAddress)({ address: text, family: 'ipv6' }).address;
    default:
      return checkText(text);
  }
}

/**
 * Raw text from the quoted form: `"part one" "part two"` gives `part onepart two`. Backslash escapes are those of
 * zone files (`\"`, `\\`, `\065`).
 *
 * @throws DnsError `INVALID_VALUE` for unbalanced quotes and for a character string over 255 bytes.
 */
export function parseTxt(quoted: string): string {
  const one = /\s*"((?:[^"\\]|\\.)*)"/sy;
  let joined = '';
  let position = 0;
  while (position < quoted.trimEnd().length) {
    one.lastIndex = position;
    const match = one.exec(quoted);
    if (!match)
      throw invalid('The double quotes of the TXT value do not pair up.', {
        hint: 'Give the value without quotes, or put every part into a pair of them: "part one" "part two".',
      });
    const part = decodeEscapes(match[1] as string);
    const bytes = Buffer.byteLength(part);
    if (bytes > TXT_STRING_BYTES)
      throw invalid(
        `A quoted string of the TXT value has ${bytes} bytes, and one string holds at most ${TXT_STRING_BYTES}.`,
        { hint: 'Give the value without quotes, and it is split where it must be.' },
      );
    joined += part;
    position = one.lastIndex;
  }
  return joined;
}

/** The quoted form of a raw text: one quoted string for every 255 bytes, cut between characters, one space between them. */
export function quoteTxt(value: string): string {
  return splitTxt(value)
    .map((part) => `"${part.replace(/["\\]/g, (character) => `\\${character}`)}"`)
    .join(' ');
}

/** A raw text cut into pieces of at most 255 bytes in UTF-8, never inside a character. */
export function splitTxt(value: string): string[] {
  if (Buffer.byteLength(value) <= TXT_STRING_BYTES) return [value];
  const parts: string[] = [];
  let part = '';
  let bytes = 0;
  for (const character of value) {
    const size = Buffer.byteLength(character);
    if (bytes + size > TXT_STRING_BYTES) {
      parts.push(part);
      part = '';
      bytes = 0;
    }
    part += character;
    bytes += size;
  }
  return [...parts, part];
}

function decodeEscapes(text: string): string {
  return text.replace(/\\(\d{3}|.)/gs, (_, escaped: string) =>
    escaped.length === 3 ? String.fromCharCode(Number(escaped)) : escaped,
  );
}

function checkText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  const control = /[\u0000-\u001f\u007f]/.exec(text);
  if (control)
    throw invalid(`The value holds a control character (${JSON.stringify(control[0])}).`, {
      hint: 'It may have been copied with a line break in it.',
    });
  if (text === '') throw invalid('The TXT value is empty.');
  return text;
}

function canonicalMx(text: string): string {
  const match = /^(\d{1,5})\s+(\S+)$/.exec(text);
  if (!match || Number(match[1]) > 65535)
    throw invalid(
      `"${text}" is not an MX value: it takes a preference and a host name, as in "10 mail.example.com".`,
    );
  return `${Number(match[1])} ${target('MX', match[2] as string)}`;
}

function target(type: RecordType, name: string): string {
  try {
    return toFqdn(name);
  } catch (cause) {
    throw invalid(`The target of a ${type} record must be a domain name. ${(cause as Error).message}`, {
      cause,
    });
  }
}

function invalid(message: string, details?: { hint?: string; cause?: unknown }): DnsError {
  return new DnsError('INVALID_VALUE', message, details);
}

/** Loaded with the first address: most programs write none, and it takes a third of the time that this package takes to load. */
function net() {
  return process.getBuiltinModule('node:net');
}
