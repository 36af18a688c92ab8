import packet, { type Answer, type DecodedPacket, type OptAnswer } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { cachedByResolver } from '../src/diagnosis/network/cached-by-resolver.js';
import { lineSpecific } from '../src/diagnosis/network/line-specific.js';
import { oneFamilyBad } from '../src/diagnosis/network/one-family.js';
import { port53 } from '../src/diagnosis/network/port53.js';
import { rateLimited } from '../src/diagnosis/network/rate-limited.js';
import { splitHorizon } from '../src/diagnosis/network/split-horizon.js';
import type { Check } from '../src/diagnosis/scene.js';
import type { DiagnosedFinding } from '../src/index.js';
import { findingsIn, type SceneOptions } from './network-scene.js';
import { RCODE, reply } from './world/name-server.js';
import { healthyWorld, RESOLVER, World } from './world/world.js';

const NAME = '_dnsauth.example.com';
const V6 = '2001:db8::1';

const CHECKS = [lineSpecific, oneFamilyBad, port53, rateLimited, splitHorizon, cachedByResolver];
/** All checks of the network side. */
const everyCheck: Check = async (scene) => (await Promise.all(CHECKS.map((check) => check(scene)))).flat();
const findings = (world: World, options?: SceneOptions) => findingsIn(world, everyCheck, options);
const told = (found: readonly DiagnosedFinding[]) => found.map(({ code, severity }) => `${code} ${severity}`);

function publish(world: World, value = 'token-1'): World {
  world.change('example.com', (zone) => zone.remove(NAME).add(NAME, 'TXT', value));
  return world;
}

/** A healthy zone whose four hosts have addresses of both families. */
function dualStackWorld(): World {
  const world = new World();
  const hosts = [1, 2].map((number) => `ns${number}.example.com`);
  for (const [index, host] of hosts.entries())
    world.server(host, [`192.0.2.${index + 1}`, `2001:db8::${index + 1}`]);
  world.zone('example.com', hosts);
  return publish(world);
}

describe('in a healthy world', () => {
  test('nothing is found of a record that is there', async () => {
    expect(await findings(publish(healthyWorld()))).toEqual([]);
    expect(await findings(dualStackWorld())).toEqual([]);
  });

  test('nothing is found of a record that is not there yet, and no resolver is asked for it', async () => {
    const world = healthyWorld();
    expect(await findings(world)).toEqual([]);
    expect(world.resolver.asked.filter((question) => question.startsWith('_dnsauth'))).toEqual([]);
  });

  test('nothing is found of a name alone', async () => {
    expect(await findings(healthyWorld(), { record: null })).toEqual([]);
  });

  test('nothing is found of a zone whose servers have private addresses for all', async () => {
    const world = new World();
    world.server('ns1.example.com', ['10.0.0.1', 'fd00::1']);
    world.server('ns2.example.com', ['127.0.0.2']);
    world.zone('example.com', ['ns1.example.com', 'ns2.example.com']);
    expect(await findings(publish(world))).toEqual([]);
  });

  test('nothing is found by looking where no zone is known', async () => {
    const world = healthyWorld();
    const none: Check = (scene) => everyCheck({ ...scene, delegation: null, servers: [] });
    expect(await findingsIn(world, none)).toEqual([]);
    expect(world.internet.log.filter(({ to }) => to === RESOLVER)).toEqual([]);
  });
});

