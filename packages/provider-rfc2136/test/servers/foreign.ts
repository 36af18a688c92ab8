import type { ForeignSet, HeldSet } from '@domainproof/provider-testkit';
import type { Answer, TxtAnswer } from 'dns-packet';
import { THEIRS } from './keys.js';
import { ADDRESS } from './loopback.js';
import type { NameServer } from './name-server.js';
import { ask, transfer } from './questions.js';
import { runTool } from './tool.js';

/** Seconds, for a set of somebody else's who does not say. */
const TTL = 3_600;

/** A colleague with `nsupdate`: takes out what is there and puts the new values in its place, in one message. */
export async function put(server: NameServer, zone: string, set: ForeignSet): Promise<void> {
  const { name, type, values, ttl = TTL } = set;
  await update(server, zone, [
    `delete ${name} ${type}`,
    ...values.map((value) => `add ${name} ${ttl} ${type} ${presentation(type, value)}`),
  ]);
}

/** One message of a colleague. @param changes what `nsupdate` takes behind `update` */
export async function update(server: NameServer, zone: string, changes: readonly string[]): Promise<void> {
  const script = [
    `server ${ADDRESS} ${server.port}`,
    `zone ${zone}`,
    'check-names no', // An address at a name with an underscore is allowed to be there.
    ...changes.map((change) => `update ${change}`),
    'send',
  ];
  const key = `${THEIRS.algorithm}:${THEIRS.name}:${THEIRS.secret}`;
  await server.gate.together(() => runTool('nsupdate', ['-v', '-y', key], `${script.join('\n')}\n`));
}

/** As a zone file has it. */
function presentation(type: string, value: string | readonly string[]): string {
  if (type !== 'TXT') return String(value);
  const strings = typeof value === 'string' ? [value] : value;
  return strings.map((string) => `"${[...Buffer.from(string)].map(escaped).join('')}"`).join(' ');
}

function escaped(octet: number): string {
  const character = String.fromCharCode(octet);
  return /[\x20-\x7e]/.test(character) && !/["\\]/.test(character)
    ? character
    : `\\${String(octet).padStart(3, '0')}`;
}

/** What a zone holds, by a transfer that has nothing to do with the adapter; SOA and NS of its own name left out. */
export async function heldIn(server: NameServer, zone: string): Promise<HeldSet[]> {
  const sets = new Map<string, HeldSet & { values: string[]; stored: string[] }>();
  for (const record of await transfer(server.port, zone)) {
    const name = `${record.name.toLowerCase()}.`;
    if (name === `${zone}.` && (record.type === 'SOA' || record.type === 'NS')) continue;
    const { ttl = 0 } = record as { ttl?: number };
    const key = `${name} ${record.type}`;
    const set = sets.get(key) ?? { name, type: record.type, line: 'default', ttl, values: [], stored: [] };
    sets.set(key, set);
    set.ttl = Math.min(set.ttl, ttl);
    set.values.push(canonicalValue(record));
    set.stored.push(storedOf(record));
  }
  return [...sets.values()];
}

/** What the server answers for a name and type. */
export async function answered(server: NameServer, name: string, type: string): Promise<string[]> {
  const { answers = [] } = await ask(server.port, name.replace(/\.$/, ''), type);
  return answers.filter((record) => record.type === type).map(canonicalValue);
}

function stringsOf({ data }: TxtAnswer): Buffer[] {
  return (Array.isArray(data) ? data : [data]).map((string) => Buffer.from(string));
}

function canonicalValue(record: Answer): string {
  switch (record.type) {
    case 'TXT':
      return Buffer.concat(stringsOf(record)).toString();
    case 'CNAME':
      return `${record.data.toLowerCase()}.`;
    case 'MX':
      return `${record.data.preference} ${record.data.exchange.toLowerCase()}.`;
    default:
      return String('data' in record ? record.data : '');
  }
}

/** With the places where a text is split. */
function storedOf(record: Answer): string {
  return record.type === 'TXT'
    ? stringsOf(record)
        .map((string) => string.toString('hex'))
        .join(' ')
    : canonicalValue(record);
}
