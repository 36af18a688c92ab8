import packet, { type Answer } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import type { Asked } from './world/internet.js';
import { RCODE, reply } from './world/name-server.js';
import { Recursive } from './world/recursive.js';
import { addressesOf, asked, search, told } from './world/search.js';
import { healthyWorld, type World } from './world/world.js';

const NAME = '_dnsauth.example.com';
const ALL_ADDRESSES = {
  'ns1.example.com.': ['192.0.2.1', '2001:db8::1'],
  'ns2.example.com.': ['192.0.2.2'],
  'ns1.operator.net.': ['192.0.2.3'],
  'ns2.operator.net.': ['192.0.2.4'],
};

/** What a resolver says; undefined for a question that it resolves as usual. */
function resolverSays(
  world: World,
  answer: (asked: Asked) => { rcode?: number; answers?: Answer[] } | undefined,
): void {
  world.resolver.override = (question) => {
    const content = answer(question);
    return content && reply(question.query, { flags: packet.RECURSION_AVAILABLE, ...content });
  };
}

const isRoot = ({ name, type }: Asked) => name === '' && type === 'NS';

describe('where port 53 is closed to all but the resolver', () => {
  test('its word is taken within five seconds, without a parent side', async () => {
    const world = healthyWorld();
    world.closePort53();
    const delegation = await search(world, NAME);
    expect(delegation).toEqual({
      zone: 'example.com.',
      nameServers: Object.entries(ALL_ADDRESSES).map(([host, addresses]) => ({ host, addresses })),
    });
    expect(world.clock.now()).toBeLessThan(5_000);
  });

  test('that is remembered: the next search of another zone does not try the root again', async () => {
    const world = healthyWorld();
    world.zone('other.net', ['ns1.operator.net']);
    world.closePort53();
    const verifier = world.verifier();
    await search(world, NAME, { verifier });
    const before = asked(world).length;
    expect((await search(world, '_dnsauth.other.net', { verifier })).zone).toBe('other.net.');
    expect(
      asked(world)
        .slice(before)
        .filter((question) => question.startsWith('198.51.100.')),
    ).toEqual([]);
  });

  test('that is tried again after some time, as the network may have been at fault', async () => {
    const world = healthyWorld();
    world.internet.connect('198.51.100.1', {
      ...world.internet.host('198.51.100.1'),
      udp: 'silent',
      tcp: 'silent',
    });
    const verifier = world.verifier();
    expect((await search(world, NAME, { verifier })).parent).toBeUndefined();
    world.internet.connect('198.51.100.1', {
      ...world.internet.host('198.51.100.1'),
      udp: 'open',
      tcp: 'open',
    });
    await world.pass(601_000);
    expect((await search(world, NAME, { verifier })).parent).toBeDefined();
  });

  test('a zone below is found if the resolver is asked for the zone that the caller names', async () => {
    const world = healthyWorld();
    world.server('ns.sub.example.com', ['192.0.2.50']);
    world.zone('sub.example.com', ['ns.sub.example.com']);
    world.closePort53();
    const delegation = await search(world, '_dnsauth.sub.example.com', { zone: 'sub.example.com' });
    expect(delegation).toEqual({
      zone: 'sub.example.com.',
      nameServers: [{ host: 'ns.sub.example.com.', addresses: ['192.0.2.50'] }],
    });
  });

  test('a zone that the caller names and the resolver does not know leaves the one above', async () => {
    const world = healthyWorld();
    world.closePort53();
    expect((await search(world, '_dnsauth.sub.example.com', { zone: 'sub.example.com' })).zone).toBe(
      'example.com.',
    );
  });

  test('a zone that is named like the record is not asked for', async () => {
    const world = healthyWorld();
    world.closePort53();
    expect((await search(world, NAME, { zone: NAME })).zone).toBe('example.com.');
  });

  test('a domain that is not in the registry is told by the resolver', async () => {
    const world = healthyWorld();
    world.closePort53();
    await expect(search(world, '_dnsauth.held.com')).rejects.toMatchObject({
      code: 'ZONE_NOT_FOUND',
      message: expect.stringContaining('held.com is'),
    });
  });

  test('hosts that are the challenge name, or above or below it, are not told to the resolver', async () => {
    const world = healthyWorld();
    const hosts = [
      'ns1.operator.net',
      'www.example.com',
      '_dnsauth.www.example.com',
      'a._dnsauth.www.example.com',
    ];
    for (const zone of ['example.com', 'com'])
      world.change(zone, (data) => {
        data.remove('example.com', 'NS');
        for (const host of hosts) data.add('example.com', 'NS', host);
      });
    world.closePort53();
    expect(addressesOf(await search(world, '_dnsauth.www.example.com'))).toEqual({
      'ns1.operator.net.': ['192.0.2.3'],
      'www.example.com.': [],
      '_dnsauth.www.example.com.': [],
      'a._dnsauth.www.example.com.': [],
    });
    expect(told(world, 'www.example.com')).toEqual([]);
  });

  test('a host that is the domain itself may be told', async () => {
    const world = healthyWorld();
    resolverSays(world, ({ name, type }) =>
      name === 'example.com' && type === 'NS'
        ? { answers: [{ type: 'NS', name, ttl: 60, data: 'example.com' }] }
        : undefined,
    );
    world.closePort53();
    expect(addressesOf(await search(world, NAME))).toEqual({ 'example.com.': ['192.0.2.80'] });
  });

  test('a host that the resolver fails for is a passing failure, as it could hide a server', async () => {
    const world = healthyWorld();
    world.closePort53();
    resolverSays(world, ({ name, type }) =>
      name === 'ns2.operator.net' && type === 'A' ? { rcode: RCODE.SERVFAIL } : undefined,
    );
    await expect(search(world, NAME)).rejects.toMatchObject({
      code: 'TRANSIENT',
      retryable: true,
      message: expect.stringContaining('ns2.operator.net.'),
    });
  });

  test('a host that the resolver fails for by AAAA alone is known by A', async () => {
    const world = healthyWorld();
    world.closePort53();
    resolverSays(world, ({ name, type }) =>
      name === 'ns2.operator.net' && type === 'AAAA' ? { rcode: RCODE.SERVFAIL } : undefined,
    );
    expect(addressesOf(await search(world, NAME))).toEqual(ALL_ADDRESSES);
  });

  test('a resolver that fails for the zone leads to the zone above, and then it is told', async () => {
    const world = healthyWorld();
    world.closePort53();
    resolverSays(world, ({ name, type }) =>
      type === 'NS' && (name === 'example.com' || name === 'com') ? { rcode: RCODE.SERVFAIL } : undefined,
    );
    await expect(search(world, NAME)).rejects.toMatchObject({
      code: 'TRANSIENT',
      message: expect.stringContaining('example.com.'),
    });
  });

  test('a resolver that knows no zone at all is told', async () => {
    const world = healthyWorld();
    world.closePort53();
    resolverSays(world, ({ type }) => (type === 'NS' ? { answers: [] } : undefined));
    await expect(search(world, NAME)).rejects.toMatchObject({
      code: 'ZONE_NOT_FOUND',
      message: expect.stringContaining(NAME),
    });
  });
});

