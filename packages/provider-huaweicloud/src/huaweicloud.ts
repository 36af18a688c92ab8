import { DnsError, type DnsProvider, type Environment, readSettings } from '@domainproof/core';
import { type Credentials, checkCredentials } from './api/credentials.js';
import { parseEndpoint } from './api/endpoint.js';
import { createApi } from './api/request.js';
import { capabilities } from './capabilities.js';
import { applyChange } from './change.js';
import { manifest } from './manifest.js';
import { readRecordSet } from './record-set.js';
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
  /** `http://host:port`, `https://host` or a bare host (https). Default: `dns.cn-north-4.myhuaweicloud.com`; public zones are the same at every region's host. */
  endpoint?: string;
  /** Milliseconds for one HTTP request, its answer included. Default 15,000. */
  timeoutMs?: number;
  /** Where settings are looked up that are not given. Default `process.env`. */
  environment?: Environment;
}

const DEFAULT_ENDPOINT = 'https://dns.cn-north-4.myhuaweicloud.com';
const DEFAULT_TIMEOUT_MS = 15_000;
/** Longest delay of a timer in Node. */
const MAX_TIMEOUT_MS = 2_147_483_647;

/**
 * Public zones at Huawei Cloud. Nothing is asked of the network, and no vendor code is loaded, before the first call.
 *
 * @throws DnsError `AUTH_INVALID` if the access key or its secret is missing or malformed, `INVALID_VALUE` for an
 * unusable endpoint or timeout.
 */
export function huaweicloud(options: HuaweicloudOptions = {}): DnsProvider {
  const { environment = process.env, timeoutMs = DEFAULT_TIMEOUT_MS, ...given } = options;
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > MAX_TIMEOUT_MS)
    throw new DnsError(
      'INVALID_VALUE',
      `timeoutMs must be a whole number of milliseconds, not ${timeoutMs}.`,
      {
        provider: manifest.id,
      },
    );
  const settings = readSettings<keyof Credentials | 'endpoint'>(manifest, given, environment);
  // A token in the environment belongs to the key in the environment.
  if (given.accessKeyId && !given.securityToken) delete settings.securityToken;
  const api = createApi({
    origin: parseEndpoint(settings.endpoint ?? DEFAULT_ENDPOINT),
    credentials: checkCredentials(settings),
    timeoutMs,
  });
  return {
    id: manifest.id,
    capabilities,
    findZones: (name, call) => findZones(api, name, call),
    listZones: (call) => listZones(api, call),
    readRecordSet: (zone, key, call) => readRecordSet(api, zone, key, call),
    applyChange: (zone, current, change, call) => applyChange(api, zone, current, change, call),
  };
}
