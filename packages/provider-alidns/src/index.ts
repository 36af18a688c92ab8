import { DnsError, type DnsProvider, type Environment } from '@domainproof/core';
import { createApi } from './api.js';
import { capabilities } from './capabilities.js';
import { applyChange } from './change.js';
import type { CredentialOptions } from './credentials.js';
import { manifest } from './manifest.js';
import { readStoredSet } from './records.js';
import { findZones, listZones } from './zones.js';

export interface AlidnsOptions extends CredentialOptions {
  /** `http://host:port`, `https://host` or a bare host (https). Default: alidns.aliyuncs.com, which serves all regions. */
  endpoint?: string;
  /** Milliseconds for one request to the API, connecting included. Default 10,000. */
  timeoutMs?: number;
  /** Where the settings that are not given here are looked up. Default: `process.env`. */
  environment?: Environment;
}

/** Longest delay of a Node timer, in milliseconds. */
const MAX_TIMEOUT_MS = 2 ** 31 - 2_000;

/**
 * Alibaba Cloud DNS (alidns) as a provider. Credentials and endpoint are read, and the vendor's client is loaded, at the first
 * call; without credentials that call rejects with `AUTH_INVALID`.
 *
 * @throws DnsError `UNSUPPORTED` if `timeoutMs` is not a positive number that a timer can take
 */
export function alidns(options: AlidnsOptions = {}): DnsProvider {
  const { timeoutMs = 10_000, environment = process.env } = options;
  if (!(timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS))
    throw new DnsError(
      'UNSUPPORTED',
      `timeoutMs must be a number of milliseconds above 0, not ${timeoutMs}.`,
      {
        provider: manifest.id,
      },
    );
  const api = createApi({ ...options, timeoutMs, environment });
  return {
    id: manifest.id,
    capabilities,
    findZones: (name, call) => findZones(api, name, call),
    listZones: (call) => listZones(api, call),
    readRecordSet: async (zone, key, call) => (await readStoredSet(api, zone, key, call)).set,
    applyChange: (zone, current, change, call) => applyChange(api, zone, current, change, call),
  };
}

export { manifest };
export default alidns;
