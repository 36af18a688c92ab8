import {
  type Call,
  DnsError,
  isDnsError,
  type RecordKey,
  type RecordSet,
  type Zone,
} from '@domainproof/core';
import type { Api } from './api.js';
import { manifest } from './manifest.js';
import { isAbsent, isAsRead, isNameAbsent } from './prerequisites.js';
import { StoredSet } from './stored-set.js';
import { CLASS, TYPE, TYPES, typeName } from './wire/codes.js';
import type { Message, ResourceRecord } from './wire/message.js';
import { typeNumber } from './wire/rdata.js';

/** How often a set is read anew because it changed between the question and the check. */
const MAX_READS = 5;
/** Of these, how many have to be matched exactly. In a set that many write to, what was read is old when it is checked; that the name holds such a set, and no wildcard answers, is enough then. */
const EXACT_READS = 2;
/** Questions on their way at a time. */
const CONCURRENCY = 8;
/** What a signed zone keeps beside an alias (RFC 4034). */
const BESIDE_CNAME: ReadonlySet<number> = new Set([TYPE.CNAME, TYPE.RRSIG, TYPE.NSEC]);

/**
 * One record set as the zone holds it. A wildcard makes up answers for names that are not there, which nothing in an answer
 * tells; so what was answered is checked by prerequisites.
 */
export async function readRecordSet(
  api: Api,
  zone: Zone,
  key: RecordKey,
  call: Call,
): Promise<RecordSet | undefined> {
  let refuted: StoredSet | undefined;
  for (let reads = 1; ; reads += 1) {
    const found = await answeredSet(api, zone, key, call);
    if (found.isEmpty) return undefined;
    const isAgain = refuted?.equals(found);
    // Not what a match fails for tells that it is a wildcard's, but that nothing is there: a server may be bad at matching.
    if (isAgain && (await holdsAll(api, zone, isNameAbsent(key), call))) return undefined;
    const set = isAgain || reads > EXACT_READS ? found.withoutComparison() : found;
    try {
      await api.update(zone.name, isAsRead(set), [], call);
      return set.toRecordSet();
    } catch (error) {
      if (!isDnsError(error, 'RECORD_CONFLICT') || reads === MAX_READS) throw error;
      refuted = found;
    }
  }
}

/**
 * Many record sets of one zone. Before a batch adds, nothing is there most often, which one message tells of all names. Else each
 * is asked for, and all answers are checked together.
 */
export async function readRecordSets(
  api: Api,
  zone: Zone,
  keys: readonly RecordKey[],
  call: Call,
): Promise<(RecordSet | undefined)[]> {
  const wanted = keys.flatMap(isAbsent);
  if (wanted.length > 0 && (await holdsAll(api, zone, wanted, call))) return keys.map(() => undefined);
  const found = await inLanes(keys, (key) => answeredSet(api, zone, key, call));
  const there = found.filter((set) => !set.isEmpty);
  if (there.length === 0 || (await holdsAll(api, zone, there.flatMap(isAsRead), call)))
    return found.map((set) => set.toRecordSet());
  return inLanes(found, async (set) => (set.isEmpty ? undefined : readRecordSet(api, zone, set.key, call)));
}

/** False too if the prerequisites fit in no message. */
async function holdsAll(
  api: Api,
  zone: Zone,
  prerequisites: readonly ResourceRecord[],
  call: Call,
): Promise<boolean> {
  try {
    await api.update(zone.name, prerequisites, [], call);
    return true;
  } catch (error) {
    if (isDnsError(error, 'RECORD_CONFLICT') || isDnsError(error, 'QUOTA_EXCEEDED')) return false;
    throw error;
  }
}

/** What the server answers, be it made up by a wildcard. */
export async function answeredSet(api: Api, zone: Zone, key: RecordKey, call: Call): Promise<StoredSet> {
  const type = typeNumber(key.type);
  const answer = await authoritative(api, zone, key, type, call);
  const records = recordsAt(answer, key, type);
  if (key.type !== 'CNAME') {
    const isAlias = records.length === 0 && recordsAt(answer, key, TYPE.CNAME).length > 0;
    return new StoredSet(key, records, isAlias ? ['CNAME'] : []);
  }
  // A name that is there without an alias may hold other types, which only a question for any of them shows.
  if (records.length > 0 || answer.rcode !== 0) return new StoredSet(key, records);
  return new StoredSet(key, [], await typesAt(api, zone, key, call));
}

/** A server may answer ANY with HINFO alone, or not at all (RFC 8482 section 4). */
async function typesAt(api: Api, zone: Zone, key: RecordKey, call: Call): Promise<string[]> {
  try {
    const types = typesIn(await authoritative(api, zone, key, TYPE.ANY, call), key);
    if (!types.includes(TYPE.HINFO)) return types.map(typeName);
  } catch (error) {
    if (!isDnsError(error, 'FORBIDDEN') && !isDnsError(error, 'UNSUPPORTED')) throw error;
  }
  const others = TYPES.filter((type) => type !== 'CNAME');
  const answers = await inLanes(others, (type) => authoritative(api, zone, key, TYPE[type], call));
  return answers.flatMap((answer) => typesIn(answer, key)).map(typeName);
}

function typesIn({ answers }: Message, { name }: RecordKey): number[] {
  const types = answers.filter((record) => record.name === name).map(({ type }) => type);
  return [...new Set(types)].filter((type) => !BESIDE_CNAME.has(type)).sort((left, right) => left - right);
}

function recordsAt({ answers }: Message, { name }: RecordKey, type: number): ResourceRecord[] {
  return answers.filter(
    (record) => record.name === name && record.type === type && record.class === CLASS.IN,
  );
}

/** @throws DnsError `ZONE_NOT_FOUND` for an answer from a cache, or one that sends us to other servers */
async function authoritative(
  api: Api,
  zone: Zone,
  { name }: RecordKey,
  type: number,
  call: Call,
): Promise<Message> {
  const answer = await api.query(name, type, call);
  if (answer.isAuthoritative) return answer;
  throw new DnsError('ZONE_NOT_FOUND', `The server does not answer for ${name} with authority.`, {
    provider: manifest.id,
    hint: `Check that it holds the zone ${zone.name}, and that the name is not delegated to other servers.`,
  });
}

/** In the order of the items. */
async function inLanes<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, lane));
  return results;
}
