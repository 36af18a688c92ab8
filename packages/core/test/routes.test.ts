import { describe, expect, test } from 'vitest';
import { createClient, DnsError } from '../src/index.js';
import { FakeProvider } from './fake-provider.js';

const at = (name: string, more = {}) => ({ name, type: 'TXT', value: 'token-1', ...more });

const accounts = () => ({
  work: new FakeProvider({ id: 'work', zones: ['example.com', 'example.net'] }),
  home: new FakeProvider({ id: 'home', zones: ['example.com', 'sub.example.com', 'example.org'] }),
});

describe('a route', () => {
  test('leads the names of its domain to one account, and no other one is asked', async () => {
    const { work, home } = accounts();
    const client = createClient({ providers: [work, home], routes: { 'Example.COM.': 'work' } });
    for (const name of ['_dnsauth.example.com', 'example.com', '_acme-challenge.sub.example.com'])
      expect(await client.ensure(at(name))).toMatchObject({ provider: 'work', zone: 'example.com.' });
    expect(work.calls.filter((method) => method === 'findZones')).toHaveLength(1);
    expect(home.calls).toEqual([]);
  });

  test('leaves other names to whoever holds them', async () => {
    const { work, home } = accounts();
    const client = createClient({ providers: [work, home], routes: { 'example.com': 'work' } });
    expect((await client.ensure(at('_dnsauth.example.org'))).provider).toBe('home');
    expect((await client.ensure(at('_dnsauth.example.net'))).provider).toBe('work');
    await expect(client.ensure(at('_dnsauth.my-example.com'))).rejects.toMatchObject({
      code: 'ZONE_NOT_FOUND',
      message: expect.stringContaining('(work, home)'),
    });
  });

  test('of a longer domain beats that of a shorter one, whatever their order', async () => {
    for (const routes of [
      { 'example.com': 'work', 'sub.example.com': 'home' },
      { 'sub.example.com': 'home', 'example.com': 'work' },
    ]) {
      const { work, home } = accounts();
      const client = createClient({ providers: [work, home], routes });
      expect((await client.ensure(at('_dnsauth.sub.example.com'))).provider).toBe('home');
      expect((await client.ensure(at('_dnsauth.other.example.com'))).provider).toBe('work');
    }
  });

  test('gives way to the provider of a record, and to that of a lease', async () => {
    const { work, home } = accounts();
    const lease = await createClient({ providers: [home] }).ensure(at('_dnsauth.example.com'));
    const client = createClient({ providers: [work, home], routes: { 'example.com': 'work' } });
    expect((await client.ensure(at('x.example.com', { provider: 'home' }))).provider).toBe('home');
    expect((await client.release(lease)).outcome).toBe('removed');
    expect(home.values('_dnsauth.example.com')).toEqual([]);
    expect(work.calls).toEqual([]);
  });

  test('holds for plans and for names in Unicode', async () => {
    const { work } = accounts();
    const idn = new FakeProvider({ id: 'idn', zones: ['bücher.example'] });
    const client = createClient({ providers: [work, idn], routes: { 'BÜCHER.example': 'idn' } });
    const { changes } = await client.plan([at('_dnsauth.xn--bcher-kva.example')]);
    expect(changes[0]?.provider).toBe('idn');
    expect(work.calls).toEqual([]);
  });

  test('to an account that lacks the zone is told as such', async () => {
    const { work, home } = accounts();
    const client = createClient({ providers: [work, home], routes: { 'example.org': 'work' } });
    await expect(client.ensure(at('_dnsauth.example.org'))).rejects.toMatchObject({
      code: 'ZONE_NOT_FOUND',
      provider: 'work',
      message:
        'A zone that holds _dnsauth.example.org. was not found in work, and the route of example.org. leads there alone.',
      hint: expect.stringMatching(/^Lead example\.org\. to the account that holds the zone/),
    });
    expect(home.calls).toEqual([]);
  });

  test('to an account that fails ends with its failure, though another one holds the zone', async () => {
    const { work, home } = accounts();
    work.before = () => {
      throw new DnsError('FORBIDDEN', 'may not list zones');
    };
    const client = createClient({ providers: [work, home], routes: { 'example.com': 'work' } });
    await expect(client.ensure(at('_dnsauth.example.com'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test.each([
    ['to nobody', { 'example.com': 'wrok' }, 'UNSUPPORTED', 'leads to "wrok", which is not there'],
    ['twice', { 'example.com': 'work', 'EXAMPLE.com.': 'home' }, 'UNSUPPORTED', 'two routes of example.com.'],
    [
      'of a wildcard',
      { '*.example.com': 'work' },
      'INVALID_NAME',
      '"*.example.com" is no domain for a route',
    ],
    ['of no name', { 'a..b': 'work' }, 'INVALID_NAME', 'empty label'],
  ])('%s is refused at once', (_, routes, code, message) => {
    const { work, home } = accounts();
    const make = () => createClient({ providers: [work, home], routes: routes as Record<string, string> });
    expect(make).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  });
});
