/** C0, DEL, C1, line separators, and marks that reorder or hide text. Names and values come from the network and from strangers. */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** One line of text that does nothing to a terminal but show itself: what could is written as `\u001b`. */
export function sanitize(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}

/** JSON whose text is safe to show: `JSON.stringify` leaves DEL, C1 and reordering marks as they are. */
export function safeJson(value: unknown, indent?: number): string {
  // Line breaks of the indentation are the only unsafe characters outside strings.
  return JSON.stringify(value, null, indent).replace(UNSAFE, (character) =>
    character === '\n' ? character : escapeCharacter(character),
  );
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
