import type { Exchange } from '../http/exchange.js';
import { DEFAULT_LINE, SYSTEM_LINES } from './lines.js';
import { fieldMatches, nameMatches, page, type Query, toQuery, wholeNumber } from './paging.js';
import type { Route } from './routes.js';
import type { RecordSet, Store, Zone } from './store.js';
import type { Views } from './views.js';

const MAX_PAGE = 500;
const MAX_LINES_PAGE = 1000;

/** The lists of the API. */
export class Lists {
  readonly #store: Store;
  readonly #pageLimit: number;

  constructor(store: Store, pageLimit: number) {
    this.#store = store;
    this.#pageLimit = pageLimit;
  }

  zones(exchange: Exchange, views: Views) {
    const query = toQuery(exchange.query);
    const found = [...this.#store.zones.values()].filter(
      (zone) =>
        fieldMatches('public', query, 'type') &&
        nameMatches(zone.name, query) &&
        fieldMatches(zone.status, query, 'status') &&
        fieldMatches(zone.id, query, 'id'),
    );
    const zonePage = page<Zone>(found, query, {
      limit: this.#pageLimit,
      maxLimit: MAX_PAGE,
      sortKeys: {
        created_at: (zone) => zone.createdAt,
        updated_at: (zone) => zone.createdAt,
        name: (zone) => zone.name,
      },
    });
    return views.list('zones', exchange.rawPath, rawQuery(query), zonePage, (zone) => views.zone(zone));
  }

  recordSets(sets: Iterable<RecordSet>, exchange: Exchange, { version }: Route, views: Views) {
    const query = toQuery(exchange.query);
    const found = [...sets].filter((set) => matches(set, query, version));
    const setPage = page<RecordSet>(found, query, {
      limit: this.#pageLimit,
      maxLimit: MAX_PAGE,
      sortKeys: {
        created_at: (set) => set.createdAt,
        updated_at: (set) => set.updatedAt ?? set.createdAt,
        name: (set) => set.name,
        type: (set) => set.type,
      },
    });
    const view = (set: RecordSet) => views.recordSet(set, version);
    return views.list('recordsets', exchange.rawPath, rawQuery(query), setPage, view);
  }

  systemLines(exchange: Exchange) {
    const query = toQuery(exchange.query);
    const isChinese = (query.get('locale') || 'zh-cn') === 'zh-cn';
    const offset = wholeNumber(query.get('offset'), 'DNS.0017', 'offset') ?? 0;
    const asked = wholeNumber(query.get('limit'), 'DNS.0006', 'limit') ?? MAX_LINES_PAGE;
    const lines = SYSTEM_LINES.slice(offset, offset + Math.min(asked, MAX_LINES_PAGE));
    return {
      lines: lines.map(({ id, fatherId, name }) => ({
        id,
        name: isChinese ? name : id.replaceAll('_', ' '),
        father_id: fatherId,
      })),
      metadata: { total_count: SYSTEM_LINES.length },
    };
  }
}

function matches(set: RecordSet, query: Query, version: Route['version']): boolean {
  const values = query.get('records');
  return (
    nameMatches(set.name, query) &&
    fieldMatches(set.type, query, 'type') &&
    fieldMatches(set.status, query, 'status') &&
    fieldMatches(set.id, query, 'id') &&
    fieldMatches(set.zone.id, query, 'zone_id') &&
    (version === 'v2' ? set.line === DEFAULT_LINE : fieldMatches(set.line, query, 'line_id')) &&
    (values === undefined || set.records.some((record) => record.includes(values)))
  );
}

function rawQuery(query: Query): string {
  return new URLSearchParams([...query]).toString();
}
