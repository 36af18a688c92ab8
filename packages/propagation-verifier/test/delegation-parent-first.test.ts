import { describe, expect, test } from 'vitest';
import { reply } from './world/name-server.js';
import { addressesOf, asked, search, told } from './world/search.js';
import { healthyWorld, RESOLVER } from './world/world.js';

const NAME = '_dnsauth.example.com';
const HOSTS = ['ns1.example.com.', 'ns2.example.com.', 'ns1.operator.net.', 'ns2.operator.net.'];
const ALL_ADDRESSES = {
  'ns1.example.com.': ['192.0.2.1', '2001:db8::1'],
  'ns2.example.com.': ['192.0.2.2'],
  'ns1.operator.net.': ['192.0.2.3'],
  'ns2.operator.net.': ['192.0.2.4'],
};

describe('the delegation of a healthy zone', () => {
  test('has both sides, every address of every server, and whether the zone must be signed', async () => {
    const delegation = await search(healthyWorld(), NAME);
    expect(delegation).toEqual({
      zone: 'example.com.',
      nameServers: HOSTS.map((host) => ({ host, addresses: ALL_ADDRESSES[host as 'ns1.example.com.'] })),
      parent: { zone: 'com.', hosts: HOSTS, signed: false },
      child: HOSTS,
    });
  });

  test('is signed if there is a DS record above', async () => {
    const world = healthyWorld();
    const ds = { keyTag: 1, algorithm: 13, digestType: 2, digest: Buffer.alloc(32) };
    world.servers.get('a.nic.com')!.zone('com').add('example.com', 'DS', ds);
    expect((await search(world, NAME)).parent).toMatchObject({ signed: true });
  });

  test('costs at most 17 questions, none of them twice', async () => {
    const world = healthyWorld();
    await search(world, NAME);
    const questions = asked(world);
    expect(new Set(questions).size).toBe(questions.length);
    expect(questions.length).toBeLessThanOrEqual(17);
  });

  test('asks the root for the top-level domain alone, and a resolver for nothing in the zone', async () => {
    const world = healthyWorld();
    await search(world, NAME);
    expect(asked(world).filter((question) => question.startsWith('198.51.100.1 '))).toEqual([
      '198.51.100.1 com NS',
    ]);
    expect(told(world, 'example.com')).toEqual([]);
    expect(world.internet.log.filter(({ query, to }) => to !== RESOLVER && query.flag_rd)).toEqual([]);
  });
});

describe('searches of one verifier', () => {
  test('share what they find, one after the other', async () => {
    const world = healthyWorld();
    const verifier = world.verifier();
    await search(world, NAME, { verifier });
    const before = asked(world).length;
    await search(world, '_dnsauth.www.example.com', { verifier });
    expect(asked(world).slice(before)).toEqual([
      '192.0.2.1 _dnsauth.www.example.com NS',
      '192.0.2.2 _dnsauth.www.example.com NS',
    ]);
  });

  test('share what they find, at the same time', async () => {
    const world = healthyWorld();
    const verifier = world.verifier();
    const names = Array.from({ length: 20 }, (_, index) => `_dnsauth.h${index}.example.com`);
    const records = names.map((name) => ({ name, type: 'TXT', value: 'x' }) as const);
    await world.run(verifier.check(records));
    // Polling and diagnosis, which come after the search, ask for their own.
    const searched = world.internet.log.findIndex(({ type }) => type === 'TXT');
    const questions = asked(world).slice(0, searched);
    expect(new Set(questions).size).toBe(questions.length);
    expect(questions.length).toBeLessThanOrEqual(17);
    expect(names.flatMap((name) => told(world, name))).toEqual([]);
  });

  test('of different zones share the top-level domain and the hosts', async () => {
    const world = healthyWorld();
    for (const index of [1, 2, 3]) world.zone(`other${index}.com`, ['ns1.operator.net', 'ns2.operator.net']);
    const verifier = world.verifier();
    const names = [1, 2, 3].map((index) => `_dnsauth.other${index}.com`);
    const found = await world.run(Promise.all(names.map((name) => verifier.delegation(name))));
    expect(found.map(({ zone }) => zone)).toEqual(['other1.com.', 'other2.com.', 'other3.com.']);
    const questions = asked(world);
    expect(new Set(questions).size).toBe(questions.length);
    expect(questions.filter((question) => question === '198.51.100.1 com NS')).toHaveLength(1);
    expect(questions.filter((question) => question === `${RESOLVER} ns1.operator.net A`)).toHaveLength(1);
  });

  test('go on when the one that the others wait for is aborted', async () => {
    const world = healthyWorld();
    const verifier = world.verifier();
    const controller = new AbortController();
    const first = verifier.delegation(NAME, { signal: controller.signal });
    const second = verifier.delegation('_dnsauth.www.example.com');
    world.clock.at(15, () => controller.abort());
    await expect(world.run(first)).rejects.toMatchObject({ code: 'ABORTED' });
    expect((await world.run(second)).zone).toBe('example.com.');
  });

  test('ask for the zone again after a minute, and for the top-level domain and the hosts when their TTL is over', async () => {
    const world = healthyWorld();
    const verifier = world.verifier();
    await search(world, NAME, { verifier });
    await world.pass(61_000);
    let before = asked(world).length;
    await search(world, NAME, { verifier });
    const again = asked(world).slice(before);
    expect(again).toContain(`198.51.100.10 ${NAME} NS`);
    expect(again.filter((question) => question.startsWith(RESOLVER) || question.includes(' com '))).toEqual(
      [],
    );
    await world.pass(3_700_000);
    before = asked(world).length;
    await search(world, NAME, { verifier });
    expect(asked(world).slice(before)).toEqual(
      expect.arrayContaining([`${RESOLVER} . NS`, '198.51.100.1 com NS', `${RESOLVER} ns1.operator.net A`]),
    );
  });

  test('notice servers that the zone has moved away from', async () => {
    const world = healthyWorld();
    const verifier = world.verifier();
    await search(world, NAME, { verifier });
    world.server('ns.new.com', ['192.0.2.30']);
    world.zone('new.com', ['ns.new.com']);
    for (const host of ['ns1.example.com', 'ns2.example.com', 'ns1.operator.net', 'ns2.operator.net'])
      world.servers.get(host)!.drop('example.com');
    world.zone('example.com', ['ns.new.com']);
    expect((await search(world, '_dnsauth.www.example.com', { verifier })).nameServers).toMatchObject([
      { host: 'ns.new.com.', addresses: ['192.0.2.30'] },
    ]);
  });
});

