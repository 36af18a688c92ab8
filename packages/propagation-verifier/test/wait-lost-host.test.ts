import { describe, expect, test } from 'vitest';
import { World } from './world/world.js';

const RECORD = { name: '_dnsauth.example.com', type: 'TXT', value: 'token-1' } as const;
const LAST = '192.0.2.9';

/** The address of the last server of `example.com` is known to servers that are silent until `upAt`; it lacks the record. */
function hiddenServer(upAt: number, others: number): World {
  const world = new World();
  const hosts = Array.from({ length: others }, (_, index) => `ns${index + 1}.example.com`);
  for (const [index, host] of hosts.entries()) world.server(host, [`192.0.2.${index + 1}`]);
  const hidden = world.server('ns.hidden.org', [LAST]);
  world.zone('hidden.org', ['ns.hidden.org']);
  world.zone('example.com', [...hosts, 'ns.hidden.org']);
  world.change('example.com', (zone, server) => {
    if (server !== hidden) zone.add(RECORD.name, 'TXT', 'token-1');
  });
  hidden.quirks.push(() => (world.clock.now() < upAt ? [] : undefined));
  return world;
}

describe('a name server whose address cannot be found at first', () => {
  test('is looked for again, and asked before the record counts as visible', async () => {
    const world = hiddenServer(4_000, 2);
    const { ok, records } = await world.run(world.verifier().wait([RECORD], { timeoutMs: 30_000 }));
    expect(ok).toBe(false);
    expect(records[0]!.servers).toContainEqual(expect.objectContaining({ address: LAST, status: 'absent' }));
  });

  test('is passed over if it is not found later either', async () => {
    const world = hiddenServer(Number.POSITIVE_INFINITY, 2);
    const { ok, records } = await world.run(world.verifier().wait([RECORD], { timeoutMs: 30_000 }));
    expect(ok).toBe(true);
    expect(records[0]!.elapsedMs).toBeGreaterThan(5_000);
  });

  test('is not passed over if it is half of the servers', async () => {
    const world = hiddenServer(Number.POSITIVE_INFINITY, 1);
    const { ok } = await world.run(world.verifier().wait([RECORD], { timeoutMs: 30_000 }));
    expect(ok).toBe(false);
  });

  test('is not waited for by a look that asks once', async () => {
    const world = hiddenServer(Number.POSITIVE_INFINITY, 2);
    const { ok } = await world.run(world.verifier().check([RECORD]));
    expect(ok).toBe(true);
  });
});
