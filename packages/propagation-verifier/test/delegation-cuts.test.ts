import type { Answer } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { reply } from './world/name-server.js';
import { addressesOf, asked, search, told } from './world/search.js';
import { healthyWorld } from './world/world.js';

const OPERATOR = ['ns1.operator.net', 'ns2.operator.net'];
const ALL_HOSTS = ['ns1.example.com', 'ns2.example.com', ...OPERATOR];

describe('a zone below the registered one', () => {
  test('two levels down is found through both referrals, and its parent is the zone between', async () => {
    const world = healthyWorld();
    for (const [index, host] of ['ns.a.example.com', 'ns.b.a.example.com'].entries())
      world.server(host, [`192.0.2.${40 + index}`]);
    world.zone('a.example.com', ['ns.a.example.com']);
    world.zone('b.a.example.com', ['ns.b.a.example.com']);
    const delegation = await search(world, '_dnsauth.www.b.a.example.com');
    expect(delegation).toMatchObject({
      zone: 'b.a.example.com.',
      nameServers: [{ host: 'ns.b.a.example.com.', addresses: ['192.0.2.41'] }],
      parent: { zone: 'a.example.com.', hosts: ['ns.b.a.example.com.'] },
      child: ['ns.b.a.example.com.'],
    });
    expect(told(world, 'example.com')).toEqual([]);
  });

  test('on the same servers is found by the SOA record of their answers', async () => {
    const world = healthyWorld();
    world.zone('sub.example.com', ALL_HOSTS);
    const delegation = await search(world, '_dnsauth.sub.example.com');
    expect(delegation).toMatchObject({ zone: 'sub.example.com.', parent: { zone: 'example.com.' } });
    expect(Object.values(addressesOf(delegation)).flat()).toHaveLength(5);
    // The server above knows them, so their zone is not looked for.
    expect(asked(world).filter((question) => question.endsWith(' ns1.example.com NS'))).toEqual([]);
  });

  test('whose apex is the name itself gives its NS records at once', async () => {
    const world = healthyWorld();
    world.zone('_dnsauth.example.com', ALL_HOSTS);
    const delegation = await search(world, '_dnsauth.example.com');
    expect(delegation.zone).toBe('_dnsauth.example.com.');
    const toZone = asked(world).filter((question) => question.endsWith('_dnsauth.example.com NS'));
    // One for the top-level domain, two for the first two servers of the zone, and none more.
    expect(toZone).toHaveLength(3);
  });

  test('several levels down on one server has the zone that denies its DS record above it', async () => {
    const world = healthyWorld();
    world.zone('b.example.com', ALL_HOSTS);
    world.zone('a.b.example.com', ALL_HOSTS);
    expect(await search(world, '_dnsauth.a.b.example.com')).toMatchObject({
      zone: 'a.b.example.com.',
      parent: { zone: 'b.example.com.', signed: false },
    });
  });

  test('is found though a CNAME at the name hides which of its zones the server answered from', async () => {
    const world = healthyWorld();
    world.zone('sub.example.com', ALL_HOSTS);
    world.change('sub.example.com', (zone) =>
      zone.add('_dnsauth.www.sub.example.com', 'CNAME', 'target.operator.net'),
    );
    expect((await search(world, '_dnsauth.www.sub.example.com')).zone).toBe('sub.example.com.');
  });

  test('is not made of a CNAME, and aliases above it end at the zone', async () => {
    const world = healthyWorld();
    world.change('example.com', (zone) =>
      zone
        .add('_dnsauth.www.shop.example.com', 'CNAME', 'one.operator.net')
        .add('www.shop.example.com', 'CNAME', 'two.operator.net')
        .add('shop.example.com', 'CNAME', 'three.operator.net'),
    );
    expect((await search(world, '_dnsauth.www.shop.example.com')).zone).toBe('example.com.');
  });

  test('is not made of a DNAME above the name', async () => {
    const world = healthyWorld();
    for (const host of ALL_HOSTS)
      world.servers.get(host)!.quirks.push(({ query, name }) => {
        if (!name.endsWith('.old.example.com')) return undefined;
        const owner = query.questions![0]!.name;
        const answers = [
          { type: 'DNAME', name: 'old.example.com', ttl: 60, data: 'new.operator.net' },
          { type: 'CNAME', name: owner, ttl: 60, data: name.replace('old.example.com', 'new.operator.net') },
        ] as Answer[];
        return [reply(query, { answers })];
      });
    world.change('example.com', (zone) => zone.add('old.example.com', 'TXT', 'moved'));
    expect((await search(world, '_dnsauth.old.example.com')).zone).toBe('example.com.');
  });

  test('is found through referrals that wrongly have the authoritative bit', async () => {
    const world = healthyWorld();
    const registry = world.servers.get('a.nic.com')!;
    registry.quirks.push((question) => {
      const answer = registry.plain(question);
      answer[2]! |= 0x04;
      return [answer];
    });
    expect((await search(world, '_dnsauth.example.com')).zone).toBe('example.com.');
  });

  test('whose NS records its servers do not give is asked at the servers that answered for it', async () => {
    const world = healthyWorld();
    world.zone('sub.example.com', ALL_HOSTS);
    world.change('sub.example.com', (zone) => zone.remove('sub.example.com', 'NS'));
    const delegation = await search(world, '_dnsauth.sub.example.com');
    expect(delegation.zone).toBe('sub.example.com.');
    expect(delegation.child).toBeUndefined();
    expect(Object.values(addressesOf(delegation)).flat()).toHaveLength(5);
  });
});

