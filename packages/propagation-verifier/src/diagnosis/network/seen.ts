import { isIPv6 } from 'node:net';
import { type Fqdn, isWithin } from '@domainproof/core';
import { statusOf } from '../../perspectives/reading.js';
import { printable } from '../../printable.js';
import type { Message } from '../../wire/message.js';
import type { Question } from '../../wire/query.js';
import type { Observation, Scene } from '../scene.js';

/** Servers and values that a message names before it only counts the rest. */
const MAX_NAMED = 6;
const MAX_VALUE_CHARACTERS = 80;

/** Whether a resolver may be asked for a name: it must not learn that the record is absent before it is served. */
export function mayAskResolver({ type, name, owner, isServedEverywhere }: Scene, asked: Fqdn): boolean {
  return type === null || isServedEverywhere || !(isWithin(asked, name) || isWithin(asked, owner));
}

/** The question that `scene.servers` answered. Undefined if there is no zone to ask. */
export function questionOf({ type, owner, delegation }: Scene): Question | undefined {
  if (type) return { name: owner, type };
  return delegation ? { name: delegation.zone, type: 'SOA' } : undefined;
}

/** The message of an answer with authority; undefined for all else. */
export function authoritativeAnswer({ outcome }: Observation): Message | undefined {
  if (outcome.kind !== 'answer' || !outcome.message.authoritative) return undefined;
  const { rcode } = outcome.message;
  return rcode === 'NOERROR' || rcode === 'NXDOMAIN' ? outcome.message : undefined;
}

/** What a server's answer with authority says of the record. */
export interface RecordView {
  hasRecord: boolean;
  /** For people, in order, so that equal ones are the same content. */
  values: readonly string[];
}

/** Undefined without an answer with authority, and for a name alone. */
export function recordViewOf(scene: Scene, observation: Observation): RecordView | undefined {
  const message = authoritativeAnswer(observation);
  if (!message || !scene.type) return undefined;
  const own = message.answers.filter(({ name }) => name === scene.owner);
  const texts = own.flatMap((record) => (record.type === 'TXT' ? [record.text] : []));
  const targets = own.flatMap((record) => (record.type === 'CNAME' ? [Buffer.from(record.target)] : []));
  const found = scene.type === 'TXT' ? texts : targets;
  const values = (found.length > 0 ? found : targets).map((value) =>
    printable(value.toString('utf8'), MAX_VALUE_CHARACTERS),
  );
  return { hasRecord: statusOf(found, scene) === 'visible', values: values.sort() };
}

/** `ns1.example.com (192.0.2.1)`, several with commas. */
export function named(servers: readonly { host: string; address: string }[]): string {
  return listed(
    servers.map(
      ({ host, address }) => `${printable(host.replace(/\.$/, ''), MAX_VALUE_CHARACTERS)} (${address})`,
    ),
  );
}

/** With commas; long lists end in a number. */
export function listed(items: readonly string[]): string {
  const shown = items.slice(0, MAX_NAMED);
  const rest = items.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

export function familyOf(address: string): 'IPv4' | 'IPv6' {
  return isIPv6(address) ? 'IPv6' : 'IPv4';
}
