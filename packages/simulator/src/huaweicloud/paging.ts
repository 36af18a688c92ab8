import { byCodeUnit, encodeStrictly, type Pair } from '../http/exchange.js';
import { ServiceError } from './errors.js';

/** The first value of each query parameter; what the API does not know is ignored. */
export type Query = ReadonlyMap<string, string>;

export function toQuery(pairs: readonly Pair[]): Query {
  const query = new Map<string, string>();
  for (const [name, value] of pairs) if (!query.has(name)) query.set(name, value);
  return query;
}

export interface Page<T> {
  items: readonly T[];
  totalCount: number;
  /** Query of the next page; undefined on the last. */
  next: string | undefined;
}

export interface PageRules<T> {
  /** Largest page, and the page if none is asked for. */
  limit: number;
  /** What `limit` may ask for. More is refused; what lies between this and `limit` is cut silently. */
  maxLimit: number;
  sortKeys: Readonly<Record<string, (item: T) => string | number>>;
}

/**
 * One page of `items`, which come oldest first and leave newest first unless the query sorts them. A `marker` (the id of
 * the last item of the page before) wins over `offset`.
 *
 * @throws ServiceError for a limit, offset, marker or sort order that is none.
 */
export function page<T extends { id: string }>(
  items: readonly T[],
  query: Query,
  rules: PageRules<T>,
): Page<T> {
  const sorted = sort(items, query, rules.sortKeys);
  const asked = wholeNumber(query.get('limit'), 'DNS.0006', 'limit') ?? rules.limit;
  if (asked > rules.maxLimit)
    throw new ServiceError('DNS.0006', `The limit must be in the range of 0 to ${rules.maxLimit}.`);
  const limit = Math.min(asked, rules.limit);
  const start = startOf(sorted, query);
  const found = sorted.slice(start, start + limit);
  const last = found.at(-1);
  const hasMore = last !== undefined && start + limit < sorted.length;
  return {
    items: found,
    totalCount: sorted.length,
    next: hasMore ? nextQuery(query, last.id, limit) : undefined,
  };
}

/** Fuzzy unless `search_mode` is `equal`; then with or without the final dot. Case does not matter. */
export function nameMatches(name: string, query: Query): boolean {
  const wanted = query.get('name')?.toLowerCase();
  if (wanted === undefined || wanted === '') return true;
  return query.get('search_mode') === 'equal'
    ? name === wanted || name === `${wanted}.`
    : name.includes(wanted);
}

/** An exact filter, where the query has it. */
export function fieldMatches(value: string, query: Query, parameter: string): boolean {
  const wanted = query.get(parameter);
  return wanted === undefined || wanted === '' || wanted === value;
}

function sort<T>(items: readonly T[], query: Query, sortKeys: PageRules<T>['sortKeys']): readonly T[] {
  const direction = query.get('sort_dir') || 'desc';
  if (direction !== 'asc' && direction !== 'desc')
    throw new ServiceError('DNS.0033', 'The sort direction must be asc or desc.');
  const key = query.get('sort_key') || 'created_at';
  const read = Object.hasOwn(sortKeys, key) ? sortKeys[key] : undefined;
  if (read === undefined)
    throw new ServiceError('DNS.0032', `The sort key must be one of ${Object.keys(sortKeys).join(', ')}.`);
  const sign = direction === 'asc' ? 1 : -1;
  // Several sets of one millisecond keep the order of their making.
  return items
    .map((item, index) => ({ item, index, value: read(item) }))
    .sort((left, right) => sign * (compare(left.value, right.value) || left.index - right.index))
    .map(({ item }) => item);
}

function compare(left: string | number, right: string | number): number {
  return typeof left === 'number' && typeof right === 'number'
    ? left - right
    : byCodeUnit(String(left), String(right));
}

function startOf(items: readonly { id: string }[], query: Query): number {
  const marker = query.get('marker');
  if (marker === undefined || marker === '')
    return wholeNumber(query.get('offset'), 'DNS.0017', 'offset') ?? 0;
  const index = items.findIndex((item) => item.id === marker);
  if (index < 0) throw new ServiceError('DNS.0007', 'The marker does not exist.');
  return index + 1;
}

export function wholeNumber(
  text: string | undefined,
  code: 'DNS.0006' | 'DNS.0017',
  what: string,
): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,10}$/.test(text)) throw new ServiceError(code, `The ${what} is not a whole number.`);
  return Number(text);
}

function nextQuery(query: Query, marker: string, limit: number): string {
  const pairs = new Map(query);
  pairs.delete('offset');
  pairs.set('limit', String(limit)).set('marker', marker);
  return [...pairs].map(([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`).join('&');
}