describe('a zone below on the same servers', () => {
  test('is found though the question for its NS records is lost', async () => {
    const world = healthyWorld();
    world.zone('sub.example.com', ALL_HOSTS);
    for (const host of ALL_HOSTS)
      world.servers
        .get(host)!
        .quirks.push(({ name, type }) => (name === 'sub.example.com' && type === 'NS' ? [] : undefined));
    const delegation = await search(world, '_dnsauth.sub.example.com');
    expect(delegation.zone).toBe('sub.example.com.');
    expect(Object.values(addressesOf(delegation)).flat()).toHaveLength(5);
  });

  test('is not found by the apex of another zone', async () => {
    const world = healthyWorld();
    const soa = world.servers.get('ns1.operator.net')!.zone('operator.net').soa();
    for (const host of ALL_HOSTS)
      world.servers
        .get(host)!
        .quirks.push(({ query, name }) =>
          name.startsWith('_dnsauth') ? [reply(query, { rcode: 3, authorities: [soa] })] : undefined,
        );
    expect((await search(world, '_dnsauth.example.com')).zone).toBe('example.com.');
  });
});

describe('a zone that only the polling comes upon', () => {
  test.each([
    ['on other servers', ['ns.sub.example.com']],
    ['on the same servers', ALL_HOSTS],
  ])('%s is followed', async (_where, hosts) => {
    const world = healthyWorld();
    world.server('ns.sub.example.com', ['192.0.2.50']);
    world.zone('sub.example.com', hosts);
    world.clock.at(1_000, () =>
      world.change('sub.example.com', (zone) => zone.add('_dnsauth.sub.example.com', 'TXT', 'token')),
    );
    world.change('example.com', (zone) => zone.add('_dnsauth.example.com', 'TXT', 'token'));
    const verifier = world.verifier();
    const record = (name: string) => ({ name, type: 'TXT', value: 'token' }) as const;
    // The first makes `example.com` known, so the second starts there.
    await world.run(verifier.check([record('_dnsauth.example.com')]));
    const { records } = await world.run(verifier.wait([record('_dnsauth.sub.example.com')]));
    expect(records[0]).toMatchObject({ zone: 'sub.example.com.', visible: true });
    expect(told(world, 'example.com')).toEqual([]);
  });
});

describe('a name directly below a top-level domain or the root', () => {
  test('belongs to the top-level domain if that holds the host itself', async () => {
    const world = healthyWorld();
    world.change('com', (zone) => zone.add('direct.com', 'A', '192.0.2.81'));
    expect((await search(world, '_dnsauth.direct.com')).zone).toBe('com.');
  });

  test('that is a challenge of the top-level domain itself belongs to it', async () => {
    expect((await search(healthyWorld(), '_dnsauth.com')).zone).toBe('com.');
  });

  test('is found if the root delegates two labels at once', async () => {
    const world = healthyWorld();
    world.server('ns.shop.lab', ['192.0.2.60']);
    world.zone('shop.lab', ['ns.shop.lab']);
    const delegation = await search(world, '_dnsauth.shop.lab');
    expect(delegation).toMatchObject({ zone: 'shop.lab.', parent: { zone: '.' } });
  });

  test('does not exist if the root holds it itself', async () => {
    const world = healthyWorld();
    world.servers.get('a.root.test')!.zone('').add('host.lan', 'A', '192.0.2.61');
    await expect(search(world, '_dnsauth.host.lan')).rejects.toMatchObject({ code: 'ZONE_NOT_FOUND' });
  });

  test('is found if one server holds root, top-level domain and zone', async () => {
    const world = healthyWorld();
    world.zone('all', ['a.root.test']);
    world.zone('in-one.all', ['a.root.test']);
    expect(await search(world, '_dnsauth.in-one.all')).toMatchObject({
      zone: 'in-one.all.',
      nameServers: [{ host: 'a.root.test.', addresses: ['198.51.100.1'] }],
    });
  });
});
