import { quoteTxt, splitTxt } from '@domainproof/core';
import type { ProviderOptions, World, WorldSetup } from '../../src/index.js';
import { type Backend, SECRETS } from './backend.js';
import type { Credentials } from './connection.js';
import { SetAdapter } from './set-adapter.js';
import { rawText, SetCloud, setFacts } from './set-cloud.js';
import { ValueAdapter } from './value-adapter.js';
import { ValueCloud, valueFacts } from './value-cloud.js';

const ZONE = 'example.com';
const TIMEOUT_MS = 10_000;

/** Worlds on a new `ValueCloud` each, for an adapter class. */
export function valueWorld(
  Adapter: new (cloud: ValueCloud, credentials: Credentials) => ValueAdapter = ValueAdapter,
) {
  return (): World => {
    const cloud = new ValueCloud();
    cloud.addZone(ZONE);
    return {
      ...common(cloud),
      provider: (options) => new Adapter(cloud, credentialsOf(options)),
      records: async (zone) => cloud.held(`${zone}.`),
      ask: async (name, type) =>
        cloud.zones.flatMap((zone) =>
          cloud
            .records(zone.name)
            .filter((record) => record.name === name && record.type === type && record.line === 'default')
            .map(({ strings }) => strings.join('')),
        ),
      async put(zone, { name, type, values, ttl = valueFacts.ttl.default, line = 'default' }) {
        const records = cloud.records(`${zone}.`);
        const strings = values.map((value) => (typeof value === 'string' ? splitTxt(value) : value));
        const others = records.filter(
          (record) =>
            record.name !== name ||
            record.type !== type ||
            record.line !== line ||
            keeps(record.strings, strings),
        );
        const missing = strings.filter(
          (wanted) =>
            !others.some(
              (record) =>
                record.name === name &&
                record.type === type &&
                record.line === line &&
                same(record.strings, wanted),
            ),
        );
        records.splice(0, records.length, ...others);
        for (const wanted of missing)
          records.push({ id: cloud.newId(), name, type, line, ttl, strings: wanted });
      },
      close: async () => {},
    };
  };
}

/** Worlds on a new `SetCloud` each, for an adapter class. */
export function setWorld(
  Adapter: new (cloud: SetCloud, credentials: Credentials) => SetAdapter = SetAdapter,
) {
  return ({ settleMs }: WorldSetup): World => {
    const cloud = new SetCloud(settleMs);
    cloud.addZone(ZONE);
    return {
      ...common(cloud),
      provider: (options) => new Adapter(cloud, credentialsOf(options)),
      records: async (zone) => cloud.held(`${zone}.`),
      ask: async (name, type) => cloud.served(name, type).map((value) => rawText(type, value)),
      async put(zone, { name, type, values, ttl = setFacts.ttl.default }) {
        const own = values.map((value) => {
          if (type !== 'TXT') return String(value);
          return typeof value === 'string' ? quoteTxt(value) : value.map((string) => `"${string}"`).join(' ');
        });
        cloud.place(`${zone}.`, { name, type, ttl, values: own });
      },
      close: async () => cloud.close(),
    };
  };
}

function common(cloud: Backend) {
  return {
    zone: ZONE,
    addZones: async (names: readonly string[]) => {
      for (const name of names) cloud.addZone(name);
    },
    fail: (fault: Parameters<Backend['fail']>[0]) => cloud.fail(fault),
    calls: cloud.calls,
    resolverQuestions: cloud.resolverQuestions,
    secrets: Object.values(SECRETS),
  };
}

function credentialsOf({ timeoutMs = TIMEOUT_MS, credentials = 'right' }: ProviderOptions = {}): Credentials {
  return { secret: SECRETS[credentials], timeoutMs };
}

function keeps(strings: readonly string[], wanted: readonly (readonly string[])[]): boolean {
  return wanted.some((other) => same(strings, other));
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
