import { expect, test } from 'vitest';
import { RCODE, reply } from './world/name-server.js';
import { healthyWorld } from './world/world.js';

test('CAA records above a name whose own could not be asked forbid nothing, and do not end a wait', async () => {
  const world = healthyWorld();
  const name = '_acme-challenge.www.example.com';
  world.change('example.com', (zone) =>
    zone
      .add('example.com', 'CAA', { flags: 0, tag: 'issue', value: 'elsewhere.test' })
      .add('www.example.com', 'CAA', { flags: 0, tag: 'issue', value: 'ca.test' }),
  );
  for (const server of world.servers.values())
    server.quirks.push(({ name: asked, type, query, at }) =>
      type === 'CAA' && asked === 'www.example.com' && at < 9_000
        ? [reply(query, { rcode: RCODE.SERVFAIL })]
        : undefined,
    );
  world.clock.at(20_000, () => world.change('example.com', (zone) => zone.add(name, 'TXT', 'token-1')));
  const authority = { domains: ['ca.test'] };
  const { ok, records } = await world.run(
    world.verifier().wait([{ name, type: 'TXT', value: 'token-1' }], { timeoutMs: 60_000, authority }),
  );
  expect(records[0]!.findings.map(({ code }) => code)).toEqual([]);
  expect(ok).toBe(true);
});
