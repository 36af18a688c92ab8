import { DnsError } from '@domainproof/core';
import type { Quorum } from '../types/index.js';

/** With so many perspectives or more, those that agree must stand in two regions (Baseline Requirements 3.2.2.9, since 2026-03-15). */
const REGIONS_COUNT_FROM = 3;
const LEAST_REGIONS = 2;

export const DEFAULT_QUORUM: Quorum = 'baseline-requirements';

interface Placed {
  region: string | null;
}

/**
 * Whether enough perspectives agree. `baseline-requirements` as the CA/Browser Forum counts remote perspectives (section 3.2.2.9):
 * of 2 to 5 one may disagree, of 6 and more two; and of 3 and more those that agree stand in two regions, if regions are known.
 */
export function isQuorum(quorum: Quorum, all: readonly Placed[], agreeing: readonly Placed[]): boolean {
  if (quorum === 'all') return agreeing.length === all.length;
  if (quorum !== 'baseline-requirements') return agreeing.length >= quorum;
  if (agreeing.length < all.length - allowedToDisagree(all.length)) return false;
  return !regionsCount(all) || regionsOf(agreeing).size >= LEAST_REGIONS;
}

/**
 * Refuses a quorum that these perspectives can never reach.
 *
 * @throws DnsError `INVALID_VALUE`
 */
export function checkQuorum(quorum: Quorum, all: readonly Placed[]): void {
  if (quorum === 'all') return;
  if (quorum === 'baseline-requirements') {
    const regions = regionsOf(all);
    if (regionsCount(all) && regions.size < LEAST_REGIONS)
      throw new DnsError(
        'INVALID_VALUE',
        `All perspectives with a region stand in ${[...regions].join()}, and the quorum "baseline-requirements" takes two regions.`,
        { hint: 'Add a perspective of another region, leave the regions out, or take another quorum.' },
      );
    return;
  }
  if (!Number.isInteger(quorum) || quorum < 1 || (all.length > 0 && quorum > all.length))
    throw new DnsError(
      'INVALID_VALUE',
      `The option "quorum" is ${String(quorum)}, with ${all.length} perspectives.`,
      { hint: `It takes "all", "baseline-requirements" or an integer from 1 to the number of perspectives.` },
    );
}

function allowedToDisagree(perspectives: number): number {
  if (perspectives < 2) return 0;
  return perspectives < 6 ? 1 : 2;
}

function regionsCount(all: readonly Placed[]): boolean {
  return all.length >= REGIONS_COUNT_FROM && regionsOf(all).size > 0;
}

function regionsOf(perspectives: readonly Placed[]): Set<string> {
  return new Set(perspectives.flatMap(({ region }) => region ?? []));
}