describe('LINE_SPECIFIC', () => {
  const TELECOM = '202.96.209.0/24';
  const MOBILE = '211.136.112.0/24';

  /** Every server answers by the subnet of the question. */
  function byLine(
    world: World,
    value: (subnet: string | undefined) => string | undefined,
    /** Whether the subnet comes back in the answer, as RFC 7871 wants it. */
    isEchoed = true,
  ): World {
    for (const server of world.servers.values())
      server.quirks.push((asked) => {
        if (asked.name !== NAME || asked.type !== 'TXT' || !server.host.startsWith('ns')) return undefined;
        const option = subnetOf(asked.query);
        const found = value(option && `${option.ip}/${option.sourcePrefixLength}`);
        const authorities = [server.zone('example.com').soa()];
        const options = option && isEchoed ? [{ code: 8, data: option.data }] : [];
        if (found === undefined) return [reply(asked.query, { rcode: RCODE.NXDOMAIN, authorities, options })];
        return [reply(asked.query, { answers: [txt(asked.query, found)], options })];
      });
    return world;
  }

  test('is fatal for a record that one line has only, with every place as evidence', async () => {
    const world = byLine(healthyWorld(), (subnet) => (subnet === TELECOM ? 'token-1' : undefined));
    const found = await findings(world);
    expect(told(found)).toEqual(['LINE_SPECIFIC fatal']);
    expect(found[0]?.message).toBe(
      'ns1.example.com (192.0.2.1) has the TXT at _dnsauth.example.com for questions from China Telecom, and not for those from here, China Unicom, China Mobile, nowhere (0.0.0.0/0), the United States, Europe.',
    );
    expect(found[0]?.evidence.map(({ question, answer }) => [question, answer])).toEqual([
      [`${NAME}. TXT`, 'NXDOMAIN'],
      [`${NAME}. TXT client subnet ${TELECOM}`, 'NOERROR'],
      [`${NAME}. TXT client subnet 202.106.0.0/24`, 'NXDOMAIN'],
      [`${NAME}. TXT client subnet ${MOBILE}`, 'NXDOMAIN'],
      [`${NAME}. TXT client subnet 0.0.0.0/0`, 'NXDOMAIN'],
      [`${NAME}. TXT client subnet 12.0.0.0/24`, 'NXDOMAIN'],
      [`${NAME}. TXT client subnet 193.0.6.0/24`, 'NXDOMAIN'],
    ]);
  });

  test('is fatal also if this machine is on the line that has it', async () => {
    const domestic = new Set<string | undefined>([undefined, TELECOM, MOBILE, '202.106.0.0/24']);
    const world = byLine(healthyWorld(), (subnet) => (domestic.has(subnet) ? 'token-1' : 'another'));
    world.resolver.override = ({ query, name }) =>
      name === NAME ? reply(query, { flags: packet.RECURSION_AVAILABLE, rcode: RCODE.SERVFAIL }) : undefined;
    expect(told(await findings(world))).toEqual(['LINE_SPECIFIC fatal']);
  });

  test('is a warning if the default line has it and another has another value', async () => {
    const world = byLine(healthyWorld(), (subnet) => (subnet === MOBILE ? 'old' : 'token-1'));
    const found = await findings(world);
    expect(told(found)).toEqual(['LINE_SPECIFIC warning']);
    expect(found[0]?.message).toContain('but for those from China Mobile it has "old"');
    const absent = byLine(healthyWorld(), (subnet) => (subnet === MOBILE ? undefined : 'token-1'));
    expect((await findings(absent))[0]?.message).toContain('it has no such record');
  });

  test('is told of a server that heeds subnets without saying so, once its answers have proved steady', async () => {
    const world = byLine(healthyWorld(), (subnet) => (subnet === TELECOM ? 'token-1' : undefined), false);
    expect(told(await findings(world, { hosts: ['ns2.example.com'] }))).toEqual(['LINE_SPECIFIC fatal']);
    const plain = world.internet.log.filter(
      ({ to, name, query }) => to === '192.0.2.2' && name === NAME && !subnetOf(query),
    );
    expect(plain).toHaveLength(4);
  });

  test('is not told of a server whose machines differ, whatever the line', async () => {
    const world = healthyWorld();
    let count = 0;
    byLine(world, () => (count++ % 2 === 0 ? undefined : 'token-1'), false);
    const found = await findings(world, { hosts: ['ns1.example.com'] });
    expect(told(found).filter((line) => line.startsWith('LINE'))).toEqual([]);
  });

  test('counts a question without subnet where questions with one fail', async () => {
    const world = byLine(healthyWorld(), (subnet) => (subnet === TELECOM ? 'token-1' : undefined));
    for (const server of world.servers.values())
      server.quirks.unshift((asked) => {
        const subnet = subnetOf(asked.query);
        const isTaken = !subnet || subnet.ip === '202.96.209.0';
        return isTaken ? undefined : [reply(asked.query, { flags: 0, rcode: RCODE.FORMERR })];
      });
    expect(told(await findings(world))).toEqual(['LINE_SPECIFIC fatal']);
  });
});

