import { invalidParameter } from './errors.js';
import type { Parameters } from './parameters.js';

export interface PageRules {
  /** What `PageSize` may ask for. More is refused. */
  maxSize: number;
  /** What a page really holds at most: a request for more gets this many. */
  limit: number;
  /** What the answer's `PageSize` says: the size that was used, or the number of items that came. */
  answerPageSize: 'used' | 'returned';
}

export interface Page<T> {
  items: readonly T[];
  /** The counters that every list answers. */
  counters: { TotalCount: number; PageNumber: number; PageSize: number };
}

const DEFAULT_SIZE = 20;

/**
 * The page that `PageNumber` (from 1) and `PageSize` ask for.
 *
 * @throws ApiError `InvalidParameter`.
 */
export function page<T>(items: readonly T[], parameters: Parameters, rules: PageRules): Page<T> {
  const number = parameters.number('PageNumber') ?? 1;
  const asked = parameters.number('PageSize') ?? DEFAULT_SIZE;
  if (number < 1) throw invalidParameter('PageNumber');
  if (asked < 1 || asked > rules.maxSize) throw invalidParameter('PageSize');
  const size = Math.min(asked, rules.limit);
  const found = items.slice((number - 1) * size, number * size);
  return {
    items: found,
    counters: {
      TotalCount: items.length,
      PageNumber: number,
      PageSize: rules.answerPageSize === 'returned' ? found.length : size,
    },
  };
}
