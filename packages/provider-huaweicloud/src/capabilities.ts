import type { Capabilities } from '@domainproof/core';

/** What Huawei Cloud's public zones allow, from the vendor's "Record set types and configuration rules" and its API reference. */
export const capabilities: Capabilities = {
  writes: 'replace',
  types: ['TXT', 'CNAME', 'A', 'AAAA', 'MX', 'SRV', 'NS', 'CAA'],
  limits: {
    ttl: { min: 1, max: 2_147_483_647, default: 300 },
    // "At most 4096 characters" is taken as that of the API's form: 17 character strings with quotes and the spaces between.
    txtBytes: 4045,
    txtForbidden: {
      characters: '"\\',
      reason: 'a TXT value cannot hold a double quote or a backslash there.',
    },
    valuesPerSet: 50,
  },
  lines: true,
  zoneSearch: 'family',
  serialPerZone: false,
  // Three new sets: one by one three requests and as many looks, together one look, the task, its end and one more look.
  batch: { from: 3 },
  nameServerPatterns: [/(^|\.)huaweicloud-dns\.(com|cn|net|org)$/i, /(^|\.)hwclouds-dns\.(com|net)$/i],
};
