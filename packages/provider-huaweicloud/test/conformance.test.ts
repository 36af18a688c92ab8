import { defineConformanceSuite } from '@domainproof/provider-testkit';
import { describe, test } from 'vitest';
import { type HuaweicloudOptions, huaweicloud } from '../src/index.js';
import { facts, huaweicloudWorld } from './conformance-world.js';
import { vendorClient } from './support/vendor-client.js';

const transports = {
  'its own requests': (options: HuaweicloudOptions) => huaweicloud(options),
  'a ready client': ({
    endpoint = '',
    timeoutMs,
    accessKeyId = '',
    secretAccessKey = '',
  }: HuaweicloudOptions) =>
    huaweicloud({ client: vendorClient(endpoint, { accessKeyId, secretAccessKey }, true), timeoutMs }),
};

describe.each(Object.entries(transports))('Huawei Cloud DNS, over %s,', (_, makeProvider) => {
  defineConformanceSuite({ test: test.concurrent, facts, makeWorld: huaweicloudWorld(makeProvider) });
});