describe('where the servers of a top-level domain do not answer', () => {
  test('the resolver is asked, and for a minute at once', async () => {
    const world = healthyWorld();
    world.internet.connect('198.51.100.10', {
      ...world.internet.host('198.51.100.10'),
      udp: 'silent',
      tcp: 'silent',
    });
    const verifier = world.verifier();
    const delegation = await search(world, NAME, { verifier });
    expect(delegation).toMatchObject({ zone: 'example.com.', child: { length: 4 } });
    expect(delegation.parent).toBeUndefined();
    expect(world.clock.now()).toBeLessThan(5_000);
    const before = asked(world).length;
    world.zone('other.com', ['ns1.operator.net']);
    await search(world, '_dnsauth.other.com', { verifier });
    expect(asked(world).slice(before)).not.toContain('198.51.100.10 _dnsauth.other.com NS');
  });
});

describe('where somebody answers port 53 in the place of the servers', () => {
  test('it does not hear of the name', async () => {
    const world = healthyWorld();
    const root = [world.servers.get('a.root.test')!];
    const between = new Recursive(root, world.servers, () => world.clock.now());
    for (const { addresses } of world.servers.values())
      for (const address of addresses)
        world.internet.connect(address, { answer: (question) => between.answer(question) });
    const delegation = await search(world, NAME);
    expect(addressesOf(delegation)).toEqual(ALL_ADDRESSES);
    expect(between.asked).toEqual(expect.arrayContaining(['com NS', 'example.com NS']));
    expect(between.asked.filter((question) => question.startsWith('_dnsauth'))).toEqual([]);
  });
});

