import type { DnsProvider, Environment } from '@domainproof/core';
import { createApi } from './api.js';
import { applyChange } from './apply-change.js';
import { capabilities } from './capabilities.js';
import { findZones, listZones } from './find-zones.js';
import { manifest } from './manifest.js';
import { readRecordSet } from './read-record-set.js';

export interface ExampleCloudOptions {
  /** Default: EXAMPLE_CLOUD_TOKEN, or the content of the file that EXAMPLE_CLOUD_TOKEN_FILE names. */
  token?: string;
  /** `https://host` or `http://host:port`, with a path if there is one. Default: EXAMPLE_CLOUD_ENDPOINT, else the vendor's. */
  endpoint?: string;
  /** Milliseconds for one request, its answer included. Default 10,000. */
  timeoutMs?: number;
  /** Where the settings that are not given here are looked up. Default: `process.env`. */
  environment?: Environment;
}

/**
 * Example Cloud as a provider. Token and endpoint are read at the first call; without a token that call rejects with
 * `AUTH_INVALID`.
 */
export function exampleCloud(options: ExampleCloudOptions = {}): DnsProvider {
  const api = createApi(options);
  return {
    id: manifest.id,
    capabilities,
    findZones: (name, call) => findZones(api, name, call),
    listZones: (call) => listZones(api, call),
    readRecordSet: (zone, key, call) => readRecordSet(api, zone, key, call),
    applyChange: (zone, current, change, call) => applyChange(api, zone, current, change, call),
  };
}

export { manifest };
export default exampleCloud;
