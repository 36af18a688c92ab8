import { aborting } from './concerns/aborting.js';
import { batches } from './concerns/batches.js';
import { capabilities } from './concerns/capabilities.js';
import { changes } from './concerns/changes.js';
import { failures } from './concerns/failures.js';
import { interleavings } from './concerns/interleavings.js';
import { leases } from './concerns/leases.js';
import { lookingForZones } from './concerns/looking-for-zones.js';
import { neighbours } from './concerns/neighbours.js';
import { reading } from './concerns/reading.js';
import { reporting } from './concerns/reporting.js';
import { settling } from './concerns/settling.js';
import { texts } from './concerns/texts.js';
import { ttls } from './concerns/ttls.js';
import { createSuite, type SuiteOptions } from './suite.js';

/**
 * Defines the conformance tests of one adapter with the runner's own `test` function. Every test opens a world for itself, so
 * they may run in any order, and side by side.
 */
export function defineConformanceSuite(options: SuiteOptions): void {
  const suite = createSuite(options);
  for (const concern of [
    capabilities,
    lookingForZones,
    reading,
    texts,
    changes,
    ttls,
    leases,
    neighbours,
    settling,
    interleavings,
    failures,
    aborting,
    reporting,
    batches,
  ])
    concern(suite);
}
