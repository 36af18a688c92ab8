import { CLASS, TYPE } from '../../src/wire/codes.js';
import type { Message, ResourceRecord } from '../../src/wire/message.js';
import type { AnswerParts } from './answer.js';

export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
} as const;

export interface StoredRecord {
  name: string;
  type: number;
  ttl: number;
  rdata: Buffer;
}

/** What a server that holds these records answers: aliases, wildcards, delegations and all. */
export function lookUp(
  records: StoredRecord[],
  apexes: readonly string[],
  { questions }: Message,
): AnswerParts {
  const { name, type } = questions[0]!;
  const apex = apexOf(apexes, name);
  if (!apex) return { rcode: RCODE.REFUSED };
  const soa = records.filter((record) => record.name === apex && record.type === TYPE.SOA);
  const cut = ancestorsOf(name).find(
    (owner) =>
      owner.length > apex.length && records.some((one) => one.name === owner && one.type === TYPE.NS),
  );
  if (cut) return { authority: records.filter((one) => one.name === cut && one.type === TYPE.NS) };
  const flags = 0x0400;
  const isThere = records.some((one) => one.name === name || one.name.endsWith(`.${name}`));
  const wildcard = `*.${name.slice(name.indexOf('.') + 1)}`;
  const at = isThere ? name : wildcard;
  const own = records.filter((one) => one.name === at).map((one) => ({ ...one, name }));
  const alias = own.filter((one) => one.type === TYPE.CNAME);
  const answers = type === TYPE.ANY ? own : alias.length > 0 ? alias : own.filter((one) => one.type === type);
  if (answers.length > 0) return { flags, answers };
  return { flags, rcode: isThere || own.length > 0 ? RCODE.NOERROR : RCODE.NXDOMAIN, authority: soa };
}

export function update(records: StoredRecord[], apexes: readonly string[], message: Message): number {
  const zone = message.questions[0]!.name;
  if (!apexes.includes(zone)) return RCODE.NOTAUTH;
  const all = [...message.answers, ...message.authority];
  if (all.some(({ name }) => apexOf(apexes, name) !== zone)) return RCODE.NOTZONE;
  return unmet(records, message.answers) ?? carryOut(records, message.authority);
}

/** Section 3.2 of RFC 2136. */
function unmet(records: StoredRecord[], prerequisites: readonly ResourceRecord[]): number | undefined {
  const at = ({ name, type }: { name: string; type: number }) =>
    records.filter((one) => one.name === name && (type === TYPE.ANY || one.type === type));
  for (const wanted of prerequisites) {
    const isAny = wanted.type === TYPE.ANY;
    if (wanted.class === CLASS.ANY && at(wanted).length === 0) return isAny ? RCODE.NXDOMAIN : RCODE.NXRRSET;
    if (wanted.class === CLASS.NONE && at(wanted).length > 0) return isAny ? RCODE.YXDOMAIN : RCODE.YXRRSET;
    if (wanted.class !== CLASS.IN) continue;
    const expected = prerequisites.filter(
      (one) => one.class === CLASS.IN && one.name === wanted.name && one.type === wanted.type,
    );
    const texts = (list: readonly { rdata: Buffer }[]) =>
      list
        .map(({ rdata }) => rdata.toString('hex'))
        .sort()
        .join();
    if (texts(expected) !== texts(at(wanted))) return RCODE.NXRRSET;
  }
  return undefined;
}

/** Section 3.4 of RFC 2136; the TTL of an added record becomes that of its set, as in BIND. */
function carryOut(records: StoredRecord[], updates: readonly ResourceRecord[]): number {
  for (const { name, type, class: rclass, ttl, rdata } of updates) {
    const isSame = (one: StoredRecord) => one.name === name && one.type === type && one.rdata.equals(rdata);
    if (rclass === CLASS.NONE) remove(records, isSame);
    else if (rclass === CLASS.IN) {
      if (!records.some(isSame)) records.push({ name, type, ttl, rdata: Buffer.from(rdata) });
      for (const one of records) if (one.name === name && one.type === type) one.ttl = ttl;
    } else throw new Error('a whole record set is deleted');
  }
  return RCODE.NOERROR;
}

function apexOf(apexes: readonly string[], name: string): string | undefined {
  return ancestorsOf(name).find((ancestor) => apexes.includes(ancestor));
}

function ancestorsOf(name: string): string[] {
  const labels = name.slice(0, -1).split('.');
  return labels.map((_, index) => `${labels.slice(index).join('.')}.`);
}

export function remove(records: StoredRecord[], isGone: (record: StoredRecord) => boolean): void {
  for (let index = records.length - 1; index >= 0; index -= 1)
    if (isGone(records[index]!)) records.splice(index, 1);
}
