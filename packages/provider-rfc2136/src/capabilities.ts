import type { Capabilities } from '@domainproof/core';
import { TYPES } from './wire/codes.js';

export const capabilities: Capabilities = {
  writes: 'atomic',
  types: TYPES,
  limits: {
    // The longest TTL is that of RFC 2181 section 8; the default is that of lego's and certbot's dynamic updates.
    ttl: { min: 1, max: 2 ** 31 - 1, default: 120 },
    // A message holds 65,535 octets, and that which removes a value holds it twice: as a prerequisite and as what is to go.
    txtBytes: 32_000,
    // BIND's default of max-records-per-type, beyond which it answers SERVFAIL. Other servers hold more.
    valuesPerSet: 100,
  },
  lines: false,
  zoneSearch: 'suffixes',
  serialPerZone: false,
  // Two messages: whether anything is there, and the change. One change after the other takes one each.
  batch: { from: 3 },
  // Any name server may take dynamic updates.
  nameServerPatterns: [],
};