describe('IPV6_ONLY_BAD and V4_ONLY_BAD', () => {
  test('tell of a host that is silent over IPv6, and that it may be this machine', async () => {
    const world = publish(healthyWorld());
    silence(world, V6);
    const found = await findings(world);
    expect(told(found)).toEqual(['IPV6_ONLY_BAD warning']);
    expect(found[0]?.message).toBe(
      "ns1.example.com (2001:db8::1) does not answer over IPv6, though the same hosts are right over IPv4. No server of the zone answers over IPv6 here, so it may also be this machine's IPv6 that does not work.",
    );
    expect(found[0]?.evidence.map(({ server, answer }) => [server, answer])).toEqual([
      [V6, 'timeout'],
      ['192.0.2.1', 'NOERROR'],
    ]);
  });

  test('have no doubt about this machine where another server answers over that family', async () => {
    const world = dualStackWorld();
    silence(world, '2001:db8::2');
    const found = await findings(world);
    expect(told(found)).toEqual(['IPV6_ONLY_BAD warning']);
    expect(found[0]?.message).toBe(
      'ns2.example.com (2001:db8::2) does not answer over IPv6, though the same hosts are right over IPv4.',
    );
  });

  test('tell of hosts that are behind over IPv4', async () => {
    const world = dualStackWorld();
    for (const server of world.servers.values())
      server.quirks.push(({ query, name, to }) =>
        name === NAME && to.startsWith('192.0.2.')
          ? [reply(query, { rcode: RCODE.NXDOMAIN, authorities: [server.zone('example.com').soa()] })]
          : undefined,
      );
    const found = await findings(world);
    expect(told(found)).toEqual(['V4_ONLY_BAD warning']);
    expect(found[0]?.message).toBe(
      'ns1.example.com (192.0.2.1), ns2.example.com (192.0.2.2) do not have the record over IPv4, though the same hosts are right over IPv6.',
    );
    expect(found[0]?.remedy).toContain('take the A records');
  });

  test('tell apart what is silent and what is behind', async () => {
    const world = dualStackWorld();
    silence(world, '2001:db8::1');
    world.servers
      .get('ns2.example.com')!
      .quirks.push(({ query, name, to }) =>
        name === NAME && to === '2001:db8::2' ? [reply(query, { rcode: RCODE.NXDOMAIN })] : undefined,
      );
    const [found] = await findings(world);
    expect(found?.message).toContain(
      'ns1.example.com (2001:db8::1) does not answer over IPv6; ns2.example.com (2001:db8::2) does not have the record over IPv6',
    );
  });

  test('tell of a name alone too', async () => {
    const world = dualStackWorld();
    for (const address of ['2001:db8::1', '2001:db8::2']) silence(world, address);
    expect(told(await findings(world, { record: null }))).toEqual(['IPV6_ONLY_BAD warning']);
    expect((await findings(world, { record: null }))[0]?.message).toContain(' do not answer over IPv6');
  });

  test('are not told of one question that was lost', async () => {
    const world = publish(healthyWorld());
    silence(world, V6);
    world.clock.at(2_100, () => {
      Object.assign(world.internet.host(V6), { udp: 'open', tcp: 'open' });
    });
    expect(await findings(world)).toEqual([]);
  });

  test('are not told where this machine has no route, nor of a host that is silent as a whole', async () => {
    const cutOff = publish(healthyWorld());
    cutOff.internet.cutOff(V6);
    expect(await findings(cutOff)).toEqual([]);
    const dead = dualStackWorld();
    for (const address of ['192.0.2.1', '2001:db8::1']) silence(dead, address);
    expect(await findings(dead)).toEqual([]);
  });
});

