import { expect, test } from 'vitest';
import { healthyWorld } from './world/world.js';

test('an operator whose name servers lie below the awaited name is left aside, and no resolver hears of them', async () => {
  const world = healthyWorld();
  const expectation = { name: 'example.com', type: 'TXT', value: 'token-1' } as const;
  const operators = [{ name: 'Elsewhere', nameServers: ['dns1.example.com'] }];
  const { records } = await world.run(world.verifier().wait([expectation], { timeoutMs: 5_000, operators }));
  expect(records[0]!.verdict).toBe('pending');
  expect(world.resolver.asked.filter((question) => question.startsWith('dns1.'))).toEqual([]);
});
