import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { simulated } from './backends/simulated.js';
import { acmeClient } from './clients/acme-client.js';
import { dehydrated } from './clients/dehydrated.js';
import { CLIENTS } from './clients/index.js';
import { obstacleTo } from './obstacle.js';
import { openScenario } from './scenario.js';
import { valuesUntil } from './watching.js';
import { ZONE } from './zone.js';

/** Enough to write a value, also on a machine that is busy. */
const TIMEOUT = '10s';
/** Milliseconds, much longer: no hook sees its value at a name server, nor does the authority. */
const LATE = [120_000, 120_000] as const;
const KINDS = [
  simulated('Huawei Cloud', 'huaweicloud', { delaysMs: LATE }),
  simulated('Alibaba Cloud', 'alidns', { delaysMs: LATE }),
];
/** Either cloud with several clients. The script of acme-client has a time of its own. */
const CASES = CLIENTS.filter((client) => client !== acmeClient && client !== dehydrated).map(
  (client, index) => ({
    client,
    kind: KINDS[index % KINDS.length]!,
  }),
);

describe.concurrent('a client whose hook fails, as the value is not visible in time', () => {
  test.for(CASES)(
    '$client.title at $kind.title: gets no certificate, and leaves nothing',
    async ({ client, kind }, context) => {
      const obstacle = obstacleTo(client, kind);
      context.skip(obstacle !== undefined, obstacle);
      const scenario = await openScenario(kind);
      context.onTestFinished(() => scenario.close());
      const before = await scenario.backend.snapshot();

      const run = await client.start({
        scenario,
        domain: ZONE,
        folder: scenario.folder('client'),
        timeout: TIMEOUT,
      });
      const seen = await valuesUntil(run.ended, scenario.backend);
      const { status, output } = await run.ended;

      expect(status, output).not.toBe(0);
      expect(existsSync(run.certificate)).toBe(false);
      expect(Math.max(...seen.map((values) => values.length))).toBeGreaterThan(1);
      expect(await scenario.backend.snapshot()).toBe(before);
      expect(await scenario.leases()).toEqual([]);
    },
  );
});
