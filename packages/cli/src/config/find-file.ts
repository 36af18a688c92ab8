import { type Stats, statSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import type { Flags } from '../arguments.js';
import { flagOrTwin } from '../environment.js';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';

/** Extensions that Node runs itself come after those that editors check. */
const EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'];
const NAMES = EXTENSIONS.map((extension) => `domainproof.config${extension}`);

/**
 * The config file: what `--config` or `DOMAINPROOF_CONFIG` says, else `domainproof.config.*` of the working directory. Folders above
 * are not searched.
 *
 * @returns an absolute path, or undefined
 * @throws UsageError for an extension that is not known, and for a file that nobody named and that is not to be trusted
 */
export function findConfigFile(flags: Flags, io: Pick<Io, 'env' | 'cwd'>): string | undefined {
  const named = flagOrTwin('config', flags, io.env);
  if (!named) return fileIn(io.cwd);
  if (!EXTENSIONS.includes(extname(named.text)))
    throw new UsageError(`${named.where} takes a ${listed(EXTENSIONS)} file, not "${named.text}".`);
  return resolve(io.cwd, named.text);
}

function fileIn(folder: string): string | undefined {
  const found = NAMES.flatMap((name) => {
    const status = statSync(join(folder, name), { throwIfNoEntry: false });
    return status?.isFile() ? [{ name, status }] : [];
  });
  const [first, second] = found;
  if (!first) return undefined;
  if (second)
    throw new UsageError(
      `${folder} holds both ${first.name} and ${second.name}.`,
      'Remove one of them, or choose with --config.',
    );
  refuseForeign(join(folder, first.name), first.status);
  return join(folder, first.name);
}

/** A config file can run code, so in a folder where others may write, such as /tmp, it must not be theirs. */
function refuseForeign(file: string, { uid, mode }: Stats): void {
  const user = process.geteuid?.();
  if (user === undefined) return;
  const isOurs = uid === user || uid === 0;
  const isShut = (mode & 0o002) === 0;
  if (isOurs && isShut) return;
  throw new UsageError(
    `The config file ${file} ${isOurs ? 'can be written by every user' : `belongs to another user (id ${uid})`}, so it is not taken without being named.`,
    'If you trust it, name it: --config FILE, or DOMAINPROOF_CONFIG.',
  );
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
