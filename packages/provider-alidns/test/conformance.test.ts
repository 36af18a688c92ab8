import { defineConformanceSuite } from '@domainproof/provider-testkit';
import { describe, test } from 'vitest';
import { type AlidnsOptions, alidns } from '../src/index.js';
import { alidnsWorld, facts } from './conformance-world.js';
import { officialClient } from './support/transports.js';

const transports = {
  'its own client': (options: AlidnsOptions) => alidns(options),
  'a ready client of the vendor': ({ timeoutMs, ...options }: AlidnsOptions) =>
    alidns({ client: officialClient('4.6.1', options), ...(timeoutMs === undefined ? {} : { timeoutMs }) }),
};

describe.each(Object.entries(transports))('Alibaba Cloud DNS, over %s,', (_, makeProvider) => {
  defineConformanceSuite({ test: test.concurrent, facts, makeWorld: alidnsWorld(makeProvider) });
});
