import {
  type ApiCallEvent,
  type Call,
  type ClientEvent,
  createClient,
  type DnsClient,
  type DnsProvider,
  fileJournal,
  type Journal,
  type Logger,
} from '@domainproof/core';
import type { Verifier } from '@domainproof/propagation-verifier';
import { pathText } from './config/mistake.js';
import { UsageError } from './errors.js';
import type { InstalledProvider } from './installed-providers.js';
import { type Broken, unusableProvider } from './plugins/unusable.js';
import type { Settings } from './settings.js';

/** The providers that the settings turn on, and what a call to one of them is made with. */
export interface Vendors {
  installed: readonly InstalledProvider[];
  /** Those that cannot be used are among them, and fail with the cause when they are asked. */
  providers: readonly DnsProvider[];
  /** For people: `Huawei Cloud DNS`, `Alibaba Cloud DNS (work)`. */
  title(provider: DnsProvider): string;
  /** What a provider is called with outside of the engine. */
  call(signal: AbortSignal): Call;
}

/** What a command that talks to providers works with. */
export interface Session extends Vendors {
  client: DnsClient;
  journal: Journal;
}

/** Told of the work at the providers while it goes on. */
export interface Listener {
  log: Logger;
  onApiCall(event: ApiCallEvent): void;
  onEvent(event: ClientEvent): void;
}

/** Without those that are not configured. */
export function vendorsOf(
  installed: readonly InstalledProvider[],
  { log, onApiCall }: Omit<Listener, 'onEvent'>,
): Vendors {
  return {
    installed,
    providers: installed.flatMap(({ id, provider, broken }) =>
      broken ? [unusableProvider(id, broken)] : provider ? [provider] : [],
    ),
    title: (provider) => {
      const found = installed.find(({ id }) => id === provider.id);
      return found?.isNamed ? `${found.title} (${found.id})` : (found?.title ?? provider.id);
    },
    call: (signal) => ({ signal, log, onApiCall }),
  };
}

/**
 * The engine over the providers. Those that cannot be used are warned of, unless nothing else is asked: then the cause is the error of
 * whatever is asked.
 *
 * @throws UsageError if no provider is configured, or not the one of `--provider`
 */
export async function connect(
  vendors: Vendors,
  settings: Settings,
  { log, onApiCall, onEvent }: Listener,
): Promise<Session> {
  const { config } = settings;
  const { installed } = vendors;
  const asked = chosenProviders(vendors, settings);
  if (asked.some(({ id }) => !installed.find((one) => one.id === id)?.broken))
    for (const { broken } of installed) if (broken) log.warn(sentences(broken));
  const journal = fileJournal({ file: settings.journal });
  const client = createClient({
    providers: [...vendors.providers, ...(await strangers(config, installed))],
    routes: config.zones,
    journal,
    log: withoutBroken(log, installed),
    onApiCall,
    onEvent,
    delegation: async (zone, signal) => {
      const verifier = await openVerifier(settings);
      const { nameServers } = await verifier.delegation(zone, { signal });
      return nameServers.map(({ host }) => host);
    },
  });
  return { ...vendors, client, journal };
}

/**
 * The providers that a command asks: all, or the one of `--provider`.
 *
 * @throws UsageError if none is configured, or not the one of `--provider`
 */
export function chosenProviders(
  { installed, providers }: Vendors,
  settings: Settings,
): readonly DnsProvider[] {
  if (providers.length === 0) throw noProvider(installed);
  if (settings.provider === undefined) return providers;
  const chosen = providers.filter(({ id }) => id === settings.provider);
  if (chosen.length === 0) throw unknownProvider(settings.provider, installed);
  return chosen;
}

/** The verifier with the resolvers and the port of the settings. Loads its package. */
export async function openVerifier(settings: Settings): Promise<Verifier> {
  const { createVerifier } = await import('@domainproof/propagation-verifier');
  return createVerifier({
    ...(settings.resolvers && { resolvers: settings.resolvers }),
    ...(settings.authoritativePort !== undefined && { authoritativePort: settings.authoritativePort }),
  });
}

/** Accounts that zones lead to and that are not there; one that cannot be used, and has no name, may be the one that is meant. */
async function strangers(
  { zones, place }: Settings['config'],
  installed: readonly InstalledProvider[],
): Promise<DnsProvider[]> {
  const ids = installed.map(({ id }) => id);
  const unknown = Object.entries(zones).filter(([, account]) => !ids.includes(account));
  const cause = installed.find(({ broken, isNamed }) => broken && !isNamed)?.broken;
  const byName = new Map(unknown.map(([domain, account]) => [account, domain]));
  return Promise.all(
    [...byName].map(async ([account, domain]) => {
      const path = ['zones', domain];
      const message = `${await place(path)}: ${pathText(path)} leads to the account "${account}", which is not there. ${cause?.message}`;
      return unusableProvider(account, { ...cause, message });
    }),
  );
}

/** The engine tells of providers that it left out; those that cannot be used were told of before. */
function withoutBroken(log: Logger, installed: readonly InstalledProvider[]): Logger {
  const broken = new Set(installed.filter((one) => one.broken).map(({ id }) => id as unknown));
  return {
    ...log,
    warn(message, fields) {
      if (!broken.has(fields?.provider)) log.warn(message, fields);
    },
  };
}

function sentences({ message, hint }: Broken): string {
  return hint === undefined ? message : `${message} ${hint}`;
}

function noProvider(installed: readonly InstalledProvider[]): UsageError {
  const ways = installed.map(
    ({ title, missing }) => `${missing.map((field) => field.environment[0]).join(' and ')} for ${title}`,
  );
  return new UsageError(
    'No DNS provider is configured.',
    `Set ${ways.join(', or ')}, or name a provider in a config file.`,
  );
}

function unknownProvider(id: string, installed: readonly InstalledProvider[]): UsageError {
  const found = installed.find((candidate) => candidate.id === id);
  if (found)
    return new UsageError(
      `The provider ${id} is not configured.`,
      `Set ${found.missing.map((field) => field.environment[0]).join(' and ')}.`,
    );
  const known = installed.map((candidate) => candidate.id);
  return new UsageError(`There is no provider "${id}".`, `There are ${known.join(', ')}.`);
}
