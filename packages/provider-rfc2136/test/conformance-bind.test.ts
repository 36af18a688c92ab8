import { defineConformanceSuite } from '@domainproof/provider-testkit';
import { afterAll, describe, test } from 'vitest';
import { bind } from './servers/bind.js';
import { isInstalled } from './servers/name-server.js';
import { facts, Worlds } from './servers/world.js';

describe.skipIf(!isInstalled(bind))('dynamic update at BIND', () => {
  const worlds = new Worlds(bind);
  afterAll(() => worlds.close());
  defineConformanceSuite({ test: test.concurrent, facts, makeWorld: () => worlds.open() });
});
