import { describe, expect, test } from 'vitest';
import { World } from './world/world.js';

const RECORD = { name: '_dnsauth.example.com', type: 'TXT', value: 'token-1' } as const;
const DEAD = '192.0.2.9';

/** So many hosts have one dead address between them; each of the others has its own, and the record. */
function sharedWorld(dead: number, alive: number): World {
  const world = new World();
  const hosts = Array.from({ length: dead + alive }, (_, index) => `ns${index}.example.com`);
  for (const [index, host] of hosts.entries())
    world.server(host, [index < dead ? DEAD : `192.0.2.${index + 1}`]);
  world.internet.connect(DEAD, { answer: () => [] });
  world.zone('example.com', hosts);
  world.change('example.com', (zone) => zone.add(RECORD.name, 'TXT', 'token-1'));
  return world;
}

describe('hosts that share one dead address', () => {
  test.each([
    [2, 2, false],
    [2, 3, true],
  ])('count each: %i of them beside %i others, visible %s', async (dead, alive, isVisible) => {
    const world = sharedWorld(dead, alive);
    const { ok } = await world.run(world.verifier().wait([RECORD], { timeoutMs: 30_000 }));
    expect(ok).toBe(isVisible);
  });
});
