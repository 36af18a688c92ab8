import { expect, test } from 'vitest';
import { simulated } from './backends/simulated.js';
import type { Order } from './clients/client.js';
import { program } from './clients/launch.js';
import { launchLego } from './clients/lego.js';
import { legoExec } from './clients/lego-exec.js';
import { obstacleTo } from './obstacle.js';
import { openScenario } from './scenario.js';
import { ZONE } from './zone.js';

/** Milliseconds: much longer than it takes a client to have its value asked for. */
const DELAY_MS = 8_000;
const LATE = simulated('Huawei Cloud', 'huaweicloud', { delaysMs: [DELAY_MS, DELAY_MS] });

/** What lego would be given by somebody who takes a write that succeeded for a value that is visible. */
const WITHOUT_WAITING = `sh -c '
case $1 in
  present) exec domainproof add -- "$2" TXT "$3";;
  cleanup) exec domainproof remove -- "$2" TXT "$3";;
esac' hook`;

test('where name servers are late, the authority refuses whoever does not wait, and certifies whoever waits', async (context) => {
  const obstacle = obstacleTo(legoExec, LATE);
  context.skip(obstacle !== undefined, obstacle);
  const scenario = await openScenario(LATE);
  context.onTestFinished(() => scenario.close());
  const order = (folder: string): Order => ({ scenario, domain: ZONE, folder: scenario.folder(folder) });

  const hasty = order('hasty');
  const refused = await launchLego(hasty, 'exec', { EXEC_PATH: program(hasty.folder, WITHOUT_WAITING) })
    .ended;
  expect(refused.status).toBe(1);
  expect(refused.output).toContain('unauthorized :: Correct value not found for DNS challenge');

  const patient = await (await legoExec.start(order('patient'))).ended;
  expect(patient.status, patient.output).toBe(0);
});
