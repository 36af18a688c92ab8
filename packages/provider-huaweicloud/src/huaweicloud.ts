import { DnsError, type DnsProvider, type Environment, readSettings } from '@domainproof/core';
import { clientTransport } from './api/client-transport.js';
import { type Credentials, checkCredentials } from './api/credentials.js';
import { type DnsClient, hasBatches } from './api/dns-client.js';
import { endpointOf, parseEndpoint } from './api/endpoint.js';
import { createApi, type Transport } from './api/request.js';
import { signedTransport } from './api/signed-transport.js';
import { applyChanges } from './batch.js';
import { capabilities } from './capabilities.js';
import { applyChange } from './change.js';
import { manifest } from './manifest.js';
import { readRecordSet, readRecordSets } from './record-set.js';
import { findZones, listZones } from './zones.js';

export interface HuaweicloudOptions {
  /** Access key (AK). Default: the environment, see {@link manifest}. */
  accessKeyId?: string;
  /** Secret key (SK). Default: the environment. */
  secretAccessKey?: string;
  /** For temporary credentials. Default: the environment, but never beside an `accessKeyId` that is given here. */
  securityToken?: string;
  /** Sent as X-Project-Id only if it is set. Default: the environment. */
  projectId?: string;
  /** `http://host:port`, `https://host` or a bare host (https). Default: the host of the region. */
  endpoint?: string;
  /** Whose host is called if no endpoint is set, for example `ap-southeast-3`. Default: the environment, else `cn-north-4`; public zones are the same everywhere. */
  region?: string;
  /**
   * A ready `DnsClient` of `@huaweicloud/huaweicloud-sdk-dns`, with credentials and endpoint of its own: none of the
   * options above may be given beside it, and the environment is not read.
   */
  client?: DnsClient;
  /** Milliseconds for one HTTP request, its answer included. Default 15,000. */
  timeoutMs?: number;
  /** Where settings are looked up that are not given. Default `process.env`. */
  environment?: Environment;
}

const DEFAULT_TIMEOUT_MS = 15_000;
/** Longest delay of a timer in Node. */
const MAX_TIMEOUT_MS = 2_147_483_647;

/**
 * Public zones at Huawei Cloud. Nothing is asked of the network, and no vendor code is loaded, before the first call.
 *
 * @throws DnsError `AUTH_INVALID` if the access key or its secret is missing or malformed, `UNSUPPORTED` for an
 * unusable endpoint, region or timeout, and for a client beside settings that it would ignore.
 */
export function huaweicloud(options: HuaweicloudOptions = {}): DnsProvider {
  const { client, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > MAX_TIMEOUT_MS)
    throw invalid(`timeoutMs must be a whole number of milliseconds, not ${timeoutMs}.`);
  const api = createApi(transportOf(options, timeoutMs));
  return {
    id: manifest.id,
    capabilities: client && !hasBatches(client) ? { ...capabilities, batch: false } : capabilities,
    findZones: (name, call) => findZones(api, name, call),
    listZones: (call) => listZones(api, call),
    readRecordSet: (zone, key, call) => readRecordSet(api, zone, key, call),
    readRecordSets: (zone, keys, call) => readRecordSets(api, zone, keys, call),
    applyChange: (zone, current, change, call) => applyChange(api, zone, current, change, call),
    applyChanges: (zone, changes, call) => applyChanges(api, zone, changes, call),
  };
}

function transportOf(
  { client, environment = process.env, timeoutMs: _, ...given }: HuaweicloudOptions,
  timeoutMs: number,
): Transport {
  if (client) {
    const ignored = Object.keys(given).filter((option) => given[option as keyof typeof given] !== undefined);
    if (ignored.length > 0)
      throw invalid(`${ignored.join(', ')} cannot be given beside a client, which has settings of its own.`);
    return clientTransport(client, timeoutMs);
  }
  const settings = readSettings<keyof Credentials | 'endpoint' | 'region'>(manifest, given, environment);
  // A token in the environment belongs to the key in the environment.
  if (given.accessKeyId && !given.securityToken) delete settings.securityToken;
  return signedTransport({
    origin: settings.endpoint
      ? parseEndpoint(settings.endpoint)
      : endpointOf(settings.region, given.region !== undefined),
    credentials: checkCredentials(settings),
    timeoutMs,
  });
}

function invalid(message: string): DnsError {
  return new DnsError('UNSUPPORTED', message, { provider: manifest.id });
}