describe('where the resolver does not know the root', () => {
  test.each([
    ['refuses', { rcode: RCODE.REFUSED }],
    ['fails', { rcode: RCODE.SERVFAIL }],
    ['has no answer', { answers: [] }],
    [
      'names hosts without address',
      { answers: [{ type: 'NS', name: '.', ttl: 60, data: 'no.where' } as Answer] },
    ],
  ])('because it %s, its word is taken for the zone', async (_what, content) => {
    const world = healthyWorld();
    resolverSays(world, (question) => (isRoot(question) ? content : undefined));
    const delegation = await search(world, NAME, { verifier: world.verifier({ authoritativePort: 5_300 }) });
    expect(delegation).toMatchObject({ zone: 'example.com.', child: { length: 4 } });
    expect(delegation.parent).toBeUndefined();
    expect(world.clock.now()).toBeLessThan(2_000);
  });

  test('because it is silent about it, its word is taken for the zone soon', async () => {
    const world = healthyWorld();
    world.resolver.override = (question) => (isRoot(question) ? Buffer.alloc(0) : undefined);
    const delegation = await search(world, NAME, { verifier: world.verifier({ authoritativePort: 5_300 }) });
    expect(addressesOf(delegation)).toEqual(ALL_ADDRESSES);
    expect(world.clock.now()).toBeLessThan(2_000);
  });

  test('the published servers of the root are asked, on port 53', async () => {
    const world = healthyWorld();
    resolverSays(world, (question) => (isRoot(question) ? { rcode: RCODE.REFUSED } : undefined));
    world.internet.connect('198.41.0.4', { answer: (one) => world.servers.get('a.root.test')!.answer(one) });
    expect(await search(world, NAME)).toMatchObject({ zone: 'example.com.', parent: { zone: 'com.' } });
  });

  test('addresses that come with the answer for the root are enough', async () => {
    const world = healthyWorld();
    world.resolver.override = (question) =>
      isRoot(question)
        ? reply(question.query, {
            flags: packet.RECURSION_AVAILABLE,
            answers: [{ type: 'NS', name: '.', ttl: 60, data: 'a.root.test' }],
            additionals: [{ type: 'A', name: 'a.root.test', ttl: 60, data: '198.51.100.1' }],
          })
        : undefined;
    expect((await search(world, NAME)).parent).toBeDefined();
    expect(world.resolver.asked).not.toContain('a.root.test A');
  });
});

describe('where no resolver answers', () => {
  const DEAD = '203.0.113.99';

  test('all is found from the published servers of the root down, hosts in other zones included', async () => {
    const world = healthyWorld();
    world.internet.connect('202.12.27.33', {
      answer: (one) => world.servers.get('a.root.test')!.answer(one),
    });
    world.internet.connect('192.33.4.12', { answer: (one) => world.servers.get('a.root.test')!.answer(one) });
    const verifier = world.verifier({ resolvers: [DEAD] });
    const delegation = await search(world, NAME, { verifier });
    expect(delegation).toMatchObject({ parent: { zone: 'com.' }, child: { length: 4 } });
    expect(addressesOf(delegation)).toEqual(ALL_ADDRESSES);
    expect(world.clock.now()).toBeLessThan(3_000);
    const before = asked(world).length;
    world.zone('other.com', ['ns1.operator.net']);
    expect(addressesOf(await search(world, '_dnsauth.other.com', { verifier }))).toEqual({
      'ns1.operator.net.': ['192.0.2.3'],
    });
    const again = asked(world).slice(before);
    expect(
      again.filter((question) => question.includes('ns1.operator.net') || question.includes(DEAD)),
    ).toEqual([]);
  });

  test('and port 53 is closed too, the silence is told', async () => {
    const world = healthyWorld();
    world.closePort53();
    await expect(
      search(world, NAME, { verifier: world.verifier({ resolvers: [DEAD] }) }),
    ).rejects.toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining(DEAD) });
    expect(world.clock.now()).toBeLessThan(15_000);
  });
});

