import {
  type DnsProvider,
  type Environment,
  isDnsError,
  missingSettings,
  type ProviderManifest,
  type SettingAlternative,
  type SettingField,
} from '@domainproof/core';
import type { Config, ConfiguredPackage } from './config/config.js';
import { ConfigMistake, pathText, placed } from './config/mistake.js';
import { UsageError } from './errors.js';
import { BUILT_IN, type BuiltIn } from './plugins/built-in.js';
import { howToSet } from './plugins/check-options.js';
import type { ProviderFactory } from './plugins/load-package.js';
import { type Account, brokenBy, makeAccount } from './plugins/make-account.js';
import { secretSettings } from './plugins/secrets.js';
import type { Broken } from './plugins/unusable.js';
import { nearest } from './suggest.js';

/** A provider that this run can use, or could use if its settings were given. */
export interface InstalledProvider {
  /** The name that the config file gives, else the provider's own id. */
  id: string;
  /** The vendor's product. */
  title: string;
  package: string;
  /** The config file gives it a name, as it does to tell several accounts of a vendor apart. */
  isNamed: boolean;
  /** Its required settings are in the environment, or the config file names it; and it can be used. */
  configured: boolean;
  /** Why it cannot be used though the config file names it. */
  broken?: Broken;
  settings: readonly SettingField[];
  /** What the package says about itself, if it does. */
  manifest?: ProviderManifest;
  /** Environment names that stand in for the required settings. */
  alternatives: readonly SettingAlternative[];
  /** Required settings that are not given. */
  missing: readonly SettingField[];
  /** Options of the config file. */
  options: Readonly<Record<string, unknown>>;
  /** Values that no output may show. */
  secrets: readonly string[];
  /** Present if configured. Vendor code loads at the first call, not here. */
  provider?: DnsProvider;
}

/**
 * The built-in providers and those of the config file. One that the config file names and that cannot be used is among them, with the cause.
 *
 * @throws UsageError if the config file leads a zone to an account that is not there
 */
export async function installedProviders(
  config: Config,
  environment: Environment,
): Promise<InstalledProvider[]> {
  const named = new Set(config.providers.map((entry) => entry.package));
  const accounts = await Promise.all(
    config.providers.map((_, index) => makeAccount(config, index, environment)),
  );
  const fromConfig = await described(accounts, config, environment);
  const taken = new Set(fromConfig.map(({ id }) => id));
  const fromEnvironment = await Promise.all(
    Object.entries(BUILT_IN)
      .filter(([name]) => !named.has(name))
      .map(([, load]) => fromSurroundings(load, config, environment)),
  );
  const all = [...fromEnvironment.filter(({ id }) => !taken.has(id)), ...fromConfig];
  await checkRoutes(all, config);
  return all;
}

/** The accounts of the config file; one whose name an earlier one has cannot be used. */
async function described(
  accounts: readonly Account[],
  config: Config,
  environment: Environment,
): Promise<InstalledProvider[]> {
  const owners = new Map<string, number>();
  const all: InstalledProvider[] = [];
  for (const [index, account] of accounts.entries()) {
    const entry = config.providers[index] as ConfiguredPackage;
    const { manifest, options, secrets } = account;
    let { provider, broken } = account;
    let id = provider?.id ?? entry.name ?? manifest?.id ?? entry.package;
    const owner = owners.get(id);
    if (owner !== undefined) {
      broken ??= await brokenBy(alreadyTaken(id, owner), config, ['providers', index]);
      provider = undefined;
      // Nobody can mean this one by the name that another one has.
      id = `providers[${index}]`;
    }
    owners.set(id, index);
    all.push({
      id,
      title: manifest?.title ?? provider?.id ?? entry.package,
      package: entry.package,
      isNamed: entry.name !== undefined,
      configured: broken === undefined,
      ...(broken && { broken }),
      settings: manifest?.settings ?? [],
      alternatives: manifest?.alternatives ?? [],
      missing: manifest ? missingSettings(manifest, options, environment) : [],
      options,
      secrets,
      ...(manifest && { manifest }),
      ...(provider && { provider }),
    });
  }
  return all;
}

function alreadyTaken(id: string, owner: number): UsageError {
  return new UsageError(
    `it is called "${id}", as providers[${owner}] is.`,
    'To use several accounts of one vendor, give each a name: { "package": "…", "name": "work" }.',
  );
}

/** A built-in provider that the environment turns on, or could turn on. */
async function fromSurroundings(
  load: () => Promise<BuiltIn>,
  config: Config,
  environment: Environment,
): Promise<InstalledProvider> {
  const { create, manifest } = await load();
  const { id, title, package: name, settings, alternatives = [] } = manifest;
  const missing = missingSettings(manifest, {}, environment);
  const isOn = missing.length === 0;
  const made = isOn ? makeFromEnvironment(create, manifest, environment) : {};
  const route = Object.entries(config.zones).find(([, account]) => account === id);
  const broken = isOn || !route ? made.broken : await unset(route[0], id, missing, config);
  return {
    id,
    title,
    package: name,
    isNamed: false,
    configured: made.provider !== undefined,
    ...(broken && { broken }),
    settings,
    manifest,
    alternatives,
    missing,
    options: {},
    secrets: made.secrets ?? [],
    ...(made.provider && { provider: made.provider }),
  };
}

/** What the environment holds may be unusable, as a key with a space in it is, or a file that is not there; this stops the others no more than a broken package does. */
function makeFromEnvironment(
  create: ProviderFactory,
  manifest: ProviderManifest,
  environment: Environment,
): { provider?: DnsProvider; secrets?: readonly string[]; broken?: Broken } {
  try {
    return { provider: create({ environment }), secrets: secretSettings(manifest, {}, environment) };
  } catch (error) {
    if (!isDnsError(error)) throw error;
    const { message, hint, code } = error;
    return {
      broken: { message: `${manifest.title}: ${message}`, code, ...(hint !== undefined && { hint }) },
    };
  }
}

async function unset(
  domain: string,
  id: string,
  missing: readonly SettingField[],
  { place }: Config,
): Promise<Broken> {
  const path = ['zones', domain];
  const message = `${await place(path)}: ${pathText(path)} leads to ${id}, which is not configured.`;
  return { message, hint: howToSet(missing) };
}

/** An account that cannot be used and has no name may be the one that a zone leads to, so then nothing is certain. */
async function checkRoutes(installed: readonly InstalledProvider[], config: Config): Promise<void> {
  const ids = installed.map(({ id }) => id);
  if (installed.some(({ broken, isNamed }) => broken && !isNamed)) return;
  for (const [domain, account] of Object.entries(config.zones)) {
    if (ids.includes(account)) continue;
    const path = ['zones', domain];
    const near = nearest(account, ids);
    const mistake = new ConfigMistake(
      path,
      `${pathText(path)} leads to the account "${account}", which is not there.`,
      near ? `Did you mean ${near}?` : `There are ${ids.join(', ')}.`,
    );
    throw await placed(mistake, config.place);
  }
}
