import { DnsError } from '../errors.js';
import { absoluteName, type Fqdn } from '../fqdn.js';
import type { DesiredRecord } from '../lease.js';
import type { Limits, RecordKey, RecordType } from '../provider.js';
import { canonicalValue } from '../record-data.js';
import type { Placement } from './zone-finder.js';

/** A desired record in canonical form. */
export interface Wanted {
  name: Fqdn;
  type: RecordType;
  line: string;
  value: string;
  ttl?: number;
  provider?: string;
  zone?: string;
}

/** What is wanted of one record set: several records that share it, in the order in which they were asked for. */
export interface SetRequest extends Placement {
  key: RecordKey;
  /** Distinct values. */
  values: readonly string[];
  ttl: { requested?: number; effective: number };
  /** Which of the records, by index, this request serves. */
  indexes: readonly number[];
}

/** @throws DnsError `INVALID_NAME`, `INVALID_VALUE`, `TTL_OUT_OF_RANGE` (not a whole number of seconds) */
export function toWanted(record: DesiredRecord): Wanted {
  const type = String(record.type).toUpperCase();
  if (!/^[A-Z][A-Z0-9_]*$/.test(type))
    throw new DnsError('UNSUPPORTED', `"${record.type}" is not a record type.`, {
      hint: 'Use TXT or CNAME.',
    });
  if (record.ttl !== undefined && (!Number.isInteger(record.ttl) || record.ttl < 1))
    throw new DnsError('TTL_OUT_OF_RANGE', `The TTL ${record.ttl} is not a whole number of seconds above 0.`);
  return {
    name: absoluteName(record.name, record.zone),
    type,
    line: record.line ?? 'default',
    value: canonicalValue(type, record.value),
    ttl: record.ttl,
    provider: record.provider,
    zone: record.zone,
  };
}

/**
 * Groups placed records by record set and checks them against what the provider and the zone allow.
 *
 * @throws DnsError `UNSUPPORTED` (type, line), `INVALID_VALUE`, `QUOTA_EXCEEDED`, `TTL_OUT_OF_RANGE`
 */
export function groupBySet(
  records: readonly Wanted[],
  placements: readonly Placement[],
  ttlPolicy: 'raise' | 'strict',
): SetRequest[] {
  const groups = new Map<string, { wanted: Wanted; placement: Placement; indexes: number[] }>();
  for (const [index, wanted] of records.entries()) {
    const placement = placements[index] as Placement;
    checkSupported(wanted, placement);
    const { account, zone } = placement;
    const key = setId({ ...wanted, provider: account.id, zone: zone.name });
    const group = groups.get(key) ?? { wanted, placement, indexes: [] };
    group.indexes.push(index);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ wanted, placement, indexes }) => {
    const members = indexes.map((index) => records[index] as Wanted);
    const limits = limitsOf(placement);
    const values = [...new Set(members.map(({ value }) => value))];
    checkValues(wanted, values, limits, placement.account.id);
    const requested = members.map(({ ttl }) => ttl).filter((ttl) => ttl !== undefined);
    return {
      ...placement,
      key: { name: wanted.name, type: wanted.type, line: wanted.line },
      values,
      ttl: chooseTtl(requested.length > 0 ? Math.min(...requested) : undefined, limits, placement, ttlPolicy),
      indexes,
    };
  });
}

/** Names one record set over all providers; a lease has all that it takes. Also the key of the set's lock. */
export function setId({
  provider,
  zone,
  name,
  type,
  line,
}: RecordKey & { provider: string; zone: string }): string {
  return `${provider} ${zone} ${name} ${type} ${line}`;
}

function limitsOf({ account, zone }: Placement): Limits {
  return { ...account.provider.capabilities.limits, ...zone.limits };
}

function checkSupported({ name, type, line }: Wanted, { account }: Placement): void {
  const { types, lines } = account.provider.capabilities;
  if (!types.includes(type))
    throw new DnsError(
      'UNSUPPORTED',
      `${account.id} has no records of type ${type} (asked for at ${name}).`,
      {
        provider: account.id,
        hint: `It has: ${types.join(', ')}.`,
      },
    );
  if (!lines && line !== 'default')
    throw new DnsError(
      'UNSUPPORTED',
      `${account.id} has no lines, so "${line}" cannot be used for ${name}.`,
      {
        provider: account.id,
      },
    );
}

function checkValues(
  { name, type }: Wanted,
  values: readonly string[],
  limits: Limits,
  provider: string,
): void {
  if (type === 'CNAME' && values.length > 1)
    throw new DnsError(
      'RECORD_CONFLICT',
      `${name} was given ${values.length} CNAME targets, and a name holds one.`,
    );
  if (values.length > limits.valuesPerSet)
    throw new DnsError(
      'QUOTA_EXCEEDED',
      `${values.length} values were asked for at ${name}, and ${provider} holds at most ${limits.valuesPerSet} in one record set.`,
      { provider },
    );
  if (type !== 'TXT') return;
  for (const value of values) {
    const bytes = Buffer.byteLength(value);
    if (bytes > limits.txtBytes)
      throw new DnsError(
        'INVALID_VALUE',
        `The TXT value for ${name} has ${bytes} bytes, and ${provider} takes at most ${limits.txtBytes}.`,
        { provider },
      );
    const forbidden = [...(limits.txtForbidden?.characters ?? '')].find((character) =>
      value.includes(character),
    );
    if (forbidden)
      throw new DnsError(
        'INVALID_VALUE',
        `The TXT value for ${name} holds ${forbidden}, which ${provider} refuses: ${limits.txtForbidden?.reason}`,
        { provider },
      );
  }
}

function chooseTtl(
  requested: number | undefined,
  limits: Limits,
  { account, zone }: Placement,
  policy: 'raise' | 'strict',
): SetRequest['ttl'] {
  const { min, max, default: standard } = limits.ttl;
  const wanted = requested ?? standard;
  const effective = Math.min(Math.max(wanted, min), max);
  if (effective !== wanted && policy === 'strict')
    throw new DnsError(
      'TTL_OUT_OF_RANGE',
      `A TTL of ${wanted} s is not allowed in ${zone.name} at ${account.id}: it takes ${min} to ${max} s.`,
      { provider: account.id },
    );
  return requested === undefined ? { effective } : { requested, effective };
}
