import type { DnsProvider, Environment } from '@domainproof/core';
import { createApi } from './api.js';
import { applyChanges } from './batch.js';
import { applyChange } from './change.js';
import { readRecordSet, readRecordSets } from './records.js';
import { resolveSettings, type SettingOptions } from './settings.js';
import { findZones, listZones } from './zones.js';

/** What a provider does, in a module that is loaded with the first call: it needs Node's sockets and cryptography. */
export type Adapter = Required<
  Pick<
    DnsProvider,
    'findZones' | 'listZones' | 'readRecordSet' | 'readRecordSets' | 'applyChange' | 'applyChanges'
  >
>;

/** @param timeoutMs milliseconds for one request, connecting included */
export function createAdapter(options: SettingOptions, environment: Environment, timeoutMs: number): Adapter {
  const api = createApi(() => resolveSettings(options, environment), timeoutMs);
  return {
    findZones: (name, call) => findZones(api, name, call),
    listZones: (call) => listZones(api, call),
    readRecordSet: (zone, key, call) => readRecordSet(api, zone, key, call),
    readRecordSets: (zone, keys, call) => readRecordSets(api, zone, keys, call),
    applyChange: (zone, current, change, call) => applyChange(api, zone, current, change, call),
    applyChanges: (zone, changes, call) => applyChanges(api, zone, changes, call),
  };
}
