import { DnsError } from '../errors.js';
import { type Fqdn, isWithin, toFqdn } from '../fqdn.js';
import type { Lease, LeaseId } from '../lease.js';
import { canonicalValue, quoteTxt } from '../record-data.js';

/** One change of a journal. */
export type Entry = { put: Lease } | { drop: LeaseId };

/** What one line of a journal turned out to be. */
export type Line =
  | Entry
  /** A lease as a newer program writes it. Not ours to read, but its id is, so that it can be followed and dropped. */
  | { newer: LeaseId }
  /** Cut off by a crash, or damaged. */
  | 'unreadable';

/** Characters in one line. The longest that vendors' limits allow, a set full of long values with their ids, are a tenth of it. */
const MAX_LINE = 1_048_576;
const MAX_WORD = 256;
const MAX_TTL = 2 ** 31 - 1;

/** @throws DnsError `UNSUPPORTED` for a lease that could not be read back, naming the field that is wrong. */
export function assertKeepable(lease: Lease): void {
  const wrong =
    wrongField(lease) ?? (JSON.stringify({ put: lease }).length > MAX_LINE ? 'length' : undefined);
  if (wrong === undefined) return;
  throw new DnsError('UNSUPPORTED', `A lease with this ${wrong} cannot be kept in a journal.`, {
    hint: 'Leases come from ensure; one that was put together by hand needs every field of a real one.',
  });
}

/** What is in a line. Journals are files that people edit and disks damage, so a lease counts only if every field is sound. */
export function fromLine(line: string): Line {
  if (line.length > MAX_LINE) return 'unreadable';
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return 'unreadable';
  }
  if (!isObject(entry)) return 'unreadable';
  const { put, drop } = entry;
  if (isWord(drop)) return { drop };
  if (!isObject(put) || !isWord(put.id)) return 'unreadable';
  if (Number.isInteger(put.version) && (put.version as number) > 1) return { newer: put.id };
  return wrongField(put) === undefined ? { put: put as unknown as Lease } : 'unreadable';
}

/** True if a line may be the beginning of an entry, or what a disk makes of one when the power fails: zeros. */
export function mayBeTorn(line: string): boolean {
  return (
    ['{"put":{', '{"drop":"'].some((start) => start.startsWith(line.slice(0, start.length))) ||
    /^\0+$/.test(line)
  );
}

/** Fields that are not known are let through: a later version may add facts, and nothing reads them here. */
function wrongField(lease: unknown): string | undefined {
  if (!isObject(lease)) return 'form';
  const { version, id, provider, zone, name, type, line, value, ttl, created, createdAt } = lease;
  const sound: Record<string, boolean> = {
    version: version === 1,
    id: isWord(id),
    provider: isWord(provider),
    zone: isName(zone),
    name: isName(name) && isName(zone) && isWithin(name, zone),
    type: isWord(type) && /^[A-Z][A-Z0-9_]*$/.test(type),
    line: isWord(line),
    value: typeof type === 'string' && isCanonical(type, value),
    ttl: isObject(ttl) && isTtl(ttl.effective) && (ttl.requested === undefined || isTtl(ttl.requested)),
    created: typeof created === 'boolean',
    createdAt: isWord(createdAt) && !Number.isNaN(Date.parse(createdAt)),
  };
  return Object.keys(sound).find((field) => !sound[field]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWord(value: unknown): value is string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  return typeof value === 'string' && value.length <= MAX_WORD && /^[^\u0000-\u001f\u007f]+$/.test(value);
}

/** A journal names few zones and names, again and again, and every process checks every line: what was sound is kept. */
const soundNames = new Set<string>();
const SOUND_NAMES_KEPT = 10_000;

function isName(value: unknown): value is Fqdn {
  if (typeof value !== 'string') return false;
  if (soundNames.has(value)) return true;
  try {
    if (toFqdn(value) !== value) return false;
  } catch {
    return false;
  }
  if (soundNames.size >= SOUND_NAMES_KEPT) soundNames.clear();
  soundNames.add(value);
  return true;
}

/** A TXT value may begin with a quote or a space of its own; then only its quoted form tells. */
function isCanonical(type: string, value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const isItsOwn = (text: string) => {
    try {
      return canonicalValue(type, text) === value;
    } catch {
      return false;
    }
  };
  return isItsOwn(value) || (type === 'TXT' && isItsOwn(quoteTxt(value)));
}

function isTtl(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_TTL;
}
