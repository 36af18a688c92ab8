import { sanitize } from './sanitize.js';

export type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

const SGR: Readonly<Record<Colour, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };

/** A part of a line in one colour. */
export interface Span {
  text: string;
  colour: Colour;
}

/** A line for people: text as it is, or in parts some of which have a colour. */
export type Line = string | readonly (string | Span)[];

export function paint(text: string, colour: Colour, colours: boolean): string {
  return colours ? `\u001b[${SGR[colour]}m${text}\u001b[0m` : text;
}

/** What goes to the stream: nothing in it but our own colours does anything to a terminal. */
export function renderLine(line: Line, colours: boolean): string {
  if (typeof line === 'string') return sanitize(line);
  return line
    .map((part) =>
      typeof part === 'string' ? sanitize(part) : paint(sanitize(part.text), part.colour, colours),
    )
    .join('');
}

/**
 * A text in lines of at most `width` characters, broken at spaces; a word that is longer is broken where it must.
 *
 * @param first What the first line begins with. @param rest What the others begin with.
 */
export function wrap(text: string, width: number, first = '', rest = first): string[] {
  const lines: string[] = [];
  // Escapes make texts longer, so they come first.
  let line = first;
  let isEmpty = true;
  for (const word of sanitize(text)
    .split(' ')
    .flatMap((one) => broken(one, Math.max(8, width - rest.length)))) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

function broken(word: string, width: number): string[] {
  if (word.length <= width) return [word];
  return [word.slice(0, width), ...broken(word.slice(width), width)];
}
