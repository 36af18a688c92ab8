import { isIPv6 } from 'node:net';

/** Things that a message names before it only counts the rest. */
const MAX_NAMED = 6;
const MAX_CHARACTERS = 80;

/**
 * Text from the network, fit for a terminal: control and invisible characters as `\027` and `\u{200b}`, and a bound on its length.
 * Half surrogates, which no terminal shows, count as such characters.
 */
export function plain(text: string, most = MAX_CHARACTERS): string {
  // Cut before and after: escapes make it longer, and a hostile text should not be gone through as a whole.
  const escaped = text
    .slice(0, most + 1)
    .replace(/[\p{C}\p{Zl}\p{Zp}\u00a0]/gu, (character) => escapeOf(character.codePointAt(0)!));
  return escaped.length > most ? `${escaped.slice(0, most - 1)}…` : escaped;
}

function escapeOf(code: number): string {
  return code < 0x80 ? `\\${`${code}`.padStart(3, '0')}` : `\\u{${code.toString(16)}}`;
}

/** A name without its final dot. */
export function bare(name: string): string {
  return plain(name.length > 1 && name.endsWith('.') ? name.slice(0, -1) : name, 255);
}

export function listed(items: readonly string[]): string {
  const different = [...new Set(items)];
  const named = different.slice(0, MAX_NAMED);
  const rest = different.length - named.length;
  return rest > 0 ? `${named.join(', ')} and ${rest} more` : named.join(', ');
}

export function hostAndAddress(host: string, address: string): string {
  return `${bare(host)} (${address})`;
}

export function named(servers: readonly { host: string; address: string }[]): string {
  return listed(servers.map(({ host, address }) => hostAndAddress(host, address)));
}

export function quoted(values: readonly string[]): string {
  return listed(values.map((value) => `"${plain(value)}"`));
}

/** A verb for so many things: `verb(servers, 'answers', 'answer')`. */
export function verb(things: readonly unknown[], one: string, many: string): string {
  return things.length === 1 ? one : many;
}

export function isV6(address: string): boolean {
  return isIPv6(address);
}
