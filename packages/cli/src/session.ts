import {
  type Call,
  type ClientEvent,
  createClient,
  type DnsClient,
  type DnsProvider,
  fileJournal,
  type Journal,
  redact,
} from '@domainproof/core';
import type { Verifier } from '@domainproof/propagation-verifier';
import type { Invocation } from './command.js';
import { UsageError } from './errors.js';
import { type InstalledProvider, installedProviders, secretsOf } from './installed-providers.js';
import { detailLogger, tellApiCall, tellClientEvent } from './output/client-lines.js';
import type { Settings } from './settings.js';

/** Masking shorter texts would only tear words apart; no vendor's key is as short. */
const SHORTEST_SECRET = 8;

/** The providers that the settings turn on, and what a call to one of them is made with. */
export interface Vendors {
  installed: readonly InstalledProvider[];
  providers: readonly DnsProvider[];
  /** For people: `Huawei Cloud DNS`. */
  title(provider: DnsProvider): string;
  /** What a provider is called with outside of the engine. */
  call(signal: AbortSignal): Call;
}

/** What a command that talks to providers works with. */
export interface Session extends Vendors {
  client: DnsClient;
  journal: Journal;
}

/** Secrets of the providers are masked in all output from here on. */
export async function openVendors({ io, output }: Invocation, { config }: Settings): Promise<Vendors> {
  const installed = await installedProviders(config, io.env);
  const secrets = secretsOf(installed, io.env).filter((secret) => secret.length >= SHORTEST_SECRET);
  output.maskWith((text) => redact(text, secrets));
  const log = detailLogger(output);
  return {
    installed,
    providers: installed.flatMap(({ provider }) => (provider ? [provider] : [])),
    title: ({ id }) => installed.find(({ provider }) => provider?.id === id)?.title ?? id,
    call: (signal) => ({ signal, log, onApiCall: (event) => tellApiCall(output, event) }),
  };
}

/**
 * @param onEvent Told of everything that the engine does, besides the person who watches.
 * @throws UsageError if no provider is configured, or not the one of `--provider`.
 */
export async function openSession(
  invocation: Invocation,
  settings: Settings,
  onEvent?: (event: ClientEvent) => void,
): Promise<Session> {
  const { output } = invocation;
  const vendors = await openVendors(invocation, settings);
  const { installed, providers } = vendors;
  if (providers.length === 0) throw noProvider(installed);
  if (settings.provider !== undefined && !providers.some(({ id }) => id === settings.provider))
    throw unknownProvider(settings.provider, installed);
  const journal = fileJournal({ file: settings.journal });
  const told = tellClientEvent(output);
  const client = createClient({
    providers,
    journal,
    log: detailLogger(output),
    onApiCall: (event) => tellApiCall(output, event),
    onEvent(event) {
      told(event);
      onEvent?.(event);
    },
    delegation: async (zone, signal) => {
      const verifier = await openVerifier(settings);
      const { nameServers } = await verifier.delegation(zone, { signal });
      return nameServers.map(({ host }) => host);
    },
  });
  return { ...vendors, client, journal };
}

/** The verifier with the resolvers and the port of the settings. Loads its package. */
export async function openVerifier(settings: Settings): Promise<Verifier> {
  const { createVerifier } = await import('@domainproof/propagation-verifier');
  return createVerifier({
    ...(settings.resolvers && { resolvers: settings.resolvers }),
    ...(settings.authoritativePort !== undefined && { authoritativePort: settings.authoritativePort }),
  });
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
