import { type Environment, isDnsError, readSettings } from '@domainproof/core';
import type { ConfigPath } from '../config/config.js';
import { ConfigMistake, pathText } from '../config/mistake.js';

type Options = Readonly<Record<string, unknown>>;

/** Options with every `{ env: 'NAME' }` replaced by what the environment holds. */
export interface ResolvedOptions {
  options: Options;
  /** What came from the environment: nothing that need be shown. */
  secrets: readonly string[];
}

/**
 * So that two accounts of one vendor need no secret in the config file: `{ env: 'NAME' }` is the variable `NAME`, or the content of
 * the file that `NAME_FILE` names.
 *
 * @param path of the options in the config file
 * @throws ConfigMistake for a variable that is not set, or a file that cannot be read
 */
export function resolveReferences(
  options: Options,
  environment: Environment,
  path: ConfigPath,
): ResolvedOptions {
  const secrets: string[] = [];
  const resolve = (value: unknown, at: ConfigPath): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => resolve(item, [...at, index]));
    if (!isPlain(value)) return value;
    if (!isReference(value)) return resolveAll(value, at);
    const found = look(value.env, environment, at);
    secrets.push(found);
    return found;
  };
  const resolveAll = (object: Options, at: ConfigPath): Options =>
    Object.fromEntries(Object.entries(object).map(([key, value]) => [key, resolve(value, [...at, key])]));
  return { options: resolveAll(options, path), secrets };
}

function look(name: unknown, environment: Environment, path: ConfigPath): string {
  const where = pathText(path);
  if (typeof name !== 'string' || name === '')
    throw new ConfigMistake(path, `${where}.env must be the name of an environment variable.`);
  const field = { option: 'value', description: where, required: true, secret: true, environment: [name] };
  let found: { value?: string };
  try {
    found = readSettings<'value'>({ id: '', title: '', package: '', settings: [field] }, {}, environment);
  } catch (error) {
    if (!isDnsError(error)) throw error;
    throw new ConfigMistake(path, `${where}: ${error.message}.`, 'Check the path and its permissions.');
  }
  if (found.value) return found.value;
  throw new ConfigMistake(
    path,
    `${where} names the environment variable ${name}, which is not set.`,
    `Set ${name}, or ${name}_FILE to a file that holds the value.`,
  );
}

function isReference(value: Options): value is { env: unknown } {
  return Object.keys(value).length === 1 && 'env' in value;
}

/** A config module may hold ready clients, dates and the like, and these pass as they are. */
function isPlain(value: unknown): value is Options {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
