import { describe, test } from 'vitest';
import { defineConformanceSuite } from '../src/index.js';
import { setFacts } from './reference/set-cloud.js';
import { valueFacts } from './reference/value-cloud.js';
import { setWorld, valueWorld } from './reference/worlds.js';

describe('a correct adapter of a cloud that keeps a record for each value', () => {
  defineConformanceSuite({ test: test.concurrent, facts: valueFacts, makeWorld: valueWorld() });
});

describe('a correct adapter of a cloud that replaces record sets', () => {
  defineConformanceSuite({ test: test.concurrent, facts: setFacts, makeWorld: setWorld() });
});