describe('PORT53_HIJACKED', () => {
  /** Something on the way answers every question to port 53, from the resolver's cache. */
  function intercepted(...more: string[]): World {
    const world = healthyWorld();
    for (const address of ['192.0.2.1', V6, '192.0.2.2', '192.0.2.3', '192.0.2.4', ...more])
      world.internet.connect(address, {
        answer: ({ query }) => [reply(query, { flags: packet.RECURSION_AVAILABLE })],
      });
    return world;
  }

  test('is certain if an address answers where no server is', async () => {
    const found = await findings(intercepted('203.0.113.254'));
    expect(told(found)).toEqual(['PORT53_HIJACKED warning']);
    expect(found[0]?.message).toContain('An answer came from 203.0.113.254, where no server is');
    expect(found[0]?.evidence[0]).toMatchObject({ server: '203.0.113.254', question: '. NS' });
    expect(found[0]?.evidence).toHaveLength(6);
  });

  test('is one of two things if all servers answer as resolvers do', async () => {
    const found = await findings(intercepted());
    expect(told(found)).toEqual(['PORT53_HIJACKED warning']);
    expect(found[0]?.message).toContain('which of the two cannot be known from here');
  });

  test('is not told if one server answers otherwise', async () => {
    const world = intercepted();
    world.internet.connect('192.0.2.4', {
      answer: ({ query }) => [reply(query, { flags: 0, rcode: RCODE.SERVFAIL })],
    });
    expect(await findings(world)).toEqual([]);
  });

  test('is not told of servers that refuse, nor of one server alone', async () => {
    const refusing = healthyWorld();
    for (const server of refusing.servers.values())
      server.quirks.push(({ query, name }) =>
        name === NAME ? [reply(query, { flags: 0, rcode: RCODE.SERVFAIL })] : undefined,
      );
    expect(await findings(refusing)).toEqual([]);
    expect(await findings(intercepted(), { hosts: ['ns2.example.com'] })).toEqual([]);
  });

  test('is looked for by one question, and only where no server has authority', async () => {
    const strangers = (world: World) => world.internet.log.filter(({ to }) => to === '203.0.113.254');
    const healthy = healthyWorld();
    await findings(healthy);
    expect(strangers(healthy)).toEqual([]);
    const world = intercepted();
    await findings(world);
    // It is sent again where nothing comes back.
    expect(new Set(strangers(world).map(({ name, type }) => `${name}. ${type}`))).toEqual(new Set(['. NS']));
  });
});

describe('PORT53_CLOSED', () => {
  function unreachable(): World {
    const world = publish(healthyWorld());
    for (const address of ['192.0.2.1', V6, '192.0.2.2', '192.0.2.3', '192.0.2.4']) silence(world, address);
    return world;
  }

  test('is told if no server answers and the resolver knows the zone', async () => {
    const found = await findings(unreachable());
    expect(told(found)).toEqual(['PORT53_CLOSED info']);
    expect(found[0]?.message).toContain('None of the 5 addresses of name servers of example.com answers');
    expect(found[0]?.evidence[0]).toMatchObject({ server: RESOLVER, question: 'example.com. SOA' });
  });

  test('is not told if the resolver does not answer either, or does not know the zone', async () => {
    const silent = unreachable();
    silence(silent, RESOLVER);
    expect(await findings(silent)).toEqual([]);
    const failing = unreachable();
    failing.resolver.override = ({ query }) =>
      reply(query, { flags: packet.RECURSION_AVAILABLE, rcode: RCODE.SERVFAIL });
    expect(await findings(failing)).toEqual([]);
  });

  test('is not told of one address alone', async () => {
    expect(await findings(unreachable(), { hosts: ['ns2.example.com'] })).toEqual([]);
  });

  test('is not told of servers that are silent to questions with EDNS only', async () => {
    const plain = publish(healthyWorld());
    for (const server of plain.servers.values())
      if (server.host.startsWith('ns'))
        server.quirks.push(({ query }) => (query.additionals?.length ? [] : undefined));
    expect(await findings(plain)).toEqual([]);
  });
});

