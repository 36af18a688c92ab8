import { describe, expect, test } from 'vitest';
import type { Transport } from '../src/index.js';
import { healthyWorld, type World } from './world/world.js';
import { ZoneData } from './world/zone-data.js';

const APEX = { name: '_dnsauth.example.com', type: 'TXT', value: 'token-1' } as const;
const SUB = { ...APEX, name: '_dnsauth.sub.example.com' } as const;

/** `sub.example.com` lies on another server, and the servers of `example.com` hold an old copy of it, with the record. */
function movedWorld(): World {
  const world = healthyWorld();
  world.server('ns1.proof.org', ['192.0.2.21']);
  world.zone('proof.org', ['ns1.proof.org']);
  world.zone('sub.example.com', ['ns1.proof.org']);
  world.change('example.com', (zone, server) => {
    zone.add(APEX.name, 'TXT', 'token-1');
    server
      .hold(new ZoneData('sub.example.com'))
      .add('sub.example.com', 'NS', 'ns1.proof.org')
      .add(SUB.name, 'TXT', 'token-1');
  });
  return world;
}

describe('a zone below that the servers of the zone above still hold', () => {
  test('is asked at the servers that it is delegated to', async () => {
    const world = movedWorld();
    const { records } = await world.run(
      world.verifier().wait([APEX, SUB], { timeoutMs: 3_000, stopEarly: false }),
    );
    expect(records.map(({ visible }) => visible)).toEqual([true, false]);
    expect(records[1]).toMatchObject({
      zone: 'sub.example.com.',
      servers: [{ address: '192.0.2.21', status: 'absent' }],
    });
  });

  test('is so by one look, too', async () => {
    const world = movedWorld();
    const { records } = await world.run(world.verifier().check([APEX, SUB]));
    expect(records.map(({ visible }) => visible)).toEqual([true, false]);
  });

  test('is found there as soon as the record is', async () => {
    const world = movedWorld();
    world.clock.at(2_000, () =>
      world.servers.get('ns1.proof.org')!.zone('sub.example.com').add(SUB.name, 'TXT', 'token-1'),
    );
    const { ok, records } = await world.run(world.verifier().wait([APEX, SUB]));
    expect(ok).toBe(true);
    expect(records[1]!.elapsedMs).toBeGreaterThan(2_000);
    expect(records[1]!.elapsedMs).toBeLessThan(2_200);
  });
});

test('one more question shows the zone of a record that is there at once, and none of a record that comes later', async () => {
  const asked = async (at: number) => {
    const world = healthyWorld();
    world.clock.at(at, () => world.change('example.com', (zone) => zone.add(APEX.name, 'TXT', 'token-1')));
    const verifier = world.verifier();
    await world.run(verifier.delegation('www.example.com'));
    const before = world.internet.log.length;
    expect((await world.run(verifier.wait([APEX]))).ok).toBe(true);
    return world.internet.log.slice(before).filter(({ type, name }) => type === 'SOA' && name === APEX.name)
      .length;
  };
  expect(await asked(0)).toBe(1);
  expect(await asked(2_000)).toBe(0);
});

describe('the zone of a record', () => {
  test('that cannot be proven, since no server answers for the SOA record, is taken for what it is asked as', async () => {
    const world = healthyWorld();
    world.change('example.com', (zone) => zone.add(APEX.name, 'TXT', 'token-1'));
    const verifier = world.verifier();
    await world.run(verifier.delegation('www.example.com'));
    for (const server of world.servers.values())
      server.quirks.push(({ type, name }) => (type === 'SOA' && name === APEX.name ? [] : undefined));
    expect((await world.run(verifier.wait([APEX]))).ok).toBe(true);
  });

  test('that is cut out of it during the wait is followed', async () => {
    const world = healthyWorld();
    world.server('ns1.proof.org', ['192.0.2.21']);
    world.zone('proof.org', ['ns1.proof.org']);
    world.clock.at(1_500, () =>
      world.zone('sub.example.com', ['ns1.proof.org']).add(SUB.name, 'TXT', 'token-1'),
    );
    const { ok, records } = await world.run(world.verifier().wait([SUB]));
    expect(ok).toBe(true);
    expect(records[0]!.zone).toBe('sub.example.com.');
  });

  test('that is cut out of it without addresses of its servers is told', async () => {
    const world = healthyWorld();
    world.clock.at(1_500, () =>
      world.change('example.com', (zone) => zone.add('sub.example.com', 'NS', 'ns1.nowhere.invalid')),
    );
    const { ok, records } = await world.run(world.verifier().wait([SUB], { timeoutMs: 60_000 }));
    expect(ok).toBe(false);
    expect(records[0]!.findings.map(({ code }) => code)).toContain('ZONE_NOT_SERVED');
  });
});

test('a wait that ends before the name servers are found says so', async () => {
  const world = healthyWorld();
  world.internet.host('198.51.100.10').rttMs = 900;
  const { records } = await world.run(world.verifier().wait([APEX], { timeoutMs: 300 }));
  expect(records[0]).toMatchObject({ zone: null, servers: [], visible: false });
  expect(records[0]!.findings[0]!.message).toContain('not found in time');
});

test('a defect in the transport rejects', async () => {
  for (const name of [APEX.name, 'target.example.com']) {
    const world = healthyWorld();
    world.change('example.com', (zone) => zone.add(APEX.name, 'CNAME', 'target.example.com'));
    const { internet } = world;
    const transport: Transport = {
      udp: async (query, server, options) => {
        if (
          query.bytes.toString('latin1').toLowerCase().includes(name.split('.')[0]!) &&
          query.bytes[query.questionEnd - 3] === 16
        )
          throw new Error('defect');
        return internet.udp(query, server, options);
      },
      tcp: (...question) => internet.tcp(...question),
      https: (...question) => internet.https(...question),
    };
    await expect(world.run(world.verifier({ transport }).wait([APEX]))).rejects.toThrow('defect');
  }
});
