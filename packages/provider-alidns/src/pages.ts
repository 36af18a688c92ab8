import { type Call, DnsError } from '@domainproof/core';
import type { Answer } from './answer.js';
import type { Api } from './api.js';
import { manifest } from './manifest.js';
import type { Parameters } from './sdk-client.js';

/** Ends a listing that never ends: 100,000 zones, or 500,000 records of one name. */
const MAX_PAGES = 1_000;

/** How one action lists things. */
export interface Listing {
  operation: 'DescribeDomains' | 'DescribeDomainRecords' | 'DescribeBatchResultDetail';
  /** Where the answer holds the list: `{ outer: { inner: [...] } }`. */
  outer: string;
  inner: string;
  /** What tells one entry from another. */
  key(entry: Answer): unknown;
  pageSize: number;
}

export interface Page {
  entries: Answer[];
  /** Entries of all pages, as the vendor counts them; not a number if it does not say. */
  total: number;
}

/**
 * Every page of a listing. `TotalCount` says when to stop: the `PageSize` of an answer may be the number of entries returned,
 * and a server may hold fewer on a page than were asked for.
 *
 * @throws DnsError `PROTOCOL` if the server gives the same page again, or no end
 */
export async function* pages(
  api: Api,
  { operation, outer, inner, key, pageSize }: Listing,
  parameters: Parameters,
  call: Call,
): AsyncGenerator<Page> {
  const seen = new Set<unknown>();
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await api.send(operation, { ...parameters, PageNumber: page, PageSize: pageSize }, call);
    const entries = listOf(answer, outer, inner);
    if (entries === undefined) throw broken(operation, `has no list at ${outer}.${inner}`);
    if (entries.length === 0) return;
    const fresh = entries.filter((entry) => !seen.has(key(entry)));
    if (fresh.length === 0) throw broken(operation, `repeats earlier entries on page ${page}`);
    for (const entry of fresh) seen.add(key(entry));
    const total = Number(answer.TotalCount);
    yield { entries: fresh, total };
    if (seen.size >= total) return;
  }
  throw broken(operation, `has more than ${MAX_PAGES} pages`);
}

function listOf(answer: Answer, outer: string, inner: string): Answer[] | undefined {
  const list = (answer[outer] as Answer | null | undefined)?.[inner];
  if (list === undefined && Number(answer.TotalCount) === 0) return [];
  if (!Array.isArray(list)) return undefined;
  return list.filter((entry) => typeof entry === 'object' && entry !== null);
}

function broken(operation: string, what: string): DnsError {
  return new DnsError('PROTOCOL', `The answer to ${operation} ${what}.`, {
    provider: manifest.id,
    operation,
  });
}
