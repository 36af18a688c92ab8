import { test } from 'node:test';
import { defineConformanceSuite } from '../../src/index.js';
import { MatchesZonesInsideALabel } from '../mutants/value-mutants.js';
import { valueFacts } from '../reference/value-cloud.js';
import { valueWorld } from '../reference/worlds.js';

// Run by Node's own test runner, see node-runner.test.ts.
const makeWorld = process.env.BROKEN ? valueWorld(MatchesZonesInsideALabel) : valueWorld();
defineConformanceSuite({ test, facts: valueFacts, makeWorld });
