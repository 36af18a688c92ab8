import { parseArgs } from 'node:util';
import { UsageError } from './errors.js';
import type { Flag } from './flags.js';
import { nearest } from './suggest.js';

/** The flags that were given, by name without the dashes. */
export class Flags {
  readonly #values: ReadonlyMap<string, readonly (string | true)[]>;

  constructor(values: ReadonlyMap<string, readonly (string | true)[]>) {
    this.#values = values;
  }

  /** Whether a switch was given. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The value of a flag, or undefined. */
  text(name: string): string | undefined {
    return this.list(name)[0];
  }

  /** All values of a repeatable flag. */
  list(name: string): readonly string[] {
    return (this.#values.get(name) ?? []).filter((value) => value !== true);
  }
}

/**
 * The words and flags of a command line, strictly: flags that the command does not know, values that are missing or too many
 * and flags given twice are refused.
 *
 * @throws UsageError that names the flag and, for a near miss, the one that was meant.
 */
export function parseArguments(
  argv: readonly string[],
  known: readonly Flag[],
): { positionals: readonly string[]; flags: Flags } {
  const positionals: string[] = [];
  const values = new Map<string, (string | true)[]>();
  for (const token of tokensOf(argv, known)) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = known.find(({ name }) => name === token.name);
    if (!flag || token.rawName !== `--${flag.name}`) throw unknownFlag(token.rawName, known);
    const before = values.get(flag.name) ?? [];
    if (before.length > 0 && flag.value && !flag.repeatable)
      throw new UsageError(`--${flag.name} is given twice.`);
    values.set(flag.name, [...before, checkValue(flag, token.value, token.inlineValue)]);
  }
  return { positionals, flags: new Flags(values) };
}

/**
 * Parts a command line behind the `count`-th word that is no flag: what follows are words of another program, whatever they look like.
 *
 * @param count undefined: all words are the command's own
 */
export function splitWords(
  argv: readonly string[],
  known: readonly Flag[],
  count: number | undefined,
): { own: readonly string[]; foreign: readonly string[] } {
  if (count === undefined) return { own: argv, foreign: [] };
  const last = tokensOf(argv, known).filter(({ kind }) => kind === 'positional')[count - 1];
  const end = last ? last.index + 1 : argv.length;
  return { own: argv.slice(0, end), foreign: argv.slice(end) };
}

function tokensOf(argv: readonly string[], known: readonly Flag[]) {
  return parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      known.map((flag) => [flag.name, { type: flag.value ? 'string' : 'boolean', multiple: true } as const]),
    ),
  }).tokens;
}

function checkValue(flag: Flag, value: string | undefined, inline: boolean | undefined): string | true {
  if (!flag.value) {
    if (value !== undefined) throw new UsageError(`--${flag.name} takes no value.`);
    return true;
  }
  if (value === undefined || value === '')
    throw new UsageError(`--${flag.name} needs a value: --${flag.name} ${flag.value}`);
  if (!inline && value.length > 1 && value.startsWith('-'))
    throw new UsageError(
      `--${flag.name} needs a value, and "${value}" looks like a flag.`,
      `If it is the value, write --${flag.name}=${value}`,
    );
  return value;
}

function unknownFlag(raw: string, known: readonly Flag[]): UsageError {
  if (!raw.startsWith('--'))
    return new UsageError(
      `Unknown flag "${raw}".`,
      'If it begins a value, put -- before the words: domainproof add -- NAME TXT -value',
    );
  const near = nearest(
    raw.slice(2),
    known.map(({ name }) => name),
  );
  return new UsageError(
    `Unknown flag "${raw}".`,
    near ? `Did you mean --${near}?` : 'See --help for the flags of this command.',
  );
}