describe('a name that the zone above denies', () => {
  test('is a domain that is not registered, and no resolver is asked for it', async () => {
    const world = healthyWorld();
    await expect(search(world, '_dnsauth.www.held.com')).rejects.toMatchObject({
      code: 'ZONE_NOT_FOUND',
      message: expect.stringMatching(/^held\.com is/),
    });
    expect(told(world, 'held.com')).toEqual([]);
  });

  test('is denied to all names below it that are looked for at the same time', async () => {
    const world = healthyWorld();
    const verifier = world.verifier();
    const names = ['_dnsauth.held.com', '_dnsauth.www.held.com', '_dnsauth.held.com'];
    const found = Promise.allSettled(names.map((name) => verifier.delegation(name)));
    for (const result of await world.run(found))
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ZONE_NOT_FOUND' } });
    expect(asked(world).filter((question) => question === '198.51.100.10 held.com NS')).toHaveLength(1);
  });

  test('may be a top-level domain', async () => {
    await expect(search(healthyWorld(), '_dnsauth.host.nowhere')).rejects.toMatchObject({
      code: 'ZONE_NOT_FOUND',
      message: expect.stringMatching(/^nowhere is no top-level domain/),
    });
  });

  test('is found if the caller names the zone and the given resolver knows it', async () => {
    const world = healthyWorld();
    world.server('ns.corp.lan', ['10.0.0.1']);
    const zone = world.zone('corp.lan', ['ns.corp.lan']);
    world.servers.get('a.root.test')!.zone('').remove('corp.lan').remove('ns.corp.lan');
    resolverSays(world, ({ name, type }) =>
      name.endsWith('corp.lan') ? { answers: zone.at(name, type) } : undefined,
    );
    await expect(search(world, '_dnsauth.corp.lan')).rejects.toMatchObject({ code: 'ZONE_NOT_FOUND' });
    expect(await search(world, '_dnsauth.corp.lan', { zone: 'corp.lan' })).toEqual({
      zone: 'corp.lan.',
      nameServers: [{ host: 'ns.corp.lan.', addresses: ['10.0.0.1'] }],
      child: ['ns.corp.lan.'],
    });
  });

  test('stays denied if the resolver does not know the zone that the caller names, or does not answer', async () => {
    const world = healthyWorld();
    await expect(search(world, '_dnsauth.held.com', { zone: 'held.com' })).rejects.toMatchObject({
      code: 'ZONE_NOT_FOUND',
    });
    world.resolver.override = ({ name }) => (name === 'gone.com' ? Buffer.alloc(0) : undefined);
    await expect(search(world, '_dnsauth.gone.com', { zone: 'gone.com' })).rejects.toMatchObject({
      code: 'ZONE_NOT_FOUND',
    });
  });

  test('is found if the caller says that the top-level domain itself holds it', async () => {
    expect((await search(healthyWorld(), '_dnsauth.new.com', { zone: 'com' })).zone).toBe('com.');
  });

  test('is denied by the servers of the zone above, if a resolver leads there', async () => {
    const world = healthyWorld();
    world.internet.connect('198.51.100.1', {
      ...world.internet.host('198.51.100.1'),
      udp: 'silent',
      tcp: 'silent',
    });
    resolverSays(world, ({ name, type }) =>
      type === 'NS' && name === 'held.com' ? { rcode: RCODE.SERVFAIL } : undefined,
    );
    await expect(search(world, '_dnsauth.held.com')).rejects.toMatchObject({
      code: 'ZONE_NOT_FOUND',
      message: expect.stringMatching(/^held\.com is/),
    });
  });
});

test('an aborted search rejects as aborted, wherever it is', async () => {
  for (let atMs = 0; atMs < 70; atMs += 5) {
    const world = healthyWorld();
    const controller = new AbortController();
    world.clock.at(atMs, () => controller.abort());
    const work = world.verifier().delegation(NAME, { signal: controller.signal });
    await expect(world.run(work)).rejects.toMatchObject({ code: 'ABORTED' });
    expect(told(world, NAME)).toEqual([]);
  }
});
