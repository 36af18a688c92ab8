import type { Capabilities } from '@domainproof/core';
import { manifest } from './manifest.js';

/** Seconds. The lowest depends on the zone's edition; where that is unknown, the server says so if a TTL is too low. */
export const TTL = manifest.limits.ttl;

export const capabilities: Capabilities = {
  writes: 'value',
  types: ['TXT', 'CNAME', 'A', 'AAAA', 'MX', 'NS', 'SRV', 'CAA'],
  limits: manifest.limits,
  lines: true,
  zoneSearch: 'family',
  serialPerZone: true,
  // A listing, the batch, its count and its details are four calls: one fewer than five changes.
  batch: { from: 5 },
  nameServerPatterns: manifest.nameServerPatterns,
};
