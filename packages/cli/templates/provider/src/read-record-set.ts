import {
  type Call,
  canonicalValue,
  isDnsError,
  parseTxt,
  type RecordKey,
  type RecordSet,
  type RecordType,
  type Zone,
} from '@domainproof/core';
import { type Answer, textField } from './answer.js';
import type { Api } from './api.js';
import { manifest } from './manifest.js';
import { entries } from './pages.js';

/** The ids of the records that hold a value. */
export type Ids = ReadonlyMap<string, readonly string[]>;

/**
 * The second of the three: what is at exactly one name and type, or undefined. Other types count only where they exclude this one: on
 * one name a CNAME stands alone.
 */
export async function readRecordSet(
  api: Api,
  zone: Zone,
  key: RecordKey,
  call: Call,
): Promise<RecordSet | undefined> {
  const ids = new Map<string, string[]>();
  const others = new Set<RecordType>();
  let ttl = Number.POSITIVE_INFINITY;
  const query = { search: key.name.slice(0, -1) };
  for await (const entry of entries(api, { operation: 'ListRecords', zone: zone.id, query }, call)) {
    const record = toRecord(entry);
    // The search also meets names that contain this one, or lie below it.
    if (record.name !== key.name) continue;
    if (record.type !== key.type) {
      others.add(record.type);
      continue;
    }
    ids.set(record.value, [...(ids.get(record.value) ?? []), record.id]);
    ttl = Math.min(ttl, record.ttl);
  }
  const conflicts = [...others]
    .filter((type) => type === 'CNAME' || key.type === 'CNAME')
    .map((type) => ({ ...key, type }));
  if (ids.size === 0 && conflicts.length === 0) return undefined;
  if (ids.size === 0) ttl = manifest.limits.ttl.default;
  return { key, ttl, values: [...ids.keys()], conflicts, native: ids satisfies Ids };
}

/** VENDOR: the fields of a record. Here names come without their final dot, and TXT values in quotes. */
function toRecord(entry: Answer) {
  const details = { provider: manifest.id, operation: 'ListRecords' };
  const type = textField(entry, 'type', details);
  return {
    id: textField(entry, 'id', details),
    name: `${textField(entry, 'name', details).toLowerCase()}.`,
    type,
    ttl: Number(entry.ttl) || manifest.limits.ttl.default,
    value: canonical(type, textField(entry, 'content', details)),
  };
}

/** The form in which the engine compares values: a TXT raw and joined, a host name absolute and in lower case. */
function canonical(type: RecordType, content: string): string {
  try {
    return type === 'TXT' ? parseTxt(content) : canonicalValue(type, content);
  } catch (error) {
    // Somebody's odd record must not keep ours from being read. It stays what it is.
    if (isDnsError(error, 'INVALID_VALUE')) return content;
    throw error;
  }
}
