import { defineConformanceSuite, type TestFunction } from '@domainproof/provider-testkit';
import { describe, test } from 'vitest';
import { type HuaweicloudOptions, huaweicloud } from '../src/index.js';
import { facts, huaweicloudWorld } from './conformance-world.js';

const transports = {
  'its own transport': (options: HuaweicloudOptions) => huaweicloud(options),
};

/** Faults that were found by these tests and are not mended yet. A test that begins to pass fails here, and leaves the list. */
const FAULTY: ReadonlySet<string> = new Set([
  // The adapter counts 4,096 bytes of text, the cloud 4,096 bytes with the quotes and spaces around its character strings.
  'writes the longest TXT value that it claims to take, and refuses a longer one',
  // The engine forgets an intent when the look after a successful write fails with an error that is not retryable.
  'recovers from "empty", whichever request it hits',
  'loses no lease when "empty" follows "empty"',
]);

const define: TestFunction = (name, run, timeoutMs) =>
  (FAULTY.has(name) ? test.concurrent.fails : test.concurrent)(name, run, timeoutMs);

describe.each(Object.entries(transports))('Huawei Cloud DNS, over %s,', (_, makeProvider) => {
  defineConformanceSuite({ test: define, facts, makeWorld: huaweicloudWorld(makeProvider) });
});
