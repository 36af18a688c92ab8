import { defineConformanceSuite } from '@domainproof/provider-testkit';
import { afterAll, describe, test } from 'vitest';
import { isInstalled } from './servers/name-server.js';
import { powerdns } from './servers/powerdns.js';
import { facts, Worlds } from './servers/world.js';

describe.skipIf(!isInstalled(powerdns))('dynamic update at PowerDNS', () => {
  const worlds = new Worlds(powerdns);
  afterAll(() => worlds.close());
  defineConformanceSuite({ test: test.concurrent, facts, makeWorld: () => worlds.open() });
});
