import { DnsError, type DnsProvider, type Environment } from '@domainproof/core';
import { createApi } from './api.js';
import { applyChanges } from './batch.js';
import { capabilities } from './capabilities.js';
import { applyChange } from './change.js';
import type { CredentialOptions } from './credentials.js';
import { defaultClient } from './default-client.js';
import { manifest } from './manifest.js';
import { readyClient } from './ready-client.js';
import { readRecordSets, readStoredSet } from './records.js';
import type { AlidnsSdkClient } from './sdk-client.js';
import type { Transport } from './transport.js';
import { findZones, listZones } from './zones.js';

export interface AlidnsOptions extends CredentialOptions {
  /**
   * A client of `@alicloud/alidns20150109`, 3.x or 4.x, to make every call with. Its endpoint, credentials and proxy count
   * then, so none of them can be given beside it; its retries do not, since the engine looks before it repeats a write.
   */
  client?: AlidnsSdkClient;
  /** `http://host:port`, `https://host` or a bare host (https). Default: alidns.aliyuncs.com, which serves all regions. */
  endpoint?: string;
  /** Milliseconds for one request to the API, connecting included. Default 10,000. */
  timeoutMs?: number;
  /** Where the settings that are not given here are looked up. Default: `process.env`. */
  environment?: Environment;
}

/** Longest delay of a Node timer, in milliseconds. */
const MAX_TIMEOUT_MS = 2 ** 31 - 2_000;

/** Options that a client of the caller's own leaves no room for. */
const WITHOUT_CLIENT = [
  'accessKeyId',
  'accessKeySecret',
  'securityToken',
  'credentials',
  'endpoint',
] as const;

/**
 * Alibaba Cloud DNS (alidns) as a provider. Credentials and endpoint are read, and the vendor's client is loaded, at the first
 * call; without credentials that call rejects with `AUTH_INVALID`.
 *
 * @throws DnsError `UNSUPPORTED` if `timeoutMs` is not a positive number that a timer can take, or if `client` is no such
 * client or has credentials or an endpoint beside it
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
  const api = createApi(transportOf(options, environment), timeoutMs);
  return {
    id: manifest.id,
    capabilities,
    findZones: (name, call) => findZones(api, name, call),
    listZones: (call) => listZones(api, call),
    readRecordSet: async (zone, key, call) => (await readStoredSet(api, zone, key, call)).set,
    applyChange: (zone, current, change, call) => applyChange(api, zone, current, change, call),
    readRecordSets: (zone, keys, call) => readRecordSets(api, zone, keys, call),
    applyChanges: (zone, changes, call) => applyChanges(api, zone, changes, call),
  };
}

function transportOf({ client, ...options }: AlidnsOptions, environment: Environment): Transport {
  if (!client) return defaultClient({ ...options, environment });
  const given = WITHOUT_CLIENT.filter((option) => options[option] !== undefined);
  if (given.length > 0)
    throw new DnsError('UNSUPPORTED', `A client was given together with ${given.join(', ')}.`, {
      provider: manifest.id,
      hint: 'The client has an endpoint and credentials of its own: give either one or the other.',
    });
  return readyClient(client);
}

export type { AlidnsSdkClient };
export { manifest };
export default alidns;
