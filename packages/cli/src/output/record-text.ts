const SHOWN_VALUE = 72;

/** A name as people write it: without the final dot. */
export function showName(name: string): string {
  return name.endsWith('.') && name !== '.' ? name.slice(0, -1) : name;
}

/** A value in quotes, cut to one line. */
export function showValue(value: string): string {
  return `"${shorten(value, SHOWN_VALUE)}"`;
}

/** `_dnsauth.example.com TXT "token"`. */
export function showRecord(record: { name: string; type: string; value: string }): string {
  return `${showName(record.name)} ${record.type} ${showValue(record.value)}`;
}

/** A text of at most `width` characters; one that is cut ends in `…`. */
export function shorten(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text;
}

/** `1 value`, `3 values`; with its plural if that is not made with an s. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
