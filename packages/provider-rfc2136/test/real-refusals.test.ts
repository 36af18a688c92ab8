import { type DnsError, toFqdn } from '@domainproof/core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Rfc2136Options } from '../src/index.js';
import { adapterAt, addition, newCall, zoneOf } from './servers/adapter.js';
import { bind } from './servers/bind.js';
import { OURS, POWERLESS, type TsigKey, WRONG_SECRET } from './servers/keys.js';
import { knot } from './servers/knot.js';
import { freePort } from './servers/loopback.js';
import { isInstalled, type NameServer, startNameServer } from './servers/name-server.js';
import { powerdns } from './servers/powerdns.js';
import { transfer } from './servers/questions.js';

const HOUR_MS = 3_600_000;
const zone = 'example.com';

describe.each([bind, knot, powerdns].filter(isInstalled))('$title refuses', (program) => {
  let server: NameServer;
  let before: string;
  beforeAll(async () => {
    server = await startNameServer(program);
    await server.addZones([zone]);
    before = await contents();
  });
  afterAll(() => server.close());
  afterEach(async () => {
    vi.useRealTimers();
    expect(await contents()).toBe(before);
  });
  const contents = async () => JSON.stringify(await transfer(server.port, zone));

  interface Attempt {
    key?: TsigKey;
    options?: Rfc2136Options;
    /** The zone that the update is said to be for. */
    of?: string;
    type?: string;
    value?: string;
    at?: string;
  }

  /** What an adapter rejects with that tries to add a record. */
  async function refusal({
    key = OURS,
    options,
    of = zone,
    type = 'TXT',
    value = 'token',
    at = zone,
  }: Attempt) {
    const { key: name, ...change } = addition(at, 'refused', value);
    const adapter = adapterAt(server.port, key, options);
    const work = adapter.applyChange(zoneOf(of), undefined, { ...change, key: { ...name, type } }, newCall());
    return work.then(
      () => expect.fail('It was accepted.'),
      (error: DnsError) => error,
    );
  }

  /** PowerDNS says that it refuses an update, and not why; that it does not sign this tells that the key is the reason. */
  const wrongKey = (vendorCode: string) =>
    program === powerdns
      ? {
          code: 'FORBIDDEN',
          vendorCode: 'REFUSED',
          retryable: false,
          message: expect.stringContaining('not signed'),
        }
      : { code: 'AUTH_INVALID', vendorCode, retryable: false };

  test('a signature with another secret', async () => {
    const error = await refusal({ key: WRONG_SECRET });
    expect(error).toMatchObject(wrongKey('BADSIG'));
    expect(error.hint).toMatch(program === powerdns ? /key/ : /secret/);
    expect(JSON.stringify(error) + error.stack).not.toContain(WRONG_SECRET.secret);
  });

  test('a key of another name', async () => {
    const error = await refusal({ key: { ...OURS, name: 'nobodys-key' } });
    expect(error).toMatchObject(wrongKey('BADKEY'));
    expect(`${error.message} ${error.hint}`).toContain('nobodys-key');
  });

  test('a key with another algorithm', async () => {
    const error = await refusal({ key: { ...OURS, algorithm: 'hmac-sha512' } });
    expect(error).toMatchObject(wrongKey('BADKEY'));
  });

  test.each([
    ['fast', HOUR_MS],
    ['slow', -HOUR_MS],
  ])('a signature of a machine whose clock is %s', async (_, ahead) => {
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: now + ahead });
    const error = await refusal({});
    expect(error).toMatchObject(wrongKey('BADTIME'));
    if (program === powerdns) return;
    const times = [...(error.hint ?? '').matchAll(/\d{4}-\d\d-\d\dT[\d:]+Z/g)].map(([text]) =>
      Date.parse(text),
    );
    expect(times).toHaveLength(2);
    const [server, machine] = times as [number, number];
    expect(Math.abs(server - now)).toBeLessThan(10_000);
    expect(Math.abs(machine - (now + ahead))).toBeLessThan(10_000);
  });

  test('a change in a zone that it does not hold', async () => {
    const error = await refusal({ of: 'elsewhere.example', at: 'elsewhere.example' });
    expect(error).toMatchObject({ code: 'ZONE_NOT_FOUND', vendorCode: 'NOTAUTH', retryable: false });
    expect(error.message).toContain('elsewhere.example');
    expect(error.hint).toMatch(/primary/);
  });

  test('a record outside of the zone', async () => {
    const error = await refusal({ at: 'elsewhere.example' });
    expect(error).toMatchObject({ code: 'INVALID_NAME', vendorCode: 'NOTZONE', retryable: false });
    expect(error.message).toContain(zone);
  });

  test('a change that nobody signed', async () => {
    const noKey = { keyName: undefined, keySecret: undefined, keyAlgorithm: undefined } as Rfc2136Options;
    const error = await refusal({ options: { ...noKey, unsigned: true } });
    // Knot takes it for a question of whether the client may write, like an unknown key.
    const expected =
      program === knot
        ? { code: 'ZONE_NOT_FOUND', vendorCode: 'NOTAUTH' }
        : { code: 'FORBIDDEN', vendorCode: 'REFUSED' };
    expect(error).toMatchObject({ ...expected, retryable: false });
    expect(error.hint).toMatch(program === knot ? /Knot/ : /update-policy/);
  });

  /** Knot says of a key that may not what it says of a key that it does not know. */
  const notAllowed =
    program === knot
      ? { code: 'AUTH_INVALID', vendorCode: 'BADKEY', retryable: false }
      : { code: 'FORBIDDEN', vendorCode: 'REFUSED', retryable: false };

  test('a change with a key that may not', async () => {
    const error = await refusal({ key: POWERLESS });
    expect(error).toMatchObject(notAllowed);
    expect(error.hint).toContain('acl');
    expect(`${error.message} ${error.hint}`).toContain(POWERLESS.name);
  });

  // PowerDNS does not tell types apart, unless by a script of one's own.
  const tellsTypes = program === powerdns ? [] : ['A'];
  test.each(tellsTypes)('a record of a type that the key may not change: %s', async (type) => {
    const error = await refusal({ type, value: '192.0.2.1' });
    expect(error).toMatchObject(notAllowed);
    expect(error.hint).toContain('acl');
  });

  test('no zone that it holds to be found with a wrong key, as if there were none', async () => {
    const adapter = adapterAt(server.port, WRONG_SECRET);
    await expect(adapter.findZones(toFqdn(`refused.${zone}`), newCall())).rejects.toMatchObject({
      code: 'AUTH_INVALID',
    });
  });
});

test('a port at which nobody listens is told as such', async () => {
  const port = await freePort();
  const adapter = adapterAt(port, OURS);
  const work = adapter.applyChange(zoneOf(zone), undefined, addition(zone, 'refused', 'token'), newCall());
  await expect(work).rejects.toMatchObject({ code: 'TRANSIENT', outcomeUnknown: false });
  await expect(work).rejects.toThrow(`127.0.0.1:${port}`);
});
