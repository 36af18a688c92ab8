import {
  type ApiCallEvent,
  type Call,
  type DnsError,
  type DnsProvider,
  isDnsError,
  type RecordKey,
  toFqdn,
  type Zone,
} from '@domainproof/core';
import { type Rfc2136Options, rfc2136 } from '../../src/index.js';
import { KEY_NAME, SECRET } from './answer.js';
import type { Primary } from './primary.js';

export const zone: Zone = { id: 'example.org.', name: toFqdn('example.org'), status: 'active' };

export function providerFor({ server }: Pick<Primary, 'server'>, options: Rfc2136Options = {}): DnsProvider {
  return rfc2136({
    server,
    keyName: KEY_NAME,
    keySecret: SECRET,
    environment: {},
    timeoutMs: 2_000,
    ...options,
  });
}

export function key(host = '_dnsauth', type = 'TXT'): RecordKey {
  return { name: toFqdn(host === '@' ? 'example.org' : `${host}.example.org`), type, line: 'default' };
}

export interface TestCall extends Call {
  events: ApiCallEvent[];
  /** `operation` and what became of it. */
  told: string[];
  warnings: string[];
}

export function testCall(signal: AbortSignal = new AbortController().signal): TestCall {
  const events: ApiCallEvent[] = [];
  const told: string[] = [];
  const warnings: string[] = [];
  return {
    signal,
    events,
    told,
    warnings,
    log: { debug: (text) => warnings.push(text), info() {}, warn: (text) => warnings.push(text) },
    onApiCall(event) {
      events.push(event);
      told.push(`${event.operation} ${event.vendorCode ?? event.outcome}`);
    },
  };
}

export async function failureOf(work: Promise<unknown>): Promise<DnsError> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('value' in outcome) throw new Error(`no rejection, but ${JSON.stringify(outcome.value)}`);
  if (!isDnsError(outcome.error)) throw outcome.error;
  return outcome.error;
}
