import { defineConformanceSuite } from '@domainproof/provider-testkit';
import { afterAll, describe, test } from 'vitest';
import { powerdns } from './servers/powerdns.js';
import { facts, Worlds } from './servers/world.js';

describe('dynamic update at PowerDNS', () => {
  const worlds = new Worlds(powerdns);
  afterAll(() => worlds.close());
  defineConformanceSuite({ test: test.concurrent, facts, makeWorld: () => worlds.open() });
});
