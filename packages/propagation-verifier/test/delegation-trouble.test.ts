import packet, { type Answer } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { type Quirk, RCODE, reply } from './world/name-server.js';
import { addressesOf, asked, search } from './world/search.js';
import { healthyWorld, RESOLVER, type World } from './world/world.js';

const NAME = '_dnsauth.example.com';
const ALL_HOSTS = ['ns1.example.com', 'ns2.example.com', 'ns1.operator.net', 'ns2.operator.net'];

const refuses: Quirk = ({ query, name }) =>
  name.endsWith('example.com') ? [reply(query, { flags: 0, rcode: RCODE.REFUSED })] : undefined;
const silent: Quirk = ({ name }) => (name.endsWith('example.com') ? [] : undefined);

function refersTo(zone: string, hosts: readonly string[], additionals: readonly Answer[] = []): Quirk {
  return ({ query, name, type }) => {
    if (type === 'DS' || !name.endsWith('example.com')) return undefined;
    const authorities = hosts.map((data) => ({ type: 'NS', name: zone, ttl: 60, data }) as Answer);
    return [reply(query, { flags: 0, authorities, additionals: [...additionals] })];
  };
}

function quirk(world: World, quirk: Quirk, ...hosts: string[]): void {
  for (const host of hosts) world.servers.get(host)!.quirks.push(quirk);
}

describe('servers in trouble while the zone is looked for', () => {
  test.each([
    ['dead', silent],
    ['lame', refuses],
    ['upward', refersTo('.', ['a.root.test'])],
    ['sideways', refersTo('example.net', ['ns1.operator.net'])],
    ['in a circle', refersTo('example.com', ['ns2.example.com'])],
  ])('cost no round if one of four is %s', async (_what, trouble) => {
    const world = healthyWorld();
    quirk(world, trouble, 'ns1.example.com');
    const delegation = await search(world, NAME);
    expect(delegation).toMatchObject({ zone: 'example.com.', parent: { zone: 'com.' } });
    expect(delegation.child).toHaveLength(4);
    expect(world.clock.now()).toBe(70);
  });

  test('are passed over if the first three of four are dead', async () => {
    const world = healthyWorld();
    quirk(world, silent, ...ALL_HOSTS.slice(0, 3));
    const delegation = await search(world, NAME);
    expect(delegation.child).toHaveLength(4);
    expect(world.clock.now()).toBeLessThan(1_000);
  });

  test('are listed with their addresses if all of them are lame', async () => {
    const world = healthyWorld();
    quirk(world, refuses, ...ALL_HOSTS);
    const delegation = await search(world, NAME);
    expect(delegation.child).toBeUndefined();
    expect(delegation.parent?.hosts).toHaveLength(4);
    expect(Object.values(addressesOf(delegation)).flat()).toHaveLength(5);
    expect(delegation.nameServers.map((server) => server.in)).toEqual(Array(4).fill(undefined));
  });

  test('are not believed for good: the next search asks again', async () => {
    const world = healthyWorld();
    const verifier = world.verifier();
    quirk(world, refuses, ...ALL_HOSTS);
    await search(world, NAME, { verifier });
    for (const host of ALL_HOSTS) world.servers.get(host)!.quirks.length = 0;
    expect((await search(world, NAME, { verifier })).child).toHaveLength(4);
  });

  test('of the top-level domain cost no round if one of two is dead', async () => {
    const world = healthyWorld();
    world.server('b.nic.com', ['198.51.100.20']);
    const registry = world.servers.get('a.nic.com')!.zone('com');
    world.servers.get('b.nic.com')!.hold(registry);
    registry.add('com', 'NS', 'b.nic.com').add('b.nic.com', 'A', '198.51.100.20');
    world.delegate('com', ['a.nic.com', 'b.nic.com']);
    quirk(world, silent, 'a.nic.com');
    const delegation = await search(world, NAME);
    expect(delegation).toMatchObject({ zone: 'example.com.', parent: { zone: 'com.' } });
    expect(world.clock.now()).toBe(70);
  });

  test('of the root that refuse us leave the search to the resolvers', async () => {
    const world = healthyWorld();
    // What the resolver asks here comes over TCP.
    quirk(
      world,
      ({ query, via }) => (via === 'udp' ? [reply(query, { flags: 0, rcode: RCODE.REFUSED })] : undefined),
      'a.root.test',
    );
    const delegation = await search(world, NAME);
    expect(delegation.parent).toBeUndefined();
    expect(delegation.child).toHaveLength(4);
    expect(Object.values(addressesOf(delegation)).flat()).toHaveLength(5);
  });

  test('that lose one packet in five are found all the same, with both sides', async () => {
    const world = healthyWorld();
    for (const { addresses } of world.servers.values())
      for (const address of addresses)
        world.internet.connect(address, { ...world.internet.host(address), loss: 0.1 });
    const delegation = await search(world, NAME);
    expect(delegation).toMatchObject({ parent: { zone: 'com.', signed: false } });
    expect(delegation.child).toHaveLength(4);
    expect(Object.values(addressesOf(delegation)).flat()).toHaveLength(5);
  });

  test('with IPv6 addresses only are found', async () => {
    const world = healthyWorld();
    world.server('ns.six.com', ['2001:db8::6']);
    world.zone('six.com', ['ns.six.com']);
    expect(addressesOf(await search(world, '_dnsauth.six.com'))).toEqual({ 'ns.six.com.': ['2001:db8::6'] });
  });

  test('that this machine has no route to are listed', async () => {
    const world = healthyWorld();
    world.internet.cutOff('2001:db8::1', '192.0.2.1');
    expect(addressesOf(await search(world, NAME))).toMatchObject({
      'ns1.example.com.': ['192.0.2.1', '2001:db8::1'],
    });
  });

  test('that lose the letter case of questions still lead down', async () => {
    const world = healthyWorld();
    const registry = world.servers.get('a.nic.com')!;
    registry.quirks.push((question) => {
      const lower = {
        ...question.query,
        questions: [{ ...question.query.questions![0]!, name: question.name }],
      };
      return [registry.plain({ ...question, query: lower as typeof question.query })];
    });
    expect(await search(world, NAME)).toMatchObject({ zone: 'example.com.', parent: { zone: 'com.' } });
  });
});

