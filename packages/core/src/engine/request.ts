import { DnsError } from '../errors.js';
import { absoluteName, type Fqdn } from '../fqdn.js';
import type { DesiredRecord } from '../lease.js';
import type { Limits, RecordKey, RecordType } from '../provider.js';
import { canonicalValue } from '../record-data.js';
import { groupBy } from './group.js';
import type { Placement } from './zone-finder.js';

/** What to do with a TTL outside of the zone's range: take the nearest one that is allowed, or refuse it. */
export type TtlPolicy = 'raise' | 'strict';

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
  /** The records that this request serves, by their index. */
  records: readonly { index: number; value: string; requestedTtl?: number }[];
}

/** One record set at one account. */
export type SetAddress = Pick<SetRequest, 'account' | 'zone' | 'key'>;

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

/** A record with the zone that it goes to. */
export interface Placed extends Placement {
  wanted: Wanted;
  /** Its index among the records that were asked for. */
  index: number;
}

/**
 * Checks one record against what the provider and the zone allow.
 *
 * @throws DnsError `UNSUPPORTED` (type, line), `INVALID_VALUE`, `TTL_OUT_OF_RANGE`
 */
export function checkPlaced(placed: Placed, ttlPolicy: TtlPolicy): void {
  checkSupported(placed.wanted, placed);
  if (placed.wanted.type === 'TXT') checkText(placed.wanted, limitsOf(placed), placed.account.id);
  chooseTtl(placed.wanted.ttl, placed, ttlPolicy);
}

/** What placed and checked records want of one record set each. */
export function groupBySet(records: readonly Placed[], ttlPolicy: TtlPolicy): SetRequest[] {
  const idOf = ({ wanted, account, zone }: Placed) =>
    setId({ ...wanted, provider: account.id, zone: zone.name });
  return groupBy(records, idOf).map((members) => {
    const [{ account, zone, wanted }] = members;
    const requested = members.map((member) => member.wanted.ttl).filter((ttl) => ttl !== undefined);
    const shortest = requested.length > 0 ? Math.min(...requested) : undefined;
    return {
      account,
      zone,
      key: { name: wanted.name, type: wanted.type, line: wanted.line },
      values: [...new Set(members.map((member) => member.wanted.value))],
      ttl: chooseTtl(shortest, members[0], ttlPolicy),
      records: members.map(({ index, wanted: { value, ttl: requestedTtl } }) => ({
        index,
        value,
        requestedTtl,
      })),
    };
  });
}

/**
 * Checks all values of one set together.
 *
 * @throws DnsError `RECORD_CONFLICT` for several CNAME targets, `QUOTA_EXCEEDED`
 */
export function checkSet({ account, zone, key: { name, type }, values }: SetRequest): void {
  const { valuesPerSet } = limitsOf({ account, zone });
  if (type === 'CNAME' && values.length > 1)
    throw new DnsError(
      'RECORD_CONFLICT',
      `${name} was given ${values.length} CNAME targets, and a name holds one.`,
    );
  if (values.length > valuesPerSet)
    throw new DnsError(
      'QUOTA_EXCEEDED',
      `${values.length} values were asked for at ${name}, and ${account.id} holds at most ${valuesPerSet} in one record set.`,
      { provider: account.id },
    );
}

/** Names one zone of one account. */
export function zoneId({ account, zone }: Placement): string {
  return `${account.id} ${zone.name} ${zone.id}`;
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

function checkText({ name, value }: Wanted, limits: Limits, provider: string): void {
  const bytes = Buffer.byteLength(value);
  if (bytes > limits.txtBytes)
    throw new DnsError(
      'INVALID_VALUE',
      `The TXT value for ${name} has ${bytes} bytes, and ${provider} takes at most ${limits.txtBytes}.`,
      { provider },
    );
  const { txtForbidden } = limits;
  const forbidden = [...value].find((character) => txtForbidden?.characters.includes(character));
  if (forbidden)
    throw new DnsError(
      'INVALID_VALUE',
      `The TXT value for ${name} holds ${forbidden}, which ${provider} refuses: ${txtForbidden?.reason}`,
      { provider },
    );
}

function chooseTtl(
  requested: number | undefined,
  placement: Placement,
  policy: TtlPolicy,
): SetRequest['ttl'] {
  const { min, max, default: standard } = limitsOf(placement).ttl;
  const wanted = requested ?? standard;
  const effective = Math.min(Math.max(wanted, min), max);
  const { account, zone } = placement;
  if (effective !== wanted && policy === 'strict')
    throw new DnsError(
      'TTL_OUT_OF_RANGE',
      `A TTL of ${wanted} s is not allowed in ${zone.name} at ${account.id}: it takes ${min} to ${max} s.`,
      { provider: account.id },
    );
  return requested === undefined ? { effective } : { requested, effective };
}
