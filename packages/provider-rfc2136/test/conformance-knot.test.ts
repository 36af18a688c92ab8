import { defineConformanceSuite } from '@domainproof/provider-testkit';
import { afterAll, describe, test } from 'vitest';
import { knot } from './servers/knot.js';
import { isInstalled } from './servers/name-server.js';
import { facts, Worlds } from './servers/world.js';

describe.skipIf(!isInstalled(knot))('dynamic update at Knot', () => {
  const worlds = new Worlds(knot);
  afterAll(() => worlds.close());
  defineConformanceSuite({ test: test.concurrent, facts, makeWorld: () => worlds.open() });
});