describe('RATE_LIMITED', () => {
  /** ns2 answers so many questions, and then as told. */
  function limiting(
    answered: number,
    then: (query: DecodedPacket, via: string) => Buffer[] | undefined,
  ): World {
    const world = publish(healthyWorld());
    let left = answered;
    world.servers.get('ns2.example.com')!.quirks.push(({ query, via, name }) => {
      if (name !== NAME) return undefined;
      if (via === 'udp') left -= 1;
      return left < 0 ? then(query, via) : undefined;
    });
    return world;
  }
  const slip = (query: DecodedPacket, via: string) =>
    via === 'udp' ? [reply(query, { flags: packet.TRUNCATED_RESPONSE })] : undefined;
  const refuse = (query: DecodedPacket) => [reply(query, { flags: 0, rcode: RCODE.REFUSED })];

  /** The first question of the scene has met the limit, which has passed since. */
  const limited = (world: World) => {
    let isFirst = true;
    world.servers.get('ns2.example.com')!.quirks.unshift(({ query, name, via }) => {
      if (!isFirst || name !== NAME || via !== 'udp') return undefined;
      isFirst = false;
      return refuse(query);
    });
    return world;
  };

  test('is told of a server that cuts off short answers when they are many', async () => {
    const found = await findings(limited(limiting(2, slip)));
    expect(told(found)).toEqual(['RATE_LIMITED info']);
    expect(found[0]?.message).toContain('ns2.example.com (192.0.2.2) answered at first');
    expect(found[0]?.evidence).toHaveLength(5);
  });

  test('is told of a server that cuts off, and takes no TCP', async () => {
    const world = limited(limiting(2, slip));
    world.internet.host('192.0.2.2').tcp = 'closed';
    expect(told(await findings(world))).toEqual(['RATE_LIMITED info']);
  });

  test('is told of a server that refuses or drops what comes after', async () => {
    expect(told(await findings(limited(limiting(3, refuse))))).toEqual(['RATE_LIMITED info']);
    expect(told(await findings(limited(limiting(2, () => []))))).toEqual(['RATE_LIMITED info']);
  });

  test('is not told of chance: one or two questions lost', async () => {
    expect(await findings(limited(limiting(3, () => [])))).toEqual([]);
    expect(await findings(limited(limiting(4, refuse)))).toEqual([]);
  });

  test('is not told of a server that refuses or drops everything, and that is not asked five times', async () => {
    for (const then of [refuse, () => []]) {
      const world = limiting(0, then);
      expect(await findings(world)).toEqual([]);
      const asked = world.internet.log.filter(({ to, name }) => to === '192.0.2.2' && name === NAME);
      // One question of the scene and one more, each with up to three datagrams and a connection.
      expect(asked.length).toBeLessThanOrEqual(8);
    }
  });

  test('is not told of a server whose every answer needs TCP', async () => {
    expect(await findings(limiting(0, slip))).toEqual([]);
    const world = publish(healthyWorld());
    world.change('example.com', (zone) => {
      for (let index = 0; index < 12; index += 1) zone.add(NAME, 'TXT', `${index}`.repeat(120));
    });
    expect(told(await findings(world))).toEqual([]);
    world.internet.host('192.0.2.2').tcp = 'closed';
    expect(await findings(world)).toEqual([]);
  });
});

