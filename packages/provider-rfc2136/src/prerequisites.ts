import type { RecordKey } from '@domainproof/core';
import type { StoredSet } from './stored-set.js';
import { CLASS, TYPE } from './wire/codes.js';
import type { ResourceRecord } from './wire/message.js';
import { typeNumber } from './wire/rdata.js';

/*
 * Prerequisites (RFC 2136 section 2.4) are compared with what the zone holds, and no wildcard is applied to them: in that they
 * are the only way to ask what is really there.
 */

const NOTHING = Buffer.alloc(0);

/** That nothing is there, nor anything that excludes the set: an alias beside a text, or whatever beside an alias. */
export function isAbsent(key: RecordKey): ResourceRecord[] {
  if (key.type === 'CNAME') return isNameAbsent(key);
  return [without(key, typeNumber(key.type)), without(key, TYPE.CNAME)];
}

/** That the set itself is not there; what excludes it may be. */
export function isSetAbsent(key: RecordKey): ResourceRecord[] {
  return [without(key, typeNumber(key.type))];
}

/** That nothing at all is at the name, as must be where a wildcard answers. */
export function isNameAbsent(key: RecordKey): ResourceRecord[] {
  return [without(key, TYPE.ANY)];
}

/** That exactly these records are there, or at least records of their type; and what was seen beside them. */
export function isAsRead({ key, records, conflicts, isComparable }: StoredSet): ResourceRecord[] {
  const type = typeNumber(key.type);
  const present = records.length > 0 && !isComparable ? [record(key, type, CLASS.ANY)] : undefined;
  return [
    ...(present ?? records.map(({ rdata }) => ({ ...record(key, type, CLASS.IN), rdata }))),
    ...conflicts.map((type) =>
      record(key, TYPE[type as keyof typeof TYPE] ?? Number(type.replace('TYPE', '')), CLASS.ANY),
    ),
  ];
}

function without(key: RecordKey, type: number): ResourceRecord {
  return record(key, type, CLASS.NONE);
}

function record({ name }: RecordKey, type: number, rclass: number): ResourceRecord {
  return { name, type, class: rclass, ttl: 0, rdata: NOTHING };
}
