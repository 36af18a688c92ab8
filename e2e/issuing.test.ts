import { describe, expect, test } from 'vitest';
import type { BackendKind } from './backends/backend.js';
import { bind } from './backends/bind.js';
import { BACKENDS } from './backends/index.js';
import { verifiedNames } from './certificate.js';
import { dehydrated } from './clients/dehydrated.js';
import { CLIENTS } from './clients/index.js';
import { obstacleTo } from './obstacle.js';
import { openScenario } from './scenario.js';
import { valuesUntil } from './watching.js';
import { FOREIGN_VALUE, ZONE } from './zone.js';

/** dehydrated is a shell script that starts some 700 programs for a certificate, so its slower mode is shown at one back end. */
function clientsAt(kind: BackendKind) {
  return CLIENTS.filter((client) => client !== dehydrated || kind === bind);
}

describe.concurrent.each(BACKENDS)('at $title', (kind) => {
  test.for(clientsAt(kind))(
    '$title has both names certified, and leaves the zone as it was',
    async (client, context) => {
      const obstacle = obstacleTo(client, kind);
      context.skip(obstacle !== undefined, obstacle);
      const scenario = await openScenario(kind);
      context.onTestFinished(() => scenario.close());
      const { backend, authority } = scenario;
      const before = await backend.snapshot();
      const startedAt = performance.now();

      const run = await client.start({
        scenario,
        domain: ZONE,
        folder: scenario.folder('client'),
      });
      const seen = await valuesUntil(run.ended, backend);
      const { status, output } = await run.ended;

      // For the table of e2e/table.mjs.
      Object.assign(context.task.meta, {
        client: client.title,
        backend: kind.title,
        ms: performance.now() - startedAt,
      });
      expect(status, output).toBe(0);
      expect(await verifiedNames(run.certificate, authority.root)).toEqual([`*.${ZONE}`, ZONE]);
      expect(Math.max(...seen.map((values) => values.length))).toBeGreaterThan(1);
      expect(seen.filter((values) => !values.includes(FOREIGN_VALUE))).toEqual([]);
      expect(await backend.snapshot()).toBe(before);
      expect(await scenario.leases()).toEqual([]);
    },
  );
});
