import { expect, test } from 'vitest';
import { asked } from './world/search.js';
import { healthyWorld, RESOLVER } from './world/world.js';

test('a hundred zones looked for at once are all found from above, and no server is asked faster than it may be', async () => {
  const world = healthyWorld();
  const names = Array.from({ length: 100 }, (_, index) => `_dnsauth.zone${index}.com`);
  for (const name of names)
    world.zone(name.slice('_dnsauth.'.length), ['ns1.operator.net', 'ns2.operator.net']);
  const verifier = world.verifier();
  const found = await world.run(Promise.all(names.map((name) => verifier.delegation(name))));
  expect(found.map(({ zone }) => `_dnsauth.${zone}`)).toEqual(names.map((name) => `${name}.`));
  expect(found.filter(({ parent, child }) => parent?.zone !== 'com.' || child?.length !== 2)).toEqual([]);
  for (const address of ['198.51.100.10', '192.0.2.3', '192.0.2.4']) {
    const times = world.internet.log.filter(({ to }) => to === address).map(({ at }) => at);
    // 40 at once and 20 a second after them.
    for (const [index, at] of times.entries()) {
      const within = times.slice(index).filter((later) => later < at + 10_000).length;
      expect(within).toBeLessThanOrEqual(40 + 10 * 20 + 1);
    }
  }
  const toResolver = asked(world).filter((question) => question.startsWith(RESOLVER));
  expect(toResolver).toHaveLength(3 + 4);
});
