import { describe, expect, test } from 'vitest';
import type { VerifierEvent } from '../src/index.js';
import { reply } from './world/name-server.js';
import { healthyWorld, type World } from './world/world.js';

const NAME = '_dnsauth.example.com';
const TARGET = '_dnsauth.example.com.proof.org';
const record = { name: NAME, type: 'TXT', value: 'token-1' } as const;
const PROOF_HOSTS = ['ns1.proof.org', 'ns2.proof.org'];

/** `example.com` with its challenge pointed to a zone of another operator, which does not hold it yet. */
function delegatedWorld(): World {
  const world = healthyWorld();
  world.server('ns1.proof.org', ['192.0.2.21']);
  world.server('ns2.proof.org', ['192.0.2.22']);
  world.zone('proof.org', PROOF_HOSTS);
  world.change('example.com', (zone) => zone.add(NAME, 'CNAME', TARGET));
  return world;
}

function prove(world: World, name = TARGET, zone = 'proof.org'): void {
  world.change(zone, (data) => data.add(name, 'TXT', 'token-1'));
}

describe('a TXT behind a CNAME', () => {
  test('is awaited at the servers of the zone that the CNAME leads to', async () => {
    const world = delegatedWorld();
    world.clock.at(4_000, () => prove(world));
    const events: VerifierEvent[] = [];
    const report = await world.run(
      world.verifier().wait([record], { onEvent: (event) => events.push(event) }),
    );
    expect(report.ok).toBe(true);
    const [found] = report.records;
    expect(found).toMatchObject({
      zone: 'example.com.',
      verdict: 'visible',
      chain: [{ name: `${NAME}.`, zone: 'example.com.', target: `${TARGET}.` }],
    });
    expect(found!.elapsedMs).toBeGreaterThan(4_000);
    expect(found!.elapsedMs).toBeLessThan(4_200);
    const places = found!.servers.map(({ zone, name, address, status }) => [zone, name, address, status]);
    expect(places).toContainEqual(['proof.org.', `${TARGET}.`, '192.0.2.22', 'visible']);
    expect(places).toContainEqual(['example.com.', `${NAME}.`, '2001:db8::1', 'visible']);
    expect(places).toHaveLength(7);
    const delegations = events.filter(({ type }) => type === 'delegation');
    expect(delegations).toMatchObject([{ target: `${NAME}.` }, { target: `${TARGET}.`, zone: 'proof.org.' }]);
    expect(world.resolver.asked.filter((question) => question.startsWith('_'))).toEqual([]);
  });

  test('is not visible while one server of its zone lacks it', async () => {
    const world = delegatedWorld();
    world.servers.get('ns1.proof.org')!.zone('proof.org').add(TARGET, 'TXT', 'token-1');
    const { ok, records } = await world.run(world.verifier().wait([record], { timeoutMs: 5_000 }));
    expect(ok).toBe(false);
    expect(
      records[0]!.servers.filter(({ zone }) => zone === 'proof.org.').map(({ status }) => status),
    ).toEqual(['visible', 'absent']);
  });

  test('is not visible while one server of the first zone lacks the CNAME', async () => {
    const world = delegatedWorld();
    prove(world);
    world.servers.get('ns2.operator.net')!.zone('example.com').remove(NAME);
    world.clock.at(3_000, () =>
      world.servers.get('ns2.operator.net')!.zone('example.com').add(NAME, 'CNAME', TARGET),
    );
    const { ok, records } = await world.run(world.verifier().wait([record]));
    expect(ok).toBe(true);
    expect(records[0]!.elapsedMs).toBeGreaterThan(3_000);
  });

  test('is not visible while servers point to different names', async () => {
    const world = delegatedWorld();
    prove(world);
    const stale = world.servers.get('ns2.example.com')!.zone('example.com');
    stale.remove(NAME).add(NAME, 'CNAME', 'old.proof.org');
    const { ok, records } = await world.run(world.verifier().wait([record], { timeoutMs: 5_000 }));
    expect(ok).toBe(false);
    const other = records[0]!.servers.find(({ address }) => address === '192.0.2.2');
    expect(other).toMatchObject({ status: 'cname', values: ['old.proof.org.'] });
  });

  test('is found when all servers change the CNAME while it is awaited', async () => {
    const world = delegatedWorld();
    prove(world, 'new.proof.org');
    world.clock.at(2_500, () =>
      world.change('example.com', (zone) => zone.remove(NAME).add(NAME, 'CNAME', 'new.proof.org')),
    );
    const { ok, records } = await world.run(world.verifier().wait([record]));
    expect(ok).toBe(true);
    expect(records[0]!.chain).toMatchObject([{ target: 'new.proof.org.' }]);
    expect(new Set(records[0]!.servers.map(({ name }) => name))).toEqual(
      new Set([`${NAME}.`, 'new.proof.org.']),
    );
  });

  test('is found when the CNAME gives way to the TXT itself', async () => {
    const world = delegatedWorld();
    world.clock.at(2_500, () =>
      world.change('example.com', (zone) => zone.remove(NAME).add(NAME, 'TXT', 'token-1')),
    );
    const { ok, records } = await world.run(world.verifier().wait([record]));
    expect(ok).toBe(true);
    expect(records[0]!.chain).toEqual([]);
    expect(records[0]!.servers).toHaveLength(5);
  });

  test('is not believed from a server that is none of the zone which holds it', async () => {
    const world = delegatedWorld();
    // Every server of example.com has an old copy of the other zone, and sends its TXT along.
    world.change('example.com', (_zone, server) => {
      server.quirks.push((asked) => {
        if (asked.type !== 'TXT' || asked.name !== NAME) return undefined;
        const question = asked.query.questions![0]!.name;
        return [
          reply(asked.query, {
            answers: [
              { type: 'CNAME', name: question, ttl: 60, data: TARGET },
              { type: 'TXT', name: TARGET, ttl: 60, data: [Buffer.from('token-1')] },
            ],
          }),
        ];
      });
    });
    const { ok } = await world.run(world.verifier().wait([record], { timeoutMs: 5_000 }));
    expect(ok).toBe(false);
  });

  test('is found within its own zone, over two CNAMEs', async () => {
    const world = healthyWorld();
    world.change('example.com', (zone) =>
      zone
        .add(NAME, 'CNAME', 'a.example.com')
        .add('a.example.com', 'CNAME', 'b.example.com')
        .add('b.example.com', 'TXT', 'token-1'),
    );
    const { ok, records } = await world.run(world.verifier().wait([record]));
    expect(ok).toBe(true);
    expect(records[0]!.chain.map(({ target }) => target)).toEqual(['a.example.com.', 'b.example.com.']);
  });

  test('is found by one look, too', async () => {
    const world = delegatedWorld();
    prove(world);
    const { ok, records } = await world.run(world.verifier().check([record]));
    expect(ok).toBe(true);
    expect(records[0]!.servers).toHaveLength(7);
    expect(records[0]!.servers.every(({ questions }) => questions === 1)).toBe(true);
  });
});

