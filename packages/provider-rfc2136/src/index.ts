import { DnsError, type DnsProvider, type Environment } from '@domainproof/core';
import { createApi } from './api.js';
import { applyChanges } from './batch.js';
import { capabilities } from './capabilities.js';
import { applyChange } from './change.js';
import { manifest } from './manifest.js';
import { readRecordSet, readRecordSets } from './records.js';
import { resolveSettings, type SettingOptions } from './settings.js';
import { findZones, listZones } from './zones.js';

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
  const api = createApi(() => resolveSettings(options, environment), timeoutMs);
  return {
    id: manifest.id,
    capabilities,
    findZones: (name, call) => findZones(api, name, call),
    listZones: (call) => listZones(api, call),
    readRecordSet: (zone, key, call) => readRecordSet(api, zone, key, call),
    applyChange: (zone, current, change, call) => applyChange(api, zone, current, change, call),
    readRecordSets: (zone, keys, call) => readRecordSets(api, zone, keys, call),
    applyChanges: (zone, changes, call) => applyChanges(api, zone, changes, call),
  };
}

export { manifest };
export default rfc2136;
