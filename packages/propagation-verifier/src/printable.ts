/**
 * Text from the network for people: cut to `most` characters, and control and invisible characters (zero-width, direction marks,
 * half surrogates, the no-break space) written as `\027` and `\u{200b}`, so that nobody can write to an operator's terminal.
 */
export function printable(text: string, most: number): string {
  // Cut before and after: escapes make it longer, and a hostile text should not be gone through as a whole.
  const escaped = text
    .slice(0, most + 1)
    .replace(/[\p{C}\p{Zl}\p{Zp}\u00a0]/gu, (character) => escapeOf(character.codePointAt(0)!));
  return escaped.length > most ? `${escaped.slice(0, most - 1)}…` : escaped;
}

function escapeOf(code: number): string {
  return code < 0x80 ? `\\${`${code}`.padStart(3, '0')}` : `\\u{${code.toString(16)}}`;
}
