import { describe, expect, test } from 'vitest';
import { createClient, DnsError, type Logger, toFqdn } from '../src/index.js';
import { FakeProvider } from './fake-provider.js';

const at = (name: string, more = {}) => ({ name, type: 'TXT', value: 'token-1', ...more });

describe('with several providers', () => {
  test('the one that holds the zone is used', async () => {
    const one = new FakeProvider({ id: 'one', zones: ['example.org'] });
    const two = new FakeProvider({ id: 'two', zones: ['example.com', 'my-example.org'] });
    const client = createClient({ providers: [one, two] });
    expect(await client.ensure(at('_dnsauth.example.com'))).toMatchObject({
      provider: 'two',
      zone: 'example.com.',
    });
    expect(await client.ensure(at('_dnsauth.example.org'))).toMatchObject({
      provider: 'one',
      zone: 'example.org.',
    });
  });

  test('a hosted sub-zone wins over its parent, wherever it is hosted', async () => {
    const parent = new FakeProvider({ id: 'parent', zones: ['example.com'] });
    const child = new FakeProvider({ id: 'child', zones: ['sub.example.com'] });
    const client = createClient({ providers: [parent, child] });
    expect(await client.ensure(at('_dnsauth.sub.example.com'))).toMatchObject({ provider: 'child' });
    expect(await client.ensure(at('_dnsauth.other.example.com'))).toMatchObject({ provider: 'parent' });
  });

  test('my-example.com is never taken for example.com', async () => {
    const client = createClient({ providers: [new FakeProvider({ zones: ['my-example.com'] })] });
    await expect(client.ensure(at('_dnsauth.example.com'))).rejects.toMatchObject({
      code: 'ZONE_NOT_FOUND',
      message: expect.stringContaining('(fake)'),
    });
  });

  test('a zone in two accounts is decided by the delegation', async () => {
    const providers = [
      new FakeProvider({ id: 'old', capabilities: { nameServerPatterns: [/\.old\.example$/] } }),
      new FakeProvider({ id: 'new', capabilities: { nameServerPatterns: [/\.new\.example$/] } }),
    ];
    const client = createClient({
      providers,
      delegation: async () => ['ns1.new.example.', 'NS2.new.example'],
    });
    expect((await client.ensure(at('_dnsauth.example.com'))).provider).toBe('new');
  });

  test('the name servers that the vendor tells for the zone beat the general pattern', async () => {
    const zone = (host: string) => ({ name: toFqdn('example.com'), nameServers: [toFqdn(host)] });
    const providers = [
      new FakeProvider({ id: 'one', zones: [zone('ns1.fake-dns.example')] }),
      new FakeProvider({ id: 'two', zones: [zone('ns7.fake-dns.example')] }),
    ];
    const client = createClient({ providers, delegation: async () => ['ns7.fake-dns.example.'] });
    expect((await client.ensure(at('_dnsauth.example.com'))).provider).toBe('two');
  });

  test.each([
    ['without a delegation look-up', undefined],
    ['if the delegation points elsewhere', async () => ['ns1.elsewhere.example.']],
  ])('a zone in two accounts is ambiguous %s', async (_, delegation) => {
    const providers = [new FakeProvider({ id: 'one' }), new FakeProvider({ id: 'two' })];
    const client = createClient({ providers, delegation });
    await expect(client.ensure(at('_dnsauth.example.com'))).rejects.toMatchObject({
      code: 'ZONE_AMBIGUOUS',
      message: expect.stringMatching(/one .* and two /),
    });
    expect((await client.ensure(at('_dnsauth.example.com', { provider: 'two' }))).provider).toBe('two');
  });

  test('a provider that fails is left out with a warning, if another one holds the zone', async () => {
    const broken = new FakeProvider({ id: 'broken' });
    broken.before = () => {
      throw new DnsError('FORBIDDEN', 'may not list zones');
    };
    const warnings: string[] = [];
    const log: Logger = { debug() {}, info() {}, warn: (message) => warnings.push(message) };
    const client = createClient({ providers: [broken, new FakeProvider()], log });
    expect((await client.ensure(at('_dnsauth.example.com'))).provider).toBe('fake');
    expect(warnings).toEqual([expect.stringContaining('may not list zones')]);
    await expect(client.ensure(at('_dnsauth.example.org'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('two providers with one id are refused', () => {
    expect(() => createClient({ providers: [new FakeProvider(), new FakeProvider()] })).toThrow(
      /Two providers/,
    );
    expect(() => createClient({ providers: [] })).toThrow(/No provider/);
  });
});

describe('the zone option', () => {
  test('takes that zone instead of the longest', async () => {
    const provider = new FakeProvider({ zones: ['example.com', 'sub.example.com'] });
    const client = createClient({ providers: [provider] });
    expect((await client.ensure(at('_dnsauth.sub.example.com', { zone: 'example.com' }))).zone).toBe(
      'example.com.',
    );
  });

  test('makes a relative host record absolute', async () => {
    const client = createClient({ providers: [new FakeProvider()] });
    expect((await client.ensure(at('_dnsauth', { zone: 'example.com' }))).name).toBe('_dnsauth.example.com.');
    expect((await client.ensure(at('@', { zone: 'example.com' }))).name).toBe('example.com.');
  });

  test('that no account holds is told by name', async () => {
    const client = createClient({ providers: [new FakeProvider()] });
    await expect(client.ensure(at('_dnsauth', { zone: 'sub.example.com' }))).rejects.toMatchObject({
      code: 'ZONE_NOT_FOUND',
      message: expect.stringContaining('sub.example.com.'),
    });
  });
});

describe('inactive zones', () => {
  const frozen = { name: toFqdn('sub.example.com'), status: 'inactive' as const };

  test('are passed over for an active parent', async () => {
    const client = createClient({ providers: [new FakeProvider({ zones: ['example.com', frozen] })] });
    expect((await client.ensure(at('_dnsauth.sub.example.com'))).zone).toBe('example.com.');
  });

  test('are told if there is no other', async () => {
    const client = createClient({ providers: [new FakeProvider({ zones: [frozen] })] });
    await expect(client.ensure(at('_dnsauth.sub.example.com'))).rejects.toMatchObject({
      code: 'ZONE_INACTIVE',
    });
  });
});

describe('zone questions', () => {
  test('one serves all names of a family, also when they are asked together', async () => {
    const provider = new FakeProvider({ zones: ['example.com', 'sub.example.com'] });
    const client = createClient({ providers: [provider] });
    const names = ['a.example.com', 'b.example.com', 'c.sub.example.com'];
    await client.ensureAll(names.map((name) => at(name)));
    await client.ensure(at('d.sub.example.com'));
    expect(provider.calls.filter((method) => method === 'findZones')).toHaveLength(1);
  });

  test('a negative answer is asked again', async () => {
    const provider = new FakeProvider();
    const client = createClient({ providers: [provider] });
    for (const _ of [1, 2])
      await expect(client.ensure(at('a.example.org'))).rejects.toMatchObject({ code: 'ZONE_NOT_FOUND' });
    expect(provider.calls).toEqual(['findZones', 'findZones']);
  });

  test('a negative answer serves those who asked for it together', async () => {
    const providers = [
      new FakeProvider({ id: 'one', zones: ['example.org'] }),
      new FakeProvider({ id: 'two' }),
    ];
    const client = createClient({ providers });
    await client.ensureAll([at('a.example.com'), at('b.example.com')]);
    expect(providers[0]?.calls).toEqual(['findZones']);
  });

  test('are asked for each name where an answer covers one name only', async () => {
    const provider = new FakeProvider({ capabilities: { zoneSearch: 'suffixes' } });
    const client = createClient({ providers: [provider] });
    await client.ensureAll([at('a.example.com'), at('b.example.com')]);
    expect(provider.calls.filter((method) => method === 'findZones')).toHaveLength(2);
  });
});
