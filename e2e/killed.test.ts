import { describe, expect, test } from 'vitest';
import { BACKENDS } from './backends/index.js';
import { dehydrated } from './clients/dehydrated.js';
import { CLIENTS } from './clients/index.js';
import { obstacleTo } from './obstacle.js';
import { openScenario } from './scenario.js';
import { firstValue } from './watching.js';
import { CHALLENGE, FOREIGN_VALUE, ZONE } from './zone.js';

/** Every client at one back end, every back end with several clients; of dehydrated, the mode that is recommended. */
const CASES = CLIENTS.filter((client) => client !== dehydrated).map((client, index) => ({
  client,
  kind: BACKENDS[index % BACKENDS.length]!,
}));

describe.concurrent('a client that is killed with its hook while a value is in the zone', () => {
  test.for(CASES)(
    '$client.title at $kind.title: what it leaves is listed, and removed',
    async ({ client, kind }, context) => {
      const obstacle = obstacleTo(client, kind);
      context.skip(obstacle !== undefined, obstacle);
      const scenario = await openScenario(kind);
      context.onTestFinished(() => scenario.close());
      const { backend, domainproof } = scenario;
      const before = await backend.snapshot();

      const run = await client.start({
        scenario,
        domain: ZONE,
        folder: scenario.folder('client'),
      });
      await firstValue(run, backend);
      run.kill();
      await run.ended;

      const left = (await backend.values(CHALLENGE)).filter((value) => value !== FOREIGN_VALUE);
      expect(left).not.toEqual([]);
      const { leases } = await domainproof<{ leases: { id: string; value: string }[] }>('leases');
      expect(leases.map(({ value }) => value)).toEqual(expect.arrayContaining(left));
      await domainproof('remove', ...leases.map(({ id }) => id));
      expect(await backend.snapshot()).toBe(before);
      expect(await scenario.leases()).toEqual([]);
    },
  );
});
