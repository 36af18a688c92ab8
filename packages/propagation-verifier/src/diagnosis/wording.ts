import { printable } from '../printable.js';

/** Things that a message names before it only counts the rest. */
const MAX_NAMED = 6;
const MAX_CHARACTERS = 80;

/** Text from the network, fit for a terminal and short. */
export function plain(text: string, most = MAX_CHARACTERS): string {
  return printable(text, most);
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
