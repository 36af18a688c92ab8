import { defineConformanceSuite } from '@domainproof/provider-testkit';
import { describe, test } from 'vitest';
import { facts, makeWorld } from './world.js';

describe('Example Cloud', () => {
  defineConformanceSuite({ test: test.concurrent, facts, makeWorld });
});
