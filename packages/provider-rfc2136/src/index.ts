import { DnsError, type DnsProvider, type Environment } from '@domainproof/core';
import type { Adapter } from './adapter.js';
import { capabilities } from './capabilities.js';
import { manifest } from './manifest.js';
import type { SettingOptions } from './settings.js';

export interface Rfc2136Options extends SettingOptions {
  /** Milliseconds for one request, connecting included. Default 10,000. */
  timeoutMs?: number;
  /** Where the settings that are not given here are looked up. Default: `process.env`. */
  environment?: Environment;
}

/** Longest delay of a Node timer, in milliseconds. */
const MAX_TIMEOUT_MS = 2 ** 31 - 2_000;

/**
 * Dynamic update (RFC 2136) with TSIG (RFC 8945) as a provider, for BIND, Knot DNS, PowerDNS and others. Settings and key file
 * are read, and the server is asked, at the first call; without a server or a key that call rejects with `AUTH_INVALID`.
 *
 * @throws DnsError `UNSUPPORTED` if `timeoutMs` is not a positive number that a timer can take
 */
export function rfc2136(options: Rfc2136Options = {}): DnsProvider {
  const { timeoutMs = 10_000, environment = process.env } = options;
  if (!(timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS))
    throw new DnsError(
      'UNSUPPORTED',
      `timeoutMs must be a number of milliseconds above 0, not ${timeoutMs}.`,
      { provider: manifest.id },
    );
  let loading: Promise<Adapter> | undefined;
  const load = () => {
    loading ??= import('./adapter.js').then(({ createAdapter }) =>
      createAdapter(options, environment, timeoutMs),
    );
    return loading;
  };
  return {
    id: manifest.id,
    capabilities,
    findZones: async (name, call) => (await load()).findZones(name, call),
    async *listZones(call) {
      yield* (await load()).listZones(call);
    },
    readRecordSet: async (zone, key, call) => (await load()).readRecordSet(zone, key, call),
    applyChange: async (zone, current, change, call) =>
      (await load()).applyChange(zone, current, change, call),
    readRecordSets: async (zone, keys, call) => (await load()).readRecordSets(zone, keys, call),
    applyChanges: async (zone, changes, call) => (await load()).applyChanges(zone, changes, call),
  };
}

export type { SettingOptions };
export { manifest };
export default rfc2136;
