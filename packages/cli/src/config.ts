import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseDuration } from './duration.js';
import { checkResolver, parsePort } from './environment.js';
import { UsageError } from './errors.js';
import { nearest } from './suggest.js';

/** A provider that the config file names. */
export interface ConfiguredPackage {
  /** An npm package, or a path that starts with `./`, `../` or `/`. It default-exports a factory of a `DnsProvider`. */
  package: string;
  /** Passed to the factory. */
  options: Readonly<Record<string, unknown>>;
}

/** The config file, checked. */
export interface Config {
  /** Absolute; paths in the file are relative to its folder. Undefined: there is no config file. */
  file?: string;
  providers: readonly ConfiguredPackage[];
  resolvers?: readonly string[];
  authoritativePort?: number;
  /** Absolute. */
  journal?: string;
  timeoutMs?: number;
}

const FIELDS = ['providers', 'resolvers', 'authoritativePort', 'journal', 'timeout'];
const PROVIDER_FIELDS = ['package', 'options'];

/**
 * Reads `.json`, or `.mjs` with a default export.
 *
 * @throws UsageError that names the file and the path of the field that is wrong.
 */
export async function loadConfig(path: string, cwd: string, where: string): Promise<Config> {
  const file = resolve(cwd, path);
  const kind = extname(file);
  if (kind !== '.json' && kind !== '.mjs')
    throw new UsageError(`${where} takes a .json or .mjs file, not "${path}".`);
  const content = kind === '.json' ? await readJson(file) : await importDefault(file);
  return checkConfig(content, file);
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new UsageError(`The config file ${file} cannot be read: ${reasonOf(error)}.`);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`The config file ${file} is not JSON: ${(error as Error).message}.`);
  }
}

async function importDefault(file: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(file).href)) as { default?: unknown };
    return module.default;
  } catch (error) {
    throw new UsageError(`The config file ${file} cannot be loaded: ${reasonOf(error as Error)}.`);
  }
}

function checkConfig(content: unknown, file: string): Config {
  const wrong = (field: string, what: string) => new UsageError(`${file}: ${field} ${what}.`);
  if (!isObject(content)) throw new UsageError(`${file} must hold one object with ${FIELDS.join(', ')}.`);
  refuseUnknown(content, FIELDS, '', file);
  const { providers, resolvers, authoritativePort, journal, timeout } = content;

  if (providers !== undefined && !Array.isArray(providers)) throw wrong('providers', 'must be an array');
  if (resolvers !== undefined && !(Array.isArray(resolvers) && resolvers.length > 0))
    throw wrong('resolvers', 'must be an array of addresses, such as ["192.0.2.1:53"]');
  if (journal !== undefined && (typeof journal !== 'string' || journal === ''))
    throw wrong('journal', 'must be the path of a file');
  if (timeout !== undefined && typeof timeout !== 'string' && typeof timeout !== 'number')
    throw wrong('timeout', 'must be a time such as "10m", or a number of seconds');

  return {
    file,
    providers: ((providers as unknown[] | undefined) ?? []).map((entry, index) =>
      checkProvider(entry, `providers[${index}]`, file),
    ),
    ...(resolvers !== undefined && {
      resolvers: (resolvers as unknown[]).map((entry, index) =>
        checkResolver(String(entry), `${file}: resolvers[${index}]`),
      ),
    }),
    ...(authoritativePort !== undefined && {
      authoritativePort: parsePort(String(authoritativePort), `${file}: authoritativePort`),
    }),
    ...(journal !== undefined && { journal: resolve(dirname(file), journal as string) }),
    ...(timeout !== undefined && { timeoutMs: parseDuration(String(timeout), `${file}: timeout`) }),
  };
}

function checkProvider(entry: unknown, path: string, file: string): ConfiguredPackage {
  if (!isObject(entry)) throw new UsageError(`${file}: ${path} must be an object with package and options.`);
  refuseUnknown(entry, PROVIDER_FIELDS, `${path}.`, file);
  const { package: name, options = {} } = entry;
  if (typeof name !== 'string' || name === '')
    throw new UsageError(
      `${file}: ${path}.package must name an npm package or a path that starts with "./".`,
    );
  if (!isObject(options)) throw new UsageError(`${file}: ${path}.options must be an object.`);
  return { package: name, options };
}

function refuseUnknown(
  object: Readonly<Record<string, unknown>>,
  known: readonly string[],
  prefix: string,
  file: string,
): void {
  const field = Object.keys(object).find((name) => !known.includes(name));
  if (field === undefined) return;
  const near = nearest(field, known);
  throw new UsageError(
    `${file}: ${prefix}${field} is not a field of the config file.`,
    near ? `Did you mean ${prefix}${near}?` : `There are ${known.join(', ')}.`,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function reasonOf(error: Error): string {
  return ((error as NodeJS.ErrnoException).code ?? error.message).replace(/\.$/, '');
}
