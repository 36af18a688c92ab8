import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Invocation } from '../command.js';
import { findConfigFile } from '../config/find-file.js';
import { flagOrTwin } from '../environment.js';
import type { Io } from '../io.js';

/** Flags that name no file are handed on as they stand. */
const HANDED_ON = ['provider', 'zone', 'line', 'ttl', 'timeout', 'resolver', 'authoritative-port'];

/**
 * How a client calls this program as its hook: for a POSIX shell, with the flags of this call. Cron jobs and timers start clients in other
 * folders and with other variables, so files are named in full, and those of the environment and of this folder too.
 */
export function callOf(client: string, { flags, io }: Invocation): (...words: string[]) => string {
  const config = findConfigFile(flags, io);
  const journal = flagOrTwin('journal', flags, io.env)?.text;
  const given = [
    ...HANDED_ON.flatMap((name) => flags.list(name).map((value) => [`--${name}`, value])),
    ...(journal === undefined ? [] : [['--journal', resolve(io.cwd, journal)]]),
    ...(config === undefined ? [] : [['--config', config]]),
    ...['quiet', 'verbose'].filter((name) => flags.has(name)).map((name) => [`--${name}`]),
  ].flat();
  return (...words) => [...ownProgram(io), 'hook', client, ...given, ...words].map(quoted).join(' ');
}

/** By name if the name leads to a program, else by the absolute paths of Node and of this program's file. */
function ownProgram({ env }: Io): readonly string[] {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  if (folders.some((folder) => isProgram(join(folder, 'domainproof')))) return ['domainproof'];
  return [process.execPath, ownFile()];
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** In the folder of the built package, which lies above wherever this runs from. */
function ownFile(): string {
  const tried = fileURLToPath(import.meta.url);
  for (let folder = dirname(tried); folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'dist', 'bin.cjs');
    if (existsSync(candidate)) return candidate;
  }
  throw new Error(`This program is not built: no folder above ${tried} holds dist/bin.cjs.`);
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
