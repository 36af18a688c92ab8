import type { Capabilities } from '@domainproof/core';
import { manifest } from './manifest.js';

/** What Huawei Cloud's public zones allow. */
export const capabilities: Capabilities = {
  writes: 'replace',
  types: ['TXT', 'CNAME', 'A', 'AAAA', 'MX', 'SRV', 'NS', 'CAA'],
  limits: manifest.limits,
  lines: true,
  zoneSearch: 'family',
  serialPerZone: false,
  // Three new sets: one by one three requests and as many looks, together one look, the task, its end and one more look.
  batch: { from: 3 },
  nameServerPatterns: manifest.nameServerPatterns,
};
