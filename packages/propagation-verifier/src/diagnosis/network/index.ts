import type { Check } from '../scene.js';
import { cachedByResolver } from './cached-by-resolver.js';
import { lineSpecific } from './line-specific.js';
import { oneFamilyBad } from './one-family.js';
import { port53 } from './port53.js';
import { rateLimited } from './rate-limited.js';
import { splitHorizon } from './split-horizon.js';

/** What can be wrong on the way to the servers, with the resolvers, or for questions from elsewhere. */
export const NETWORK_CHECKS: readonly Check[] = [
  lineSpecific,
  oneFamilyBad,
  port53,
  rateLimited,
  splitHorizon,
  cachedByResolver,
];
