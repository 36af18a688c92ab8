import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { absoluteName, canonicalValue, type DesiredRecord, DnsError, isDnsError } from '@domainproof/core';
import { UsageError } from './errors.js';
import type { Io } from './io.js';
import type { Settings } from './settings.js';
import { nearest } from './suggest.js';

/** Types that can be proved: what certificate authorities ask for. */
export const PROOF_TYPES = ['TXT', 'CNAME'] as const;
/** Types that can be written and removed. */
export const WRITABLE_TYPES = [...PROOF_TYPES, 'A', 'AAAA', 'MX', 'NS', 'SRV', 'CAA'] as const;

/** Bytes of a challenge file: enough for some hundred thousand records, too few to fill the memory. */
const MAX_BYTES = 16 * 1024 * 1024;
/** What flags say for all records. */
type RecordDefaults = Pick<Settings, 'provider' | 'zone' | 'line' | 'ttl'>;

const FIELDS = ['name', 'type', 'value', 'ttl', 'line'];

/**
 * The records that a command line asks for: `NAME TYPE VALUE`, or the array of `--from`. Names come back absolute and values
 * canonical; `--ttl` and `--line` apply where a record has none of its own, `--provider` and `--zone` to all.
 *
 * @throws UsageError for what is no list of records; DnsError `INVALID_NAME`, `INVALID_VALUE`; with `--from` both name the index.
 */
export async function requestedRecords(
  words: readonly string[],
  from: string | undefined,
  types: readonly string[],
  settings: Settings,
  io: Io,
): Promise<DesiredRecord[]> {
  if (from === undefined) {
    const [name, type, value, ...more] = words;
    if (name === undefined || type === undefined || value === undefined || more.length > 0)
      throw new UsageError(
        `Give one record as NAME TYPE VALUE, or many with --from FILE.json; there ${words.length === 1 ? 'is 1 word' : `are ${words.length} words`}.`,
        words.length > 3 ? 'A value with spaces in it needs quotes around it.' : undefined,
      );
    return [checkRecord({ name, type, value }, types, settings)];
  }
  if (words.length > 0)
    throw new UsageError(`Give either NAME TYPE VALUE or --from, not both ("${words[0]}" is too much).`);
  return recordsFromText(await readSource(from, io), from === '-' ? 'standard input' : from, types, settings);
}

/**
 * The records of a JSON array.
 *
 * @param source What errors call the text.
 * @throws as {@link requestedRecords}
 */
export function recordsFromText(
  text: string,
  source: string,
  types: readonly string[],
  defaults: RecordDefaults,
): DesiredRecord[] {
  return parseList(text, source).map((entry, index) =>
    fromEntry(entry, `${source}: [${index}]`, types, defaults),
  );
}

function checkRecord(
  given: { name: string; type: string; value: string; ttl?: number; line?: string },
  types: readonly string[],
  defaults: RecordDefaults,
): DesiredRecord {
  const type = given.type.toUpperCase();
  if (!types.includes(type)) throw wrongType(given.type, types);
  const name = absoluteName(given.name, defaults.zone);
  const value = canonicalValue(type, given.value);
  return withDefaults({ name, type, value, ttl: given.ttl, line: given.line }, defaults);
}

/** The record with what flags say where it has nothing of its own. */
export function withDefaults(record: DesiredRecord, defaults: RecordDefaults): DesiredRecord {
  const { name, type, value } = record;
  const ttl = record.ttl ?? defaults.ttl;
  const line = record.line ?? defaults.line;
  return {
    name,
    type,
    value,
    ...(ttl !== undefined && { ttl }),
    ...(line !== undefined && { line }),
    ...(defaults.provider !== undefined && { provider: defaults.provider }),
    ...(defaults.zone !== undefined && { zone: defaults.zone }),
  };
}

function wrongType(type: string, types: readonly string[]): UsageError {
  const upper = type.toUpperCase();
  if ((WRITABLE_TYPES as readonly string[]).includes(upper))
    return new UsageError(
      `${upper} records are not waited for; this command takes ${types.join(' and ')}.`,
      'domainproof add writes them.',
    );
  return new UsageError(`"${type}" is not a record type that can be handled; there are ${types.join(', ')}.`);
}

function fromEntry(
  entry: unknown,
  where: string,
  types: readonly string[],
  defaults: RecordDefaults,
): DesiredRecord {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    throw new UsageError(`${where} must be an object with name, type and value.`);
  const fields = entry as Record<string, unknown>;
  const unknown = Object.keys(fields).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) {
    const near = nearest(unknown, FIELDS);
    throw new UsageError(
      `${where}.${unknown} is not a field of a record.`,
      near ? `Did you mean ${near}?` : `There are ${FIELDS.join(', ')}.`,
    );
  }
  const { name, type, value, ttl, line } = fields;
  for (const [field, content] of Object.entries({ name, type, value }))
    if (typeof content !== 'string' || content === '')
      throw new UsageError(`${where}.${field} must be a text that is not empty.`);
  if (ttl !== undefined && !(Number.isInteger(ttl) && (ttl as number) > 0 && (ttl as number) < 2 ** 31))
    throw new UsageError(`${where}.ttl must be whole seconds, at least 1.`);
  if (line !== undefined && (typeof line !== 'string' || line === ''))
    throw new UsageError(`${where}.line must be a line code.`);
  try {
    return checkRecord(fields as Parameters<typeof checkRecord>[0], types, defaults);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${where}.type: ${error.message}`, error.hint);
    if (!isDnsError(error)) throw error;
    const field = error.code === 'INVALID_NAME' ? 'name' : 'value';
    throw new DnsError(error.code, `${where}.${field}: ${error.message}`, { hint: error.hint, cause: error });
  }
}

function parseList(text: string, source: string): readonly unknown[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${source} is not JSON: ${(error as Error).message}.`);
  }
  if (!Array.isArray(list) || list.length === 0)
    throw new UsageError(
      `${source} must hold an array of {name, type, value, ttl?, line?} with at least one in it.`,
    );
  return list;
}

/**
 * The text that `--from` names: a file, or standard input for `-`.
 *
 * @throws UsageError if it cannot be read or is larger than 16 MB.
 */
export async function readSource(from: string, io: Io): Promise<string> {
  if (from === '-') return readAll(io);
  const file = resolve(io.cwd, from);
  try {
    if ((await stat(file)).size > MAX_BYTES) throw tooLarge(from);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new UsageError(`The file of --from cannot be read: ${from} (${reason}).`);
  }
}

async function readAll(io: Io): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of io.stdin) {
    io.signal.throwIfAborted();
    const buffer = Buffer.from(chunk as Uint8Array);
    bytes += buffer.length;
    if (bytes > MAX_BYTES) throw tooLarge('standard input');
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(source: string): UsageError {
  return new UsageError(`${source} is larger than ${MAX_BYTES / 1024 / 1024} MB.`);
}
