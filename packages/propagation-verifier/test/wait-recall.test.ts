import { describe, expect, test } from 'vitest';
import { healthyWorld, type World } from './world/world.js';

const NAME = '_dnsauth.example.com';
const RECORD = { name: NAME, type: 'TXT', value: 'token-1' } as const;

/** One server gets the record 40 s after the others. */
function slowServer(): World {
  const world = healthyWorld();
  const add = (isSlow: boolean) => () =>
    world.change('example.com', (zone, { host }) => {
      if ((host === 'ns2.operator.net') === isSlow) zone.add(NAME, 'TXT', 'token-1');
    });
  world.clock.at(1_000, add(false));
  world.clock.at(41_000, add(true));
  return world;
}

describe('servers that had the record long before the last one', () => {
  test('are asked once more, in one round trip', async () => {
    const world = slowServer();
    const { ok, records } = await world.run(world.verifier().wait([RECORD], { timeoutMs: 90_000 }));
    expect(ok).toBe(true);
    const late = world.internet.log.filter(
      ({ at, name, type }) => at > 30_000 && name === NAME && type === 'TXT',
    );
    const ofFirst = late.filter(({ to }) => to === '192.0.2.1');
    expect(ofFirst).toHaveLength(1);
    const last = records[0]!.servers.find(({ host }) => host === 'ns2.operator.net.')!;
    expect(records[0]!.elapsedMs - last.visibleAfterMs!).toBeLessThan(50);
  });

  test('keep it from being visible if they have lost it', async () => {
    const world = slowServer();
    world.clock.at(20_000, () => world.servers.get('ns1.example.com')!.zone('example.com').remove(NAME));
    const { ok, records } = await world.run(world.verifier().wait([RECORD], { timeoutMs: 60_000 }));
    expect(ok).toBe(false);
    expect(records[0]!.servers.find(({ address }) => address === '192.0.2.1')!.status).toBe('absent');
  });

  test('make it visible when they have it again', async () => {
    const world = slowServer();
    world.clock.at(20_000, () => world.servers.get('ns1.example.com')!.zone('example.com').remove(NAME));
    world.clock.at(50_000, () =>
      world.servers.get('ns1.example.com')!.zone('example.com').add(NAME, 'TXT', 'token-1'),
    );
    const { ok, records } = await world.run(world.verifier().wait([RECORD], { timeoutMs: 90_000 }));
    expect(ok).toBe(true);
    expect(records[0]!.elapsedMs).toBeGreaterThan(50_000);
  });
});
