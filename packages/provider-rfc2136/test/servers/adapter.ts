import { type Call, type DnsProvider, toFqdn, type ValueChange, type Zone } from '@domainproof/core';
import { type Rfc2136Options, rfc2136 } from '../../src/index.js';
import type { TsigKey } from './keys.js';
import { ADDRESS } from './loopback.js';
import { startRelay } from './relay.js';

/** The adapter under test, with a key, at a port of loopback. */
export function adapterAt(port: number, key: TsigKey, options: Rfc2136Options = {}): DnsProvider {
  return rfc2136({
    server: `${ADDRESS}:${port}`,
    keyName: key.name,
    keySecret: key.secret,
    keyAlgorithm: key.algorithm,
    environment: {},
    ...options,
  });
}

/** What every method of an adapter is given, with a log that nobody reads. */
export function newCall(signal = new AbortController().signal): Call {
  const ignore = () => {};
  return { signal, log: { debug: ignore, info: ignore, warn: ignore }, onApiCall: ignore };
}

export function zoneOf(name: string): Zone {
  return { id: `${name}.`, name: toFqdn(name), status: 'active' };
}

/** One TXT value that is to be added. */
export function addition(zone: string, host: string, value: string): ValueChange {
  return {
    key: { name: toFqdn(`${host}.${zone}`), type: 'TXT', line: 'default' },
    add: [value],
    remove: [],
    ttl: 120,
  };
}

/** The signed UPDATE with which the adapter would make a change, as it leaves the process. No server gets it. */
export async function capturedUpdate(zone: string, change: ValueChange, key: TsigKey): Promise<Buffer> {
  const messages: Buffer[] = [];
  const relay = await startRelay(async (message, client) => {
    messages.push(message);
    client.destroy();
  });
  try {
    const adapter = adapterAt(relay.port, key);
    await adapter.applyChange(zoneOf(zone), undefined, change, newCall()).catch(() => {});
  } finally {
    await relay.close();
  }
  const [message] = messages;
  if (!message) throw new Error('The adapter sent nothing.');
  return message;
}
