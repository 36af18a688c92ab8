import type { ApiCallEvent, ClientEvent } from '@domainproof/core';
import type { Invocation } from './command.js';
import { connect, type Session, type Vendors, vendorsOf } from './connection.js';
import { installedProviders } from './installed-providers.js';
import { detailLogger, tellApiCall, tellClientEvent } from './output/client-lines.js';
import type { Output } from './output/output.js';
import { masked } from './plugins/secrets.js';
import type { Settings } from './settings.js';

export { chosenProviders, openVerifier, type Session, type Vendors } from './connection.js';

/** Secrets of the providers are masked in all output from here on. */
export async function openVendors({ io, output }: Invocation, { config }: Settings): Promise<Vendors> {
  const installed = await installedProviders(config, io.env);
  const secrets = installed.flatMap((one) => one.secrets);
  output.maskWith((text) => masked(text, secrets));
  return vendorsOf(installed, listenerOf(output));
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
  const vendors = await openVendors(invocation, settings);
  const told = tellClientEvent(invocation.output);
  return connect(vendors, settings, {
    ...listenerOf(invocation.output),
    onEvent(event) {
      told(event);
      onEvent?.(event);
    },
  });
}

function listenerOf(output: Output) {
  return { log: detailLogger(output), onApiCall: (event: ApiCallEvent) => tellApiCall(output, event) };
}
