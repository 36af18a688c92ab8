import { dirname, resolve } from 'node:path';
import { isAccountName, isDnsError, routedDomain } from '@domainproof/core';
import { parseDuration } from '../duration.js';
import { checkResolver, parsePort } from '../environment.js';
import { UsageError } from '../errors.js';
import { nearest } from '../suggest.js';
import type { Config, ConfigPath, ConfiguredPackage } from './config.js';
import { ConfigMistake, pathText } from './mistake.js';

const FIELDS = ['providers', 'zones', 'resolvers', 'authoritativePort', 'journal', 'timeout'];
const PROVIDER_FIELDS = ['package', 'name', 'options'];

/** @throws ConfigMistake for the first field that is wrong */
export function checkConfig(content: unknown, file: string): Omit<Config, 'file' | 'place'> {
  if (!isObject(content))
    throw new ConfigMistake([], `the file must hold one object with ${FIELDS.join(', ')}.`);
  refuseUnknown(content, FIELDS, []);
  const { providers = [], zones = {}, resolvers, authoritativePort, journal, timeout } = content;

  if (!Array.isArray(providers)) throw wrong(['providers'], 'must be an array');
  if (!isObject(zones))
    throw wrong(['zones'], 'must be an object of domains and accounts, such as { "example.com": "work" }');
  if (resolvers !== undefined && !(Array.isArray(resolvers) && resolvers.length > 0))
    throw wrong(['resolvers'], 'must be an array of addresses, such as ["192.0.2.1:53"]');
  if (journal !== undefined && (typeof journal !== 'string' || journal === ''))
    throw wrong(['journal'], 'must be the path of a file');
  if (timeout !== undefined && typeof timeout !== 'string' && typeof timeout !== 'number')
    throw wrong(['timeout'], 'must be a time such as "10m", or a number of seconds');

  return {
    providers: checkProviders(providers),
    zones: checkZones(zones),
    ...(resolvers !== undefined && {
      resolvers: (resolvers as unknown[]).map((entry, index) =>
        at(['resolvers', index], (where) => checkResolver(String(entry), where)),
      ),
    }),
    ...(authoritativePort !== undefined && {
      authoritativePort: at(['authoritativePort'], (where) => parsePort(String(authoritativePort), where)),
    }),
    ...(journal !== undefined && { journal: resolve(dirname(file), journal as string) }),
    ...(timeout !== undefined && {
      timeoutMs: at(['timeout'], (where) => parseDuration(String(timeout), where)),
    }),
  };
}

function checkProviders(entries: readonly unknown[]): ConfiguredPackage[] {
  const checked = entries.map((entry, index) => checkProvider(entry, ['providers', index]));
  for (const [index, { name }] of checked.entries()) {
    const first = checked.findIndex((other) => other.name === name);
    if (name !== undefined && first < index)
      throw new ConfigMistake(
        ['providers', index, 'name'],
        `providers[${index}].name is "${name}", which providers[${first}] is called already.`,
        'Leases and --provider tell accounts by their names: give each its own.',
      );
  }
  return checked;
}

function checkProvider(entry: unknown, path: ConfigPath): ConfiguredPackage {
  if (!isObject(entry)) throw wrong(path, 'must be an object with package and options');
  refuseUnknown(entry, PROVIDER_FIELDS, path);
  const { package: name, name: account, options = {} } = entry;
  if (typeof name !== 'string' || name === '')
    throw wrong([...path, 'package'], 'must name an npm package or a path that starts with "./"');
  if (account !== undefined && !(typeof account === 'string' && isAccountName(account)))
    throw wrong(
      [...path, 'name'],
      'must be up to 63 letters, digits, hyphens and underscores, the first a letter or a digit',
    );
  if (!isObject(options)) throw wrong([...path, 'options'], 'must be an object');
  return { package: name, options, ...(account !== undefined && { name: account as string }) };
}

function checkZones(zones: Readonly<Record<string, unknown>>): Record<string, string> {
  const seen = new Map<string, string>();
  for (const [text, account] of Object.entries(zones)) {
    const path = ['zones', text];
    const domain = at(path, () => routedDomain(text));
    const twin = seen.get(domain);
    if (twin !== undefined) throw wrong(path, `is the same domain as ${pathText(['zones', twin])}`);
    seen.set(domain, text);
    if (typeof account !== 'string' || account === '') throw wrong(path, 'must be the name of an account');
  }
  return zones as Record<string, string>;
}

/** A check that is not of the config file alone; its error becomes one of the file. */
function at<T>(path: ConfigPath, check: (where: string) => T): T {
  const where = pathText(path);
  try {
    return check(where);
  } catch (error) {
    if (error instanceof UsageError) throw new ConfigMistake(path, error.message, error.hint);
    if (isDnsError(error)) throw new ConfigMistake(path, `${where}: ${error.message}`, error.hint);
    throw error;
  }
}

function refuseUnknown(
  object: Readonly<Record<string, unknown>>,
  known: readonly string[],
  path: ConfigPath,
): void {
  const field = Object.keys(object).find((name) => !known.includes(name));
  if (field === undefined) return;
  const near = nearest(field, known);
  throw new ConfigMistake(
    [...path, field],
    `${pathText([...path, field])} is not a field of the config file.`,
    near ? `Did you mean ${pathText([...path, near])}?` : `There are ${known.join(', ')}.`,
  );
}

function wrong(path: ConfigPath, what: string): ConfigMistake {
  return new ConfigMistake(path, `${pathText(path)} ${what}.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