describe('glue', () => {
  const LIAR = '192.0.2.66';
  const lie = [{ type: 'A', name: 'ns1.operator.net', ttl: 60, data: LIAR }] as Answer[];

  test('for hosts outside of the zone that gives it is not believed', async () => {
    const world = healthyWorld();
    world.server('liar.test', [LIAR]);
    quirk(world, refersTo('example.com', ['ns1.operator.net', 'ns2.operator.net'], lie), 'a.nic.com');
    expect(addressesOf(await search(world, NAME))).toMatchObject({ 'ns1.operator.net.': ['192.0.2.3'] });
    expect(asked(world).filter((question) => question.startsWith(LIAR))).toEqual([]);
  });

  test('for hosts that the referral does not name is not believed', async () => {
    const world = healthyWorld();
    const other = [{ type: 'A', name: 'ns9.example.com', ttl: 60, data: LIAR }] as Answer[];
    quirk(world, refersTo('example.com', ['ns1.operator.net'], other), 'a.nic.com');
    const delegation = await search(world, NAME);
    expect(Object.values(addressesOf(delegation)).flat()).not.toContain(LIAR);
  });

  test('is not needed: hosts in other zones are looked up', async () => {
    const world = healthyWorld();
    world.zone('glueless.com', ['ns1.operator.net', 'ns2.operator.net']);
    expect(addressesOf(await search(world, '_dnsauth.glueless.com'))).toEqual({
      'ns1.operator.net.': ['192.0.2.3'],
      'ns2.operator.net.': ['192.0.2.4'],
    });
    expect(new Set(asked(world)).size).toBe(asked(world).length);
  });

  test('that is missing in a circle of two zones ends the search', async () => {
    const world = healthyWorld();
    world.server('ns.one.net', ['192.0.2.71']);
    world.server('ns.two.org', ['192.0.2.72']);
    world.zone('one.net', ['ns.two.org']).add('ns.one.net', 'A', '192.0.2.71');
    world.zone('two.org', ['ns.one.net']).add('ns.two.org', 'A', '192.0.2.72');
    world.resolver.override = ({ query, name }) =>
      name.endsWith('one.net') || name.endsWith('two.org')
        ? reply(query, { flags: packet.RECURSION_AVAILABLE, rcode: RCODE.SERVFAIL })
        : undefined;
    await expect(search(world, '_dnsauth.one.net')).rejects.toMatchObject({
      code: 'TRANSIENT',
      message: expect.stringContaining('ns.two.org.'),
    });
    expect(world.internet.log.length).toBeLessThan(100);
  });
});

