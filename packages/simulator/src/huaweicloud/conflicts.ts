import { ServiceError } from './errors.js';
import type { RecordSet, Zone } from './store.js';
import type { NewRecordSet } from './validation.js';

/**
 * What a create answers when a set of the same name, type and line is there. Both codes were seen in public reports of the
 * real service; `second-set` is the third behaviour that was reported: other values are taken as a set of their own.
 */
export type DuplicateRule = 'DNS.0312' | 'DNS.0335' | 'second-set';

const MAX_WEIGHTED = 20;

/**
 * @throws ServiceError `DNS.0312` for a CNAME beside other types on one line, or the reverse; the duplicate code for a second
 * set of the same type; `DNS.0328` and `DNS.0322` for weighted members.
 */
export function checkConflicts(
  zone: Zone,
  set: NewRecordSet,
  rule: DuplicateRule,
  version: 'v2' | 'v2.1',
): void {
  const sameLine = [...(zone.byName.get(set.name) ?? [])].filter((other) => other.line === set.line);
  const other = sameLine.find((candidate) => excludes(candidate.type, set.type, set.name === zone.name));
  if (other !== undefined) throw nameConflict(other, version);
  const members = sameLine.filter((candidate) => candidate.type === set.type);
  if (members.length > 0) checkMembers(members, set, rule, version);
}

/** A CNAME stands alone, but for the SOA and NS of the apex (record set conflict matrix of the user guide). */
function excludes(left: string, right: string, isApex: boolean): boolean {
  if (left === right || (left !== 'CNAME' && right !== 'CNAME')) return false;
  const beside = left === 'CNAME' ? right : left;
  return !(isApex && (beside === 'NS' || beside === 'SOA'));
}

/** Either one member without a weight, or up to twenty with one. */
function checkMembers(
  members: readonly RecordSet[],
  set: NewRecordSet,
  rule: DuplicateRule,
  version: 'v2' | 'v2.1',
): void {
  if (members.some((member) => sameValues(member.records, set.records)))
    throw rule === 'DNS.0312' ? nameConflict(members[0]!, version) : duplicate(set);
  if (set.weight !== undefined) {
    if (members.some((member) => member.weight === undefined))
      throw new ServiceError('DNS.0328', 'A record set without a weight exists already.');
    if (members.length >= MAX_WEIGHTED)
      throw new ServiceError('DNS.0322', 'At most 20 weighted record sets are allowed.');
    return;
  }
  if (rule === 'second-set') return;
  throw rule === 'DNS.0312' ? nameConflict(members[0]!, version) : duplicate(set);
}

function sameValues(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((value) => right.includes(value));
}

function nameConflict({ name, type, line }: RecordSet, version: 'v2' | 'v2.1'): ServiceError {
  return new ServiceError(
    'DNS.0312',
    version === 'v2'
      ? `Attribute 'name' conflicts with Record Set '${name}' type '${type}'.`
      : `This record set name already exists.Conflicts with Record Set '${name}' type '${type}' in line '${line}'.`,
  );
}

function duplicate({ name, type, line, records }: NewRecordSet): ServiceError {
  return new ServiceError(
    'DNS.0335',
    `Duplicate recordset exists.(name: ${name}, type: ${type}, line: ${line}, records: ${records.join(', ')}).`,
  );
}
