import { describe, expect, test } from 'vitest';
import { type SimulatedBackend, simulated } from './backends/simulated.js';
import { verifiedNames } from './certificate.js';
import { acmeClient } from './clients/acme-client.js';
import { certbot } from './clients/certbot.js';
import { dehydratedChain } from './clients/dehydrated.js';
import { legoExec, legoExecRaw } from './clients/lego-exec.js';
import { legoHttpreq } from './clients/lego-httpreq.js';
import { uacme } from './clients/uacme.js';
import { obstacleTo } from './obstacle.js';
import { openScenario } from './scenario.js';
import { valuesUntil } from './watching.js';
import { FOREIGN_VALUE, ZONE } from './zone.js';

/** Neither vendor tells what an account may ask. This is so little that hooks which come at the same time are turned away. */
const KINDS = [
  simulated('Huawei Cloud', 'huaweicloud', { rateLimit: { requests: 4, perMs: 500 } }),
  simulated('Alibaba Cloud', 'alidns', { rateLimit: { requests: 2, perMs: 500 } }),
];

/**
 * Four of them put up to six values into one record set, beside the foreign one. Pebble asks without EDNS and does not ask again over TCP,
 * so for Pebble a set of more than eight such values (512 octets) is empty.
 */
const ORDERS = [
  ...[acmeClient, legoExec, legoHttpreq, uacme].map((client) => ({ client, domain: ZONE })),
  ...[acmeClient, legoExecRaw, legoHttpreq, certbot, certbot, dehydratedChain].map((client, index) => ({
    client,
    domain: `a${index}.${ZONE}`,
  })),
];

describe.concurrent('ten clients at once, with one account and one journal', () => {
  test.for(KINDS)('$title: all have their certificates, and no limit is told of', async (kind, context) => {
    const obstacle = ORDERS.map(({ client }) => obstacleTo(client, kind)).find((one) => one !== undefined);
    context.skip(obstacle !== undefined, obstacle);
    const scenario = await openScenario(kind);
    context.onTestFinished(() => scenario.close());
    const { backend } = scenario;
    const before = await backend.snapshot();

    const runs = await Promise.all(
      ORDERS.map(({ client, domain }, index) =>
        client.start({ scenario, domain, folder: scenario.folder(`client-${index}`) }),
      ),
    );
    const ended = Promise.all(runs.map((run) => run.ended));
    const seen = await valuesUntil(ended, backend);
    const ends = await ended;

    expect(ends.filter(({ status }) => status !== 0)).toEqual([]);
    for (const [index, { certificate }] of runs.entries()) {
      const { domain } = ORDERS[index]!;
      expect(await verifiedNames(certificate, scenario.authority.root)).toEqual([`*.${domain}`, domain]);
    }
    expect(throttled(backend)).toBeGreaterThan(0);
    const lines = ends.flatMap(({ output }) => output.split('\n'));
    expect(lines.filter((line) => /throttl|APIGW\.0308|HTTP 429/i.test(line))).toEqual([]);
    expect(seen.filter((values) => !values.includes(FOREIGN_VALUE))).toEqual([]);
    expect(await backend.snapshot()).toBe(before);
    expect(await scenario.leases()).toEqual([]);
  });
});

/** How many requests the account had to turn away. */
function throttled({ calls }: SimulatedBackend): number {
  return calls.filter(({ vendorCode }) => vendorCode === 'APIGW.0308' || vendorCode === 'Throttling.User')
    .length;
}
