import { expect, test } from 'vitest';
import { healthyWorld, RESOLVER, type World } from './world/world.js';

const RECORD = { name: '_dnsauth.example.com', type: 'TXT', value: 'token-1' } as const;

/** A caching resolver answers in place of all servers. */
function intercepted(): World {
  const world = healthyWorld();
  const { answer } = world.internet.host(RESOLVER);
  const addresses = [...world.servers.values()].flatMap((server) => server.addresses);
  for (const address of [...addresses, '203.0.113.254']) world.internet.connect(address, { answer });
  return world;
}

test('a resolver that answers in place of the servers never hears of the record', async () => {
  const world = intercepted();
  const operators = [{ name: 'Elsewhere', nameServers: ['a.nic.org'] }];
  const expectation = { ...RECORD, name: '_dnsauth.www.example.com' };
  const { records } = await world.run(
    world.verifier().wait([RECORD, expectation], { timeoutMs: 60_000, operators }),
  );
  for (const { verdict, findings } of records) {
    expect(verdict).toBe('pending');
    expect(findings.map(({ code }) => code)).toContain('PORT53_HIJACKED');
  }
  expect(world.resolver.asked.filter((question) => question.startsWith('_dnsauth'))).toEqual([]);
});

test('a server that begins to answer for itself is asked for the record', async () => {
  const world = intercepted();
  world.change('example.com', (zone) => zone.add(RECORD.name, 'TXT', 'token-1'));
  world.clock.at(4_000, () => {
    for (const server of world.servers.values())
      for (const address of server.addresses)
        world.internet.connect(address, { answer: (asked) => server.answer(asked) });
  });
  const { ok } = await world.run(world.verifier().wait([RECORD], { timeoutMs: 60_000 }));
  expect(ok).toBe(true);
});
