import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type ApiCallEvent,
  type Call,
  createClient,
  DnsError,
  type DnsProvider,
  fileJournal,
  namedAccount,
  toFqdn,
} from '../src/index.js';
import { FakeProvider } from './fake-provider.js';

const folder = mkdtempSync(join(tmpdir(), 'domainproof-accounts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string) => ({ name, type: 'TXT', value: 'token-1' });
const name = toFqdn('_dnsauth.example.com');
const key = { name, type: 'TXT', line: 'default' };
const zone = { id: 'z', name: toFqdn('example.com'), status: 'active' } as const;

function callWith(events: ApiCallEvent[] = []): Call {
  const log = { debug() {}, info() {}, warn() {} };
  return { signal: new AbortController().signal, log, onApiCall: (event) => events.push(event) };
}

describe('two accounts of one vendor', () => {
  const clouds = {
    work: new FakeProvider({ id: 'cloud', zones: ['example.com'] }),
    home: new FakeProvider({ id: 'cloud', zones: ['example.net'] }),
  };
  const journal = () => fileJournal({ file: join(folder, 'leases.jsonl') });
  const client = () =>
    createClient({
      providers: [namedAccount(clouds.home, 'home'), namedAccount(clouds.work, 'work')],
      journal: journal(),
    });

  test('are told apart in leases, and released through the same one by another client of the journal', async () => {
    const lease = await client().ensure(at('_dnsauth.example.com'));
    expect(lease).toMatchObject({ provider: 'work', id: expect.stringMatching(/^work-/) });
    const other = await client().ensure(at('_dnsauth.example.net'));
    expect(other.provider).toBe('home');

    clouds.home.calls.length = 0;
    expect((await client().release(lease.id)).outcome).toBe('removed');
    expect(clouds.work.values('_dnsauth.example.com')).toEqual([]);
    expect(clouds.home.calls).toEqual([]);
    expect(await journal().all()).toMatchObject([{ id: other.id, provider: 'home' }]);
  });

  test('are refused without names, with the remedy', () => {
    expect(() => createClient({ providers: [clouds.work, clouds.home] })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('namedAccount(provider, name)') }),
    );
  });

  test('that both hold a zone are both named', async () => {
    const twin = new FakeProvider({ id: 'cloud', zones: ['example.com'] });
    const providers = [namedAccount(clouds.work, 'work'), namedAccount(twin, 'old')];
    await expect(createClient({ providers }).ensure(at('_dnsauth.example.com'))).rejects.toMatchObject({
      code: 'ZONE_AMBIGUOUS',
      message: expect.stringMatching(/held by work \(.*\) and old \(/),
    });
  });
});

describe('a named account', () => {
  test.each(['', 'a b', 'a.b', '-a', 'a/b', 'a'.repeat(64), 'ä'])('is not called %j', (wrong) => {
    expect(() => namedAccount(new FakeProvider(), wrong)).toThrow(/is no name for an account/);
  });

  test('is the provider itself, if the name is its id', () => {
    const provider = new FakeProvider({ id: 'fake' });
    expect(namedAccount(provider, 'fake')).toBe(provider);
  });

  test('fails with the error of the provider in its own name', async () => {
    const provider = new FakeProvider({ id: 'cloud' });
    const refusal = new DnsError('FORBIDDEN', 'Not allowed.', {
      provider: 'cloud',
      operation: 'AddRecord',
      vendorCode: 'Forbidden.RAM',
      requestId: 'R-1',
      httpStatus: 403,
      hint: 'Grant it.',
      outcomeUnknown: true,
    });
    provider.before = () => {
      throw refusal;
    };
    const account = namedAccount(provider, 'work');
    const expected = {
      ...refusal,
      code: 'FORBIDDEN',
      message: 'work: Not allowed.',
      provider: 'work',
      cause: refusal,
    };
    for (const work of [
      () => account.findZones(name, callWith()),
      () => account.readRecordSet(zone, key, callWith()),
      () => account.applyChange(zone, undefined, { key, add: ['x'], remove: [], ttl: 60 }, callWith()),
    ])
      await expect(work()).rejects.toMatchObject(expected);
  });

  test('lets other errors through as they are', async () => {
    const provider = new FakeProvider();
    const defect = new TypeError('x is undefined');
    provider.before = () => {
      throw defect;
    };
    await expect(namedAccount(provider, 'work').findZones(name, callWith())).rejects.toBe(defect);
  });

  test('has of the optional methods those of the provider, and reports calls in its own name', async () => {
    const bare = namedAccount(new FakeProvider(), 'work');
    for (const method of ['readRecordSets', 'applyChanges', 'isSettled', 'explain'])
      expect(method in bare).toBe(false);

    const event = { provider: 'cloud', operation: 'Any', write: false, elapsedMs: 1, outcome: 'ok' } as const;
    const told = async <T>(result: T, call: Call) => {
      call.onApiCall(event);
      return result;
    };
    const busy = new DnsError('BUSY', 'Later.', { provider: 'cloud' });
    const full: DnsProvider = {
      id: 'cloud',
      capabilities: new FakeProvider().capabilities,
      findZones: (_, call) => told([zone], call),
      async *listZones(call) {
        yield await told(zone, call);
      },
      readRecordSet: (_, __, call) => told(undefined, call),
      applyChange: (_, __, ___, call) => told({ settled: true }, call),
      readRecordSets: (_, __, call) => told([undefined], call),
      applyChanges: (_, __, call) => told([{ settled: true }, busy], call),
      isSettled: (_, __, call) => told(true, call),
      explain: (_, __, call) => told([], call),
    };
    const account = namedAccount(full, 'work');
    const events: ApiCallEvent[] = [];
    const call = callWith(events);
    const change = { key, add: ['x'], remove: [], ttl: 60 };
    expect(account.capabilities).toBe(full.capabilities);
    expect(await account.findZones(name, call)).toEqual([zone]);
    for await (const listed of account.listZones(call)) expect(listed).toBe(zone);
    expect(await account.readRecordSet(zone, key, call)).toBeUndefined();
    expect(await account.applyChange(zone, undefined, change, call)).toEqual({ settled: true });
    expect(await account.readRecordSets?.(zone, [key], call)).toEqual([undefined]);
    const changes = [{ current: undefined, change }];
    const [receipt, failure] = (await account.applyChanges?.(zone, changes, call)) ?? [];
    expect(receipt).toEqual({ settled: true });
    expect(failure).toMatchObject({ code: 'BUSY', provider: 'work', message: 'work: Later.' });
    expect(await account.isSettled?.(zone, { settled: false }, call)).toBe(true);
    expect(await account.explain?.(zone, key, call)).toEqual([]);
    expect(events.map(({ provider }) => provider)).toEqual(Array(8).fill('work'));
  });
});