describe('parent and child', () => {
  test('may name different hosts: all are asked, and each is told apart', async () => {
    const world = healthyWorld();
    world.server('ns3.example.com', ['192.0.2.5']);
    world.delegate('example.com', ['ns1.example.com', 'ns1.operator.net', 'ns2.operator.net']);
    world.change('example.com', (zone) => {
      zone.remove('example.com', 'NS');
      for (const host of ['ns1.example.com', 'ns3.example.com']) zone.add('example.com', 'NS', host);
      zone.add('ns3.example.com', 'A', '192.0.2.5');
    });
    const delegation = await search(world, NAME);
    expect(delegation.nameServers).toEqual([
      { host: 'ns1.example.com.', addresses: ['192.0.2.1', '2001:db8::1'] },
      { host: 'ns1.operator.net.', addresses: ['192.0.2.3'], in: 'parent' },
      { host: 'ns2.operator.net.', addresses: ['192.0.2.4'], in: 'parent' },
      { host: 'ns3.example.com.', addresses: ['192.0.2.5'], in: 'child' },
    ]);
    expect(delegation.parent?.hosts).toEqual(['ns1.example.com.', 'ns1.operator.net.', 'ns2.operator.net.']);
    expect(delegation.child).toEqual(['ns1.example.com.', 'ns3.example.com.']);
  });

  test('may give different addresses of one host: glue and the zone count together', async () => {
    const world = healthyWorld();
    world.change('example.com', (zone) => zone.add('ns2.example.com', 'AAAA', '2001:db8::2'));
    world.change('com', (zone) => zone.remove('ns2.example.com').add('ns2.example.com', 'A', '192.0.2.222'));
    expect(addressesOf(await search(world, NAME))).toMatchObject({
      'ns2.example.com.': ['192.0.2.222', '192.0.2.2', '2001:db8::2'],
    });
  });

  test('are not asked for addresses that came with the NS records of the zone itself', async () => {
    const world = healthyWorld();
    for (const host of ['ns1.example.com', 'ns2.example.com']) {
      const server = world.servers.get(host)!;
      server.quirks.push(({ query, name, type }) => {
        if (name !== 'example.com' || type !== 'NS') return undefined;
        const zone = server.zone('example.com');
        const additionals = ['ns1.example.com'].flatMap((one) => [
          ...zone.at(one, 'A'),
          ...zone.at(one, 'AAAA'),
        ]);
        return [reply(query, { answers: zone.at('example.com', 'NS'), additionals })];
      });
    }
    expect(addressesOf(await search(world, NAME))).toEqual(ALL_ADDRESSES);
    expect(asked(world).filter((question) => question.includes(' ns1.example.com '))).toEqual([]);
  });
});
