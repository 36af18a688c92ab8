import { type Call, DnsError } from '@domainproof/core';
import { type Answer, isAnswer } from './answer.js';
import type { Api, ApiRequest } from './api.js';
import { manifest } from './manifest.js';

/** Ends a listing that never ends. */
const MAX_PAGES = 1_000;

/**
 * Every entry of a listing, page after page. VENDOR: how pages are asked for, and how the last one is known. Here: `page` counts from
 * 1, and each answer has `items` and the number of `pages`.
 *
 * @throws DnsError `PROTOCOL` if there is no list, or no end
 */
export async function* entries(api: Api, request: ApiRequest, call: Call): AsyncGenerator<Answer> {
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { items, pages } = await api({ ...request, query: { ...request.query, page: String(page) } }, call);
    if (!Array.isArray(items) || typeof pages !== 'number') throw broken(request, 'has no list of items');
    yield* items.filter(isAnswer);
    if (page >= pages) return;
  }
  throw broken(request, `has more than ${MAX_PAGES} pages`);
}

function broken({ operation }: ApiRequest, what: string): DnsError {
  return new DnsError('PROTOCOL', `The answer to ${operation} ${what}.`, {
    provider: manifest.id,
    operation,
  });
}
