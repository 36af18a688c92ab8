import { expect, test } from 'vitest';
import { healthyWorld } from './world/world.js';

const record = { name: '_dnsauth.example.com', type: 'TXT', value: 'token-1' } as const;

test('a record that comes after 5 s of virtual time is seen at every address, and no resolver is asked for it', async () => {
  const world = healthyWorld();
  world.clock.at(5_000, () =>
    world.change('example.com', (zone) => zone.add('_dnsauth.example.com', 'TXT', 'token-1')),
  );
  const report = await world.run(world.verifier().wait([record]));
  expect(report.ok).toBe(true);
  expect(report.records[0]?.servers.map(({ address }) => address)).toEqual([
    '192.0.2.1',
    '2001:db8::1',
    '192.0.2.2',
    '192.0.2.3',
    '192.0.2.4',
  ]);
  expect(report.elapsedMs).toBeGreaterThanOrEqual(5_000);
  expect(world.resolver.asked.filter((question) => question.startsWith('_dnsauth'))).toEqual([]);
});
