import { isObject, type JsonObject } from './body.js';
import { id, MalformedAnswer, objects } from './fields.js';

/** Entries asked for at once; the vendor's most and default. It may give fewer. */
const PAGE_SIZE = 500;

/** More pages than any account fills, so that a server that never ends cannot keep us. */
const MAX_PAGES = 1000;

interface List<T> {
  /** The answer's field that holds the entries. */
  field: 'zones' | 'recordsets';
  /** Sends one request with the given paging added to its query. */
  ask<P>(paging: Record<string, string>, read: (body: JsonObject) => P): Promise<P>;
  /** One entry, or undefined to leave it out. Runs inside the request, so it may throw `MalformedAnswer`. */
  parse(item: JsonObject): T | undefined;
}

export interface Page<T> {
  entries: T[];
  /** How many more of this size there are, as far as the vendor tells. */
  left: number;
}

/** All entries of a list, one by one. */
export async function* entriesOf<T>(list: List<T>): AsyncGenerator<T> {
  for await (const { entries } of pages(list)) yield* entries;
}

/**
 * All entries of a list, page after page, each once. The list ends with an empty page or when `total_count` entries came;
 * a page that is shorter than asked ends it only if neither a total nor a next link is told.
 */
export async function* pages<T>({ field, ask, parse }: List<T>): AsyncGenerator<Page<T>> {
  const seen = new Set<string>();
  let total: number | undefined;
  let marker: string | undefined;
  for (let count = 1; ; count += 1) {
    const page = await ask(
      { limit: String(PAGE_SIZE), ...(marker === undefined ? {} : { marker }) },
      (body) => {
        if (count > MAX_PAGES) throw new MalformedAnswer(`the list has more than ${MAX_PAGES} pages`);
        return readPage(body, field, seen, parse);
      },
    );
    for (const { itemId } of page.fresh) seen.add(itemId);
    marker = page.marker;
    // An entry deleted between two pages makes the total smaller; the larger one asks once more rather than stopping early.
    if (page.total !== undefined) total = Math.max(total ?? 0, page.total);
    const entries = page.fresh.flatMap(({ entry }) => entry ?? []);
    yield { entries, left: page.length === 0 ? 0 : Math.ceil(((total ?? 0) - seen.size) / page.length) };
    const complete = total === undefined ? page.length < PAGE_SIZE && !page.hasNext : seen.size >= total;
    if (complete || page.length === 0) return;
  }
}

function readPage<T>(
  body: JsonObject,
  field: string,
  seen: ReadonlySet<string>,
  parse: (item: JsonObject) => T | undefined,
) {
  const items = objects(body, field).map((item) => ({ itemId: id(item), item }));
  const fresh = items.filter(({ itemId }) => !seen.has(itemId));
  // A server that ignores the marker: going on would never end, and stopping would hide the rest.
  if (items.length > 0 && fresh.length === 0) throw new MalformedAnswer('a page repeats the ones before it');
  const metadata = isObject(body.metadata) ? body.metadata : {};
  return {
    fresh: fresh.map(({ itemId, item }) => ({ itemId, entry: parse(item) })),
    length: items.length,
    /** The last id, which asks for the page behind it. */
    marker: items.at(-1)?.itemId,
    total: typeof metadata.total_count === 'number' ? metadata.total_count : undefined,
    hasNext: isObject(body.links) && typeof body.links.next === 'string',
  };
}
