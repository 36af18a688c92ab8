import type { Node, ParseError, ParseErrorCode } from 'jsonc-parser';
import { UsageError } from '../errors.js';
import type { ConfigPath } from './config.js';

/** Text of a line that an error quotes. */
const QUOTED_LENGTH = 80;

/** What a parser expected, by the code of `jsonc-parser`. */
const EXPECTED: Partial<Record<ParseErrorCode, string>> = {
  1: 'this is no JSON value',
  2: 'a number is not well-formed',
  3: 'a name in double quotes is expected',
  4: 'a value is expected',
  5: 'a colon is expected',
  6: 'a comma is expected',
  7: 'a closing brace is expected',
  8: 'a closing bracket is expected',
  9: 'the file should end here',
  10: 'comments are not allowed',
  11: 'a comment does not end',
  12: 'a text does not end on its line',
  13: 'a number does not end',
  14: 'a \\u escape needs four hexadecimal digits',
  15: 'an escape is not known',
  16: 'a control character must be escaped',
};

/**
 * @throws UsageError with line, column, and the line's punctuation and names. Values are left out: there may be a secret among them.
 */
export async function parseJson(text: string, file: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch {
    const { parse } = await import('jsonc-parser');
    const errors: ParseError[] = [];
    parse(text, errors, { disallowComments: true, allowTrailingComma: false });
    const [first] = errors;
    if (!first) throw new UsageError(`The config file ${file} is not JSON.`);
    const { line, column } = lineAndColumn(text, first.offset);
    const shown = withoutValues(text.split('\n')[line - 1] ?? '');
    throw new UsageError(
      `${file}:${line}:${column}: the file is not JSON: ${EXPECTED[first.error] ?? 'it cannot be read'}${shown && `, in: ${shown}`}`,
      'Values are left out of the line shown.',
    );
  }
}

/** `LINE:COLUMN` of the name of a field, or of an element of an array; of what holds it, if it is not there. */
export async function placeInJson(text: string, path: ConfigPath): Promise<string | undefined> {
  const { findNodeAtLocation, parseTree } = await import('jsonc-parser');
  const root = parseTree(text);
  if (!root) return undefined;
  let node: Node | undefined;
  for (let length = path.length; !node; length -= 1)
    node = findNodeAtLocation(root, path.slice(0, length) as (string | number)[]);
  const { line, column } = lineAndColumn(
    text,
    (node.parent?.type === 'property' ? node.parent : node).offset,
  );
  return `${line}:${column}`;
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) as string).length + 1 };
}

/** Names of fields, brackets and commas of a line; whatever else is there may be a secret. */
function withoutValues(line: string): string {
  const kept = line.replace(
    /("[A-Za-z]\w*"\s*:)|([\s{}[\]:,]+)|((?:(?!"[A-Za-z]\w*"\s*:)[^\s{}[\]:,])+)/g,
    (_, name?: string, punctuation?: string) => name ?? punctuation ?? '…',
  );
  return kept.trim().slice(0, QUOTED_LENGTH);
}
