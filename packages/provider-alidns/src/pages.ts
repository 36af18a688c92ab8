import { type Call, DnsError } from '@domainproof/core';
import type { Answer } from './answer.js';
import type { Api } from './api.js';
import { manifest } from './manifest.js';
import type { Parameters } from './sdk-client.js';

/** Ends a listing that never ends: 100,000 zones, or 500,000 records of one name. */
const MAX_PAGES = 1_000;
/** How often a list that gets shorter while it is read is read from its beginning. */
const MAX_WALKS = 5;

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
 * Every entry of a listing, page after page, each once. `TotalCount` says when to stop: the `PageSize` of an answer may be the
 * number of entries returned, and a server may hold fewer on a page than were asked for. Where it gets smaller, entries
 * may have slid to a page that was read already, so the list is read once more.
 *
 * @throws DnsError `PROTOCOL` if the server gives the same page again, or no end; `BUSY` if the list never stands still
 */
export async function* pages(
  api: Api,
  listing: Listing,
  parameters: Parameters,
  call: Call,
): AsyncGenerator<Page> {
  const given = new Set<unknown>();
  for (let walks = 0; walks < MAX_WALKS; walks += 1) {
    let most = 0;
    let hasShrunk = false;
    for await (const { entries, total } of walk(api, listing, parameters, call)) {
      hasShrunk ||= total < most;
      most = Math.max(most, total);
      const fresh = entries.filter((entry) => !given.has(listing.key(entry)));
      for (const entry of fresh) given.add(listing.key(entry));
      if (fresh.length > 0) yield { entries: fresh, total };
      if (hasShrunk) break;
    }
    if (!hasShrunk) return;
  }
  throw new DnsError('BUSY', `The list of ${listing.operation} keeps changing while it is read.`, {
    provider: manifest.id,
    operation: listing.operation,
  });
}

async function* walk(
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
    const total = Number(answer.TotalCount);
    const fresh = entries.filter((entry) => !seen.has(key(entry)));
    if (entries.length > 0 && fresh.length === 0)
      throw broken(operation, `repeats earlier entries on page ${page}`);
    for (const entry of fresh) seen.add(key(entry));
    yield { entries: fresh, total };
    if (entries.length === 0 || seen.size >= total) return;
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