describe('a chain of CNAMEs that leads nowhere', () => {
  async function statusesOf(world: World, timeoutMs = 4_000) {
    const { ok, records } = await world.run(world.verifier().wait([record], { timeoutMs, stopEarly: false }));
    expect(ok).toBe(false);
    return records[0]!;
  }

  test('because it comes back to itself is noticed', async () => {
    const world = healthyWorld();
    world.change('example.com', (zone) =>
      zone.add(NAME, 'CNAME', 'a.example.com').add('a.example.com', 'CNAME', NAME),
    );
    const { chain, servers } = await statusesOf(world);
    expect(chain.map(({ target }) => target)).toEqual(['a.example.com.', `${NAME}.`]);
    expect(servers.filter(({ name }) => name === 'a.example.com.').map(({ status }) => status)).toEqual(
      Array(5).fill('cname'),
    );
  });

  test('because it is too long is noticed after 16', async () => {
    const world = healthyWorld();
    world.change('example.com', (zone) => {
      zone.add(NAME, 'CNAME', 'c1.example.com');
      for (let index = 1; index < 30; index += 1)
        zone.add(`c${index}.example.com`, 'CNAME', `c${index + 1}.example.com`);
    });
    const { chain } = await statusesOf(world, 8_000);
    expect(chain).toHaveLength(17);
    expect(world.internet.log.some(({ name }) => name === 'c17.example.com')).toBe(false);
  });

  test('because no zone holds its end is noticed, and the record is found once the CNAME is corrected', async () => {
    const world = delegatedWorld();
    prove(world);
    const point = (target: string) =>
      world.change('example.com', (zone) => zone.remove(NAME).add(NAME, 'CNAME', target));
    point('gone.missing.org');
    const { chain, servers } = await statusesOf(world);
    expect(chain).toMatchObject([{ target: 'gone.missing.org.' }]);
    expect(servers.map(({ status }) => status)).toEqual(Array(5).fill('cname'));
    world.clock.at(world.clock.now() + 3_000, () => point(TARGET));
    expect((await world.run(world.verifier().wait([record], { stopEarly: false }))).ok).toBe(true);
  });

  test('because its end is no name is noticed', async () => {
    const world = healthyWorld();
    world.change('example.com', (zone) => zone.add(NAME, 'CNAME', '.'));
    const { servers } = await statusesOf(world);
    expect(servers.map(({ status }) => status)).toEqual(Array(5).fill('cname'));
  });
});