describe('hosts of a delegation', () => {
  test('without any address do not hide the others', async () => {
    const world = healthyWorld();
    world.delegate('example.com', ['ns1.example.com', 'ns2.example.com', 'ns1.operator.net']);
    world.servers.get('a.nic.com')!.zone('com').add('example.com', 'NS', 'gone.operator.net');
    const delegation = await search(world, NAME);
    expect(addressesOf(delegation)).toMatchObject({
      'gone.operator.net.': [],
      'ns1.operator.net.': ['192.0.2.3'],
    });
  });

  test('are looked up from the root down if the resolver fails for them', async () => {
    const world = healthyWorld();
    world.resolver.override = ({ query, name }) =>
      name.endsWith('operator.net')
        ? reply(query, { flags: packet.RECURSION_AVAILABLE, rcode: RCODE.SERVFAIL })
        : undefined;
    expect(addressesOf(await search(world, NAME))).toMatchObject({
      'ns1.operator.net.': ['192.0.2.3'],
      'ns2.operator.net.': ['192.0.2.4'],
    });
  });

  test('are looked up from the root down if the resolver is silent about them', async () => {
    const world = healthyWorld();
    world.resolver.override = ({ name }) => (name.endsWith('operator.net') ? Buffer.alloc(0) : undefined);
    expect(addressesOf(await search(world, NAME))).toMatchObject({ 'ns2.operator.net.': ['192.0.2.4'] });
  });

  test('whose name is denied by the root have no address, whatever the resolver fails for', async () => {
    const world = healthyWorld();
    world.change('com', (zone) => zone.add('example.com', 'NS', 'ns.nowhere'));
    world.resolver.override = ({ query, name }) =>
      name === 'ns.nowhere'
        ? reply(query, { flags: packet.RECURSION_AVAILABLE, rcode: RCODE.SERVFAIL })
        : undefined;
    expect(addressesOf(await search(world, NAME))).toMatchObject({ 'ns.nowhere.': [] });
  });

  test('are a passing failure if nobody gives an address of any of them', async () => {
    const world = healthyWorld();
    world.delegate('example.com', ['ns1.operator.net']);
    world.resolver.override = ({ query, name }) =>
      name.endsWith('operator.net')
        ? reply(query, { flags: packet.RECURSION_AVAILABLE, rcode: RCODE.SERVFAIL })
        : undefined;
    const fails: Quirk = ({ query, name, type }) =>
      name.endsWith('operator.net') && type !== 'NS' ? [reply(query, { rcode: RCODE.SERVFAIL })] : undefined;
    quirk(world, fails, 'ns1.operator.net', 'ns2.operator.net');
    await expect(search(world, NAME)).rejects.toMatchObject({ code: 'TRANSIENT' });
  });

  test('that are named in a zone below are looked up there', async () => {
    const world = healthyWorld();
    world.server('ns.deep.example.com', ['192.0.2.95']);
    world.zone('deep.example.com', ['ns.deep.example.com']);
    world.change('example.com', (zone) => zone.add('example.com', 'NS', 'ns.deep.example.com'));
    expect(addressesOf(await search(world, NAME))).toMatchObject({ 'ns.deep.example.com.': ['192.0.2.95'] });
    expect(world.resolver.asked.filter((question) => question.includes('example.com'))).toEqual([]);
  });

  test('that nobody finds are listed without addresses, and looked for again the next time', async () => {
    const world = healthyWorld();
    world.resolver.override = ({ query, name }) =>
      name.endsWith('operator.net')
        ? reply(query, { flags: packet.RECURSION_AVAILABLE, rcode: RCODE.SERVFAIL })
        : undefined;
    const verifier = world.verifier();
    quirk(world, () => [], 'ns1.operator.net', 'ns2.operator.net');
    expect(addressesOf(await search(world, NAME, { verifier }))).toMatchObject({
      'ns1.example.com.': ['192.0.2.1', '2001:db8::1'],
      'ns1.operator.net.': [],
    });
    world.resolver.override = undefined;
    for (const host of ALL_HOSTS) world.servers.get(host)!.quirks.length = 0;
    expect(addressesOf(await search(world, NAME, { verifier }))).toMatchObject({
      'ns1.operator.net.': ['192.0.2.3'],
    });
  });

  test('none of which has an address are told as such', async () => {
    const world = healthyWorld();
    world.servers.get('a.nic.com')!.zone('com').add('empty.com', 'NS', 'gone.operator.net');
    await expect(search(world, '_dnsauth.empty.com')).rejects.toMatchObject({
      code: 'ZONE_NOT_FOUND',
      message: expect.stringContaining('gone.operator.net.'),
    });
  });

  test('that are CNAMEs are followed and marked', async () => {
    const world = healthyWorld();
    world.change('operator.net', (zone) =>
      zone.remove('ns2.operator.net').add('ns2.operator.net', 'CNAME', 'ns1.operator.net'),
    );
    const delegation = await search(world, NAME);
    expect(delegation.nameServers.at(-1)).toEqual({
      host: 'ns2.operator.net.',
      addresses: ['192.0.2.3'],
      isAlias: true,
    });
  });

  test('that are no host names are left out', async () => {
    const world = healthyWorld();
    world.change('com', (zone) => zone.add('example.com', 'NS', '-no host-.example.com'));
    expect((await search(world, NAME)).parent?.hosts).toHaveLength(4);
  });

  test('that are the challenge name, or above or below it, are not told to a resolver', async () => {
    const world = healthyWorld();
    const hosts = [
      'ns1.operator.net',
      'example.com',
      '_dnsauth.www.example.com',
      'a._dnsauth.www.example.com',
    ];
    world.change('example.com', (zone) => {
      for (const host of [...hosts, 'www.example.com']) zone.add('deep.www.example.com', 'NS', host);
    });
    world.change('com', (zone) => {
      for (const host of [...hosts, 'www.example.com']) zone.add('example.com', 'NS', host);
    });
    await search(world, '_dnsauth.www.example.com');
    expect(world.resolver.asked.filter((question) => question.includes('www.example.com'))).toEqual([]);
  });

  test.each([400, 1_000])('are bounded: %i NS records cost few questions', async (count) => {
    const world = healthyWorld();
    world.server('ns.many.com', ['192.0.2.90']);
    world.zone('many.com', ['ns.many.com']);
    world.change('many.com', (zone) => {
      for (let index = 0; index < count; index += 1) zone.add('many.com', 'NS', `ns${index}.many.com`);
    });
    const delegation = await search(world, '_dnsauth.many.com');
    expect(addressesOf(delegation)).toMatchObject({ 'ns.many.com.': ['192.0.2.90'] });
    expect(delegation.nameServers.length).toBeLessThanOrEqual(16);
    if (count === 400) expect(delegation).toMatchObject({ truncated: true, child: { length: 64 } });
    expect(world.internet.log.length).toBeLessThan(60);
  });

  test('are bounded: a chain of zones with hosts in each other costs few questions', async () => {
    const world = healthyWorld();
    const registry = world.servers.get('a.nic.net')!.zone('net');
    for (let zone = 0; zone < 40; zone += 1)
      for (let host = 0; host < 12; host += 1)
        registry.add(`z${zone}.net`, 'NS', `h${host}.z${(zone * 7 + host + 1) % 40}.net`);
    world.resolver.override = ({ query, name }) =>
      /z\d+\.net$/.test(name)
        ? reply(query, { flags: packet.RECURSION_AVAILABLE, rcode: RCODE.SERVFAIL })
        : undefined;
    await expect(search(world, '_dnsauth.z0.net')).rejects.toMatchObject({ code: 'TRANSIENT' });
    const toServers = world.internet.log.filter(({ to }) => to !== RESOLVER);
    expect(toServers.length).toBeLessThan(160);
    expect(world.internet.log.length).toBeLessThan(700);
  });

  test('with very many addresses are cut off, and it is said', async () => {
    const world = healthyWorld();
    const addresses = Array.from({ length: 40 }, (_, index) => `192.0.2.${150 + index}`);
    world.server('ns.wide.com', addresses);
    world.zone('wide.com', ['ns.wide.com']);
    const delegation = await search(world, '_dnsauth.wide.com');
    expect(delegation.truncated).toBe(true);
    expect(addressesOf(delegation)['ns.wide.com.']).toHaveLength(32);
  });
});

