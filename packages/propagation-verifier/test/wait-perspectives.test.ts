import packet, { type Answer, type DecodedPacket } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import type { Perspective, VerifierEvent, WaitOptions } from '../src/index.js';
import { RCODE, reply } from './world/name-server.js';
import { healthyWorld, type World } from './world/world.js';

const NAME = '_dnsauth.example.com';
const record = { name: NAME, type: 'TXT', value: 'token-1' } as const;
const ADDRESSES = ['203.0.113.61', '203.0.113.62', '203.0.113.63'];
const perspectives: Perspective[] = ADDRESSES.map((resolver, index) => ({ name: `p${index + 1}`, resolver }));

/** With three resolvers elsewhere. */
function observedWorld() {
  const world = healthyWorld();
  const resolvers = ADDRESSES.map((address) => world.addResolver(address));
  return { world, resolvers };
}

function serve(world: World): void {
  world.change('example.com', (zone) => zone.add(NAME, 'TXT', 'token-1'));
}

/** A resolver's "there is none", to be kept so many seconds more. */
function negative(query: DecodedPacket, ttl: number): Buffer {
  const data = {
    mname: 'ns1.example.com',
    rname: 'hostmaster.example.com',
    serial: 1,
    refresh: 60,
    retry: 60,
    expire: 60,
    minimum: 300,
  };
  const authorities: Answer[] = [{ type: 'SOA', name: 'example.com', ttl, data }];
  return reply(query, { flags: packet.RECURSION_AVAILABLE, rcode: RCODE.NXDOMAIN, authorities });
}

async function wait(world: World, options: WaitOptions) {
  const events: VerifierEvent[] = [];
  const report = await world.run(
    world.verifier().wait([record], { ...options, onEvent: (event) => events.push(event) }),
  );
  return { report, record: report.records[0]!, types: events.map(({ type }) => type) };
}

describe('perspectives', () => {
  test('are asked when every server has the record, never before', async () => {
    const { world, resolvers } = observedWorld();
    let askedBefore: number | undefined;
    world.clock.at(2_000, () => {
      askedBefore = resolvers.flatMap(({ asked }) => asked).length;
      serve(world);
    });
    const { report, record: found, types } = await wait(world, { perspectives });
    expect(askedBefore).toBe(0);
    expect(report.ok).toBe(true);
    expect(found.perspectives.map(({ name, status }) => [name, status])).toEqual([
      ['p1', 'visible'],
      ['p2', 'visible'],
      ['p3', 'visible'],
    ]);
    expect(types.filter((type) => type === 'perspective')).toHaveLength(3);
    expect(types.at(-1)).toBe('visible');
  });

  test('that keep "there is none" delay the verdict until they forget it, within the quorum', async () => {
    const { world, resolvers } = observedWorld();
    for (const resolver of resolvers.slice(0, 2)) {
      resolver.override = ({ type, at, query }) =>
        type === 'TXT' && at < 20_000 ? negative(query, Math.ceil((20_000 - at) / 1_000)) : undefined;
    }
    serve(world);
    const { report, record: found } = await wait(world, { perspectives });
    expect(report.ok).toBe(true);
    expect(found.elapsedMs).toBeGreaterThan(19_000);
    expect(found.elapsedMs).toBeLessThan(23_000);
  });

  test('that do not agree in time leave the record pending, with the time at which they will', async () => {
    const { world, resolvers } = observedWorld();
    for (const resolver of resolvers.slice(0, 2))
      resolver.override = (asked) => (asked.type === 'TXT' ? negative(asked.query, 300) : undefined);
    serve(world);
    const { report, record: found, types } = await wait(world, { perspectives, timeoutMs: 10_000 });
    expect(report.ok).toBe(false);
    expect(found.verdict).toBe('pending');
    expect(found.servers.every(({ status }) => status === 'visible')).toBe(true);
    expect(found.findings.map(({ code }) => code)).toContain('NEG_CACHED');
    expect(found.perspectives[0]).toMatchObject({ status: 'absent', clearsInMs: expect.any(Number) });
    expect(types).not.toContain('visible');
  });

  test('of whom one may disagree do not hinder', async () => {
    const { world, resolvers } = observedWorld();
    resolvers[0]!.override = (asked) => (asked.type === 'TXT' ? negative(asked.query, 300) : undefined);
    serve(world);
    const { report } = await wait(world, { perspectives });
    expect(report.ok).toBe(true);
    expect((await wait(world, { perspectives, quorum: 'all', timeoutMs: 5_000 })).report.ok).toBe(false);
  });
});
