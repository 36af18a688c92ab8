import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type DnsProvider,
  type Environment,
  isDnsError,
  missingSettings,
  type ProviderManifest,
  readSettings,
  type SettingAlternative,
  type SettingField,
} from '@domainproof/core';
import type { Config, ConfiguredPackage } from './config.js';
import { UsageError } from './errors.js';

/** The default export of a provider package. */
type ProviderFactory = (options: Readonly<Record<string, unknown>>) => DnsProvider;

interface ProviderPackage {
  create: ProviderFactory;
  manifest?: ProviderManifest;
}

/** A provider that this run can use, or could use if its settings were given. */
export interface InstalledProvider {
  id: string;
  title: string;
  package: string;
  /** Its required settings are in the environment, or the config file names it. */
  configured: boolean;
  settings: readonly SettingField[];
  /** What the package says about itself, if it does. */
  manifest?: ProviderManifest;
  /** Environment names that stand in for the required settings. */
  alternatives: readonly SettingAlternative[];
  /** Required settings that are not given. */
  missing: readonly SettingField[];
  /** Options of the config file. */
  options: Readonly<Record<string, unknown>>;
  /** Present if configured. Vendor code loads at the first call, not here. */
  provider?: DnsProvider;
}

/** Packages that come with the command line, in the order in which they are shown. */
const BUILT_IN: Readonly<Record<string, () => Promise<ProviderPackage>>> = {
  '@domainproof/provider-huaweicloud': async () => {
    const { huaweicloud, manifest } = await import('@domainproof/provider-huaweicloud');
    return { create: huaweicloud, manifest };
  },
  '@domainproof/provider-alidns': async () => {
    const { alidns, manifest } = await import('@domainproof/provider-alidns');
    return { create: alidns, manifest };
  },
  '@domainproof/provider-rfc2136': async () => {
    const { rfc2136, manifest } = await import('@domainproof/provider-rfc2136');
    return { create: rfc2136, manifest };
  },
};

/**
 * The built-in providers and those of the config file.
 *
 * @throws UsageError if a package of the config file cannot be loaded or makes no provider.
 */
export async function installedProviders(
  config: Config,
  environment: Environment,
): Promise<InstalledProvider[]> {
  const named = new Set(config.providers.map((entry) => entry.package));
  const fromEnvironment = Object.keys(BUILT_IN)
    .filter((name) => !named.has(name))
    .map(async (name) => describe(name, await BUILT_IN[name]!(), {}, environment, false));
  const fromConfig = config.providers.map(async (entry, index) => {
    const where = `${config.file}: providers[${index}]`;
    const loaded = await (BUILT_IN[entry.package]?.() ?? loadPackage(entry, config.file!, where));
    try {
      return describe(entry.package, loaded, entry.options, environment, true);
    } catch (error) {
      if (isDnsError(error)) throw error;
      throw new UsageError(`${where} (${entry.package}): ${(error as Error).message}`);
    }
  });
  return Promise.all([...fromEnvironment, ...fromConfig]);
}

/** Values that no output may show: the secret settings of the configured providers. */
export function secretsOf(installed: readonly InstalledProvider[], environment: Environment): string[] {
  return installed
    .filter(({ configured }) => configured)
    .flatMap(({ id, title, package: name, settings, options }) => {
      const texts = Object.fromEntries(
        Object.entries(options).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      );
      const secret = settings.filter((field) => field.secret);
      return Object.values(readSettings({ id, title, package: name, settings: secret }, texts, environment));
    })
    .filter((value) => value !== undefined);
}

function describe(
  name: string,
  { create, manifest }: ProviderPackage,
  options: Readonly<Record<string, unknown>>,
  environment: Environment,
  isNamed: boolean,
): InstalledProvider {
  const missing = manifest ? missingSettings(manifest, options, environment) : [];
  const configured = isNamed || missing.length === 0;
  const provider = configured ? create({ environment, ...options }) : undefined;
  return {
    id: provider?.id ?? manifest?.id ?? name,
    title: manifest?.title ?? provider?.id ?? name,
    package: name,
    configured,
    settings: manifest?.settings ?? [],
    alternatives: manifest?.alternatives ?? [],
    missing,
    options,
    ...(manifest && { manifest }),
    ...(provider && { provider }),
  };
}

async function loadPackage(
  entry: ConfiguredPackage,
  configFile: string,
  where: string,
): Promise<ProviderPackage> {
  let module: { default?: unknown; manifest?: ProviderManifest };
  try {
    module = (await import(locate(entry.package, configFile))) as typeof module;
  } catch (error) {
    throw new UsageError(
      `${where}.package: ${entry.package} cannot be loaded: ${(error as Error).message.split('\n')[0]}`,
      'Install the package beside the config file, or give a path that starts with "./".',
    );
  }
  // A CommonJS module arrives wrapped: its exports are the default, and its own default lies in there.
  const inner = module.default as { default?: unknown; manifest?: ProviderManifest } | undefined;
  const create = typeof module.default === 'function' ? module.default : inner?.default;
  if (typeof create !== 'function')
    throw new UsageError(
      `${where}.package: ${entry.package} has no factory of a provider as its default export.`,
    );
  const manifest = module.manifest ?? inner?.manifest;
  return { create: create as ProviderFactory, ...(manifest && { manifest }) };
}

/** What to import: a path starts from the config file's folder, a package is looked for there first. */
function locate(name: string, configFile: string): string {
  if (/^\.{0,2}\//.test(name)) return pathToFileURL(resolve(dirname(configFile), name)).href;
  try {
    return pathToFileURL(createRequire(configFile).resolve(name)).href;
  } catch {
    return name;
  }
}
