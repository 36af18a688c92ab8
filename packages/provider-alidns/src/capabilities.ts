import type { Capabilities } from '@domainproof/core';

/** Seconds. The lowest depends on the zone's edition; where that is unknown, the server says so if a TTL is too low. */
export const TTL = { min: 1, max: 86_400, default: 600 } as const;

export const capabilities: Capabilities = {
  writes: 'value',
  types: ['TXT', 'CNAME', 'A', 'AAAA', 'MX', 'NS', 'SRV', 'CAA'],
  limits: {
    ttl: TTL,
    txtBytes: 512,
    txtForbidden: {
      characters: '"\\',
      reason: 'the service drops double quotes and changes backslashes, and the value would never match.',
    },
    // Records with the same host record, type and line (vendor's error QuotaExceeded.Record).
    valuesPerSet: 90,
  },
  lines: true,
  zoneSearch: 'family',
  serialPerZone: true,
  // A listing, the batch, its count and its details are four calls: one fewer than five changes.
  batch: { from: 5 },
  nameServerPatterns: [/^dns\d{1,2}\.hichina\.com$/i, /^(ns|vip)\d+\.alidns\.com$/i],
};