test('zones within zones without end come to an end', async () => {
  const world = healthyWorld();
  const labels = Array.from({ length: 40 }, () => 'a').join('.');
  const hostile: Quirk = ({ query, name }) => {
    const depth = (world.internet.log.length % 60) + 3;
    const zone = name.split('.').slice(-depth).join('.');
    return [
      reply(query, { flags: 0, authorities: [{ type: 'NS', name: zone, ttl: 0, data: 'ns1.example.com' }] }),
    ];
  };
  quirk(world, hostile, ...ALL_HOSTS);
  await search(world, `_dnsauth.${labels}.example.com`).catch((error) =>
    expect(error).toMatchObject({ code: 'TRANSIENT' }),
  );
  expect(world.internet.log.length).toBeLessThan(250);
});

test('a domain that nobody has registered is told also after the registry itself was looked at', async () => {
  const world = healthyWorld();
  const verifier = world.verifier();
  expect(await world.run(verifier.delegation('a.nic.com'))).toMatchObject({ zone: 'com.' });
  const report = await world.run(
    verifier.check([{ name: '_dnsauth.nobody.com', type: 'TXT', value: 'token' }]),
  );
  expect(report.records[0]?.findings.map(({ code }) => code)).toEqual(['ZONE_NOT_SERVED']);
});