describe('SPLIT_HORIZON', () => {
  const flags = packet.RECURSION_AVAILABLE;
  function resolverSays(
    world: World,
    question: string,
    answer: (query: DecodedPacket) => Parameters<typeof reply>[1],
  ): World {
    world.resolver.override = ({ query, name, type }) =>
      `${name} ${type}` === question ? reply(query, { flags, ...answer(query) }) : undefined;
    return world;
  }
  const record = (type: string, data: unknown) => (query: DecodedPacket) => {
    const { name } = query.questions![0]!;
    return { answers: [{ type, name, ttl: 60, data } as Answer] };
  };

  test('is told of a resolver that names other servers', async () => {
    const world = resolverSays(healthyWorld(), 'example.com NS', record('NS', 'dc1.corp.example.com'));
    const found = await findings(world);
    expect(told(found)).toEqual(['SPLIT_HORIZON info']);
    expect(found[0]?.message).toContain(
      `The resolver ${RESOLVER} names other servers for example.com: dc1.corp.example.com.`,
    );
    expect(found[0]?.evidence).toMatchObject([{ server: RESOLVER, question: 'example.com. NS' }]);
  });

  test('is told of a resolver that does not know the zone', async () => {
    const world = resolverSays(healthyWorld(), 'example.com NS', () => ({ rcode: RCODE.NXDOMAIN }));
    const found = await findings(world);
    expect(told(found)).toEqual(['SPLIT_HORIZON info']);
    expect(found[0]?.message).toContain('knows no name servers of example.com.');
  });

  test.each([
    ['ns2.example.com A', 'A', '10.1.2.3'],
    ['ns1.example.com AAAA', 'AAAA', 'fd12::53'],
  ])(
    'is told of a resolver that gives a name server a private address (%s)',
    async (question, type, data) => {
      const found = await findings(resolverSays(healthyWorld(), question, record(type, data)));
      expect(told(found)).toEqual(['SPLIT_HORIZON info']);
      expect(found[0]?.message).toContain(`the address ${data}, and the delegation`);
    },
  );

  test('is told of a resolver that has a zone of its own without the record', async () => {
    const own = { flags: flags | packet.AUTHORITATIVE_ANSWER, rcode: RCODE.NXDOMAIN };
    const world = resolverSays(publish(healthyWorld()), `${NAME} TXT`, () => own);
    const found = await findings(world);
    expect(told(found)).toEqual(['SPLIT_HORIZON info']);
    expect(found[0]?.message).toContain('from a zone of its own, which does not have the record');
  });

  test('is not told of a resolver that has a zone of its own with the record', async () => {
    const world = resolverSays(publish(healthyWorld()), `${NAME} TXT`, (query) => ({
      flags: flags | packet.AUTHORITATIVE_ANSWER,
      answers: [txt(query, 'token-1')],
    }));
    expect(await findings(world)).toEqual([]);
  });

  test('is not told of a resolver that fails, or does not answer', async () => {
    for (const question of ['example.com NS', 'ns2.example.com A', `${NAME} TXT`]) {
      const world = resolverSays(publish(healthyWorld()), question, () => ({ rcode: RCODE.SERVFAIL }));
      expect(await findings(world)).toEqual([]);
    }
    const silent = publish(healthyWorld());
    silence(silent, RESOLVER);
    expect(await findings(silent)).toEqual([]);
  });

  test('is not looked for at a name that a CNAME leads to and that is not served yet', async () => {
    const world = healthyWorld();
    const chained: Check = (scene) => {
      const link = { name: scene.name, zone: scene.delegation!.zone, target: 'ns2.example.com.' as never };
      return splitHorizon({ ...scene, chain: [link] });
    };
    expect(await findingsIn(world, chained)).toEqual([]);
    expect(world.resolver.asked).toContain('ns1.example.com A');
    expect(world.resolver.asked).not.toContain('ns2.example.com A');
  });

  test('is not told of a server that only the zone itself names, or only the zone above', async () => {
    const world = resolverSays(healthyWorld(), 'example.com NS', record('NS', 'ns9.example.com'));
    const delegatedBy = (place: 'parent' | 'child'): Check => {
      return (scene) => {
        const hosts = ['ns9.example.com.'] as never[];
        const more = place === 'child' ? { child: hosts } : { parent: { zone: 'com.' as never, hosts } };
        return everyCheck({ ...scene, delegation: { ...scene.delegation!, ...more } });
      };
    };
    expect(await findingsIn(world, delegatedBy('parent'))).toEqual([]);
    expect(await findingsIn(world, delegatedBy('child'))).toEqual([]);
  });
});

describe('NEG_CACHED and OLD_CACHED of the given resolver', () => {
  async function askTooEarly(world: World): Promise<void> {
    const asking: Check = async (scene) => {
      await scene.ask.resolver({ name: scene.name, type: 'TXT' });
      return [];
    };
    await findingsIn(world, asking, { isServedEverywhere: true });
  }

  test('are told with the seconds that are left', async () => {
    const negative = healthyWorld();
    await askTooEarly(negative);
    const absent = await findings(publish(negative));
    expect(told(absent)).toEqual(['NEG_CACHED info']);
    expect(absent[0]?.message).toContain(`the resolver ${RESOLVER} keeps "absent" for 300 s more`);
    const old = publish(healthyWorld(), 'old');
    await askTooEarly(old);
    const stale = await findings(publish(old));
    expect(told(stale)).toEqual(['OLD_CACHED info']);
    expect(stale[0]?.message).toContain(`the resolver ${RESOLVER} keeps "old" for 300 s more`);
  });

  test('are not told before every server has the record', async () => {
    const world = healthyWorld();
    await askTooEarly(world);
    publish(world);
    expect(await findings(world, { isServedEverywhere: false })).toEqual([]);
  });
});

function silence(world: World, address: string): void {
  Object.assign(world.internet.host(address), { udp: 'silent', tcp: 'silent' });
}

function txt(query: DecodedPacket, value: string): Answer {
  return { type: 'TXT', name: query.questions![0]!.name, ttl: 60, data: Buffer.from(value) };
}

interface SubnetOption {
  ip: string;
  sourcePrefixLength: number;
  data: Buffer;
}

function subnetOf(query: DecodedPacket): SubnetOption | undefined {
  const opt = query.additionals?.find((record): record is OptAnswer => record.type === 'OPT');
  const option = opt?.options.find(({ code }) => (code as unknown) === 8);
  return option as unknown as SubnetOption | undefined;
}
