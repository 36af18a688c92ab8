import type { Capabilities } from '@domainproof/core';
import { manifest } from './manifest.js';

/** How the API behaves; the engine acts on it. VENDOR: every field. */
export const capabilities: Capabilities = {
  // A record with an id of its own for each value. An API that writes whole record sets is `replace`.
  writes: 'value',
  types: ['TXT', 'CNAME', 'A', 'AAAA', 'MX'],
  limits: manifest.limits,
  lines: false,
  zoneSearch: 'suffixes',
  serialPerZone: false,
  batch: false,
  nameServerPatterns: manifest.nameServerPatterns,
};
