import { defineConformanceSuite } from '@domainproof/provider-testkit';
import { describe, test } from 'vitest';
import { type AlidnsOptions, alidns } from '../src/index.js';
import { alidnsWorld, facts } from './conformance-world.js';

const transports = {
  'its own transport': (options: AlidnsOptions) => alidns(options),
};

describe.each(Object.entries(transports))('Alibaba Cloud DNS, over %s,', (_, makeProvider) => {
  defineConformanceSuite({ test: test.concurrent, facts, makeWorld: alidnsWorld(makeProvider) });
});
