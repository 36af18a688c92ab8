import { dirname, resolve } from 'node:path';
import {
  type DnsProvider,
  type Environment,
  isDnsError,
  namedAccount,
  type ProviderManifest,
} from '@domainproof/core';
import type { Config, ConfigPath, ConfiguredPackage } from '../config/config.js';
import { ConfigMistake, pathText } from '../config/mistake.js';
import { UsageError } from '../errors.js';
import { BUILT_IN } from './built-in.js';
import { checkComplete, checkOptions } from './check-options.js';
import { loadPackage, type ProviderFactory, type ProviderPackage } from './load-package.js';
import { providerFaults } from './provider-shape.js';
import { resolveReferences } from './references.js';
import { masked, secretSettings, secretsAmong } from './secrets.js';
import type { Broken } from './unusable.js';

type Options = Readonly<Record<string, unknown>>;

/** An entry of the config file, with its provider, or with what is wrong. */
export interface Account {
  /** Undefined if the package could not be loaded, or has none. */
  manifest?: ProviderManifest;
  /** References to the environment resolved, if that could be done. */
  options: Options;
  provider?: DnsProvider;
  broken?: Broken;
  /** Values that no output may show, as far as they are known. */
  secrets: readonly string[];
}

/** What a factory threw. */
class FactoryError extends Error {
  constructor(cause: unknown) {
    super(`its factory failed: ${reasonOf(cause)}`, { cause });
  }
}

/** Never rejects: whatever a package does wrong, the others are to go on. */
export async function makeAccount(config: Config, index: number, environment: Environment): Promise<Account> {
  const entry = config.providers[index] as ConfiguredPackage;
  const path = ['providers', index];
  const account: Account = { options: entry.options, secrets: secretsAmong(entry.options) };
  try {
    const builtIn = Object.hasOwn(BUILT_IN, entry.package) ? BUILT_IN[entry.package] : undefined;
    const loaded: ProviderPackage = await (builtIn?.() ?? loadPackage(entry, config.file as string));
    const { create, manifest } = loaded;
    account.manifest = manifest;
    const { options, secrets } = resolveReferences(entry.options, environment, [...path, 'options']);
    account.options = options;
    account.secrets = [
      ...account.secrets,
      ...secrets,
      ...(manifest ? secretSettings(manifest, options, environment) : []),
    ];
    if (manifest) {
      checkOptions(manifest, options, path);
      account.options = fromFolder(manifest, options, dirname(config.file as string));
      checkComplete(manifest, options, environment, path);
    }
    const provider = callFactory(create, { environment, ...account.options });
    account.provider = entry.name === undefined ? provider : namedAccount(provider, entry.name);
  } catch (error) {
    account.broken = await brokenBy(error, config, path, account.secrets);
  }
  return account;
}

/** What to tell of an entry that cannot be used. */
export async function brokenBy(
  error: unknown,
  config: Config,
  path: ConfigPath,
  secrets: readonly string[] = [],
): Promise<Broken> {
  const { message, hint, code } = await explained(error, config, path);
  return {
    message: masked(message, secrets),
    ...(hint !== undefined && { hint: masked(hint, secrets) }),
    ...(code !== undefined && { code }),
  };
}

async function explained(error: unknown, config: Config, path: ConfigPath): Promise<Broken> {
  if (error instanceof ConfigMistake)
    return { message: `${await config.place(error.path)}: ${error.message}`, hint: error.hint };
  const cause = error instanceof FactoryError ? error.cause : error;
  const { package: name, name: account } = config.providers[path[1] as number] as ConfiguredPackage;
  const known = account === undefined ? name : `"${account}", ${name}`;
  const hint = cause instanceof UsageError || isDnsError(cause) ? cause.hint : undefined;
  return {
    message: `${await config.place([...path, 'package'])}: ${pathText(path)} (${known}) cannot be used: ${reasonOf(error)}`,
    hint,
    ...(isDnsError(cause) && { code: cause.code }),
  };
}

/** @throws FactoryError if the factory fails; UsageError if it makes something that is no provider */
function callFactory(create: ProviderFactory, options: Options): DnsProvider {
  let made: unknown;
  try {
    made = create(options);
  } catch (error) {
    throw new FactoryError(error);
  }
  if (made instanceof Promise) {
    made.catch(() => {});
    throw new UsageError('its factory returns a promise, and must return the provider at once.');
  }
  if (typeof made !== 'object' || made === null)
    throw new UsageError(
      `its factory returns ${made === null ? 'null' : typeof made}, and must return a provider.`,
    );
  const faults = providerFaults(made);
  if (faults.length > 0)
    throw new UsageError(`what its factory returns is no provider: ${faults.join('; ')}.`);
  return made as DnsProvider;
}

/** Paths in a config file start from its folder, those of its providers too. */
function fromFolder({ settings }: ProviderManifest, options: Options, folder: string): Options {
  const paths = settings.flatMap(({ option, isPath }) => {
    const value = options[option];
    return isPath && typeof value === 'string' ? [[option, resolve(folder, value)]] : [];
  });
  return { ...options, ...Object.fromEntries(paths) };
}

function reasonOf(error: unknown): string {
  const message =
    error instanceof Error ? error.message : `it threw ${error === null ? 'null' : typeof error}`;
  return (message.split('\n')[0] as string).trim().replace(/\.?$/, '.');
}
