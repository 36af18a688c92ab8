import { describe, expect, test } from 'vitest';
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
