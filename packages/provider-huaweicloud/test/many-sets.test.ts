import { type RecordKey, toFqdn } from '@domainproof/core';
import { describe, expect, test } from 'vitest';
import {
  newCall,
  providerAt,
  type Received,
  startVendorServer,
  vendorSet,
  ZONE,
} from './support/vendor-server.js';

type Set = ReturnType<typeof vendorSet>;

/** Lists as the vendor does: names by a part of them, pages by marker. */
function lister(all: readonly Set[], pageSize = 500) {
  return ({ query }: Received) => {
    const matching = all.filter(({ name }) => name.includes(query.name ?? ''));
    const start = query.marker ? matching.findIndex(({ id }) => id === query.marker) + 1 : 0;
    const recordsets = matching.slice(start, start + pageSize);
    return { json: { recordsets, metadata: { total_count: matching.length } } };
  };
}

function setAt(name: string, fields: Record<string, unknown> = {}): Set {
  return vendorSet({ id: `id-${name.replaceAll(/\W/g, '-')}`, name: `${name}.example.com.`, ...fields });
}

const keyAt = (name: string, type = 'TXT'): RecordKey => ({
  name: toFqdn(`${name}.example.com`),
  type,
  line: 'default',
});

describe.each(['its own requests', 'the client as published'] as const)('over %s', (via) => {
  async function read(all: readonly Set[], keys: readonly RecordKey[], pageSize?: number) {
    const server = await startVendorServer(lister(all, pageSize));
    const call = newCall();
    try {
      const sets = await providerAt(server, {}, via).readRecordSets?.(ZONE, keys, call);
      expect(call.events).toHaveLength(server.requests.length);
      return { sets: sets ?? [], asked: server.requests.map(({ query }) => query.name) };
    } finally {
      await server.close();
    }
  }

  test('many sets of a small zone take one request, and come in the order of the keys', async () => {
    const all = Array.from({ length: 100 }, (_, index) => setAt(`h${index}`, { records: [`"${index}"`] }));
    const keys = ['h7', 'none', 'h3'].map((name) => keyAt(name));
    const { sets, asked } = await read(all, keys);
    expect(sets.map((set) => set?.values)).toEqual([['7'], undefined, ['3']]);
    expect(asked).toEqual([undefined]);
  });

  test('names that begin with the same label leave the rest of the zone out', async () => {
    const all = [setAt('_dnsauth.a'), setAt('_dnsauth.b'), ...['x', 'y'].map((name) => setAt(name))];
    const { sets, asked } = await read(all, [keyAt('_dnsauth.a'), keyAt('_dnsauth.b')]);
    expect(sets.every((set) => set?.values[0] === 'token-1')).toBe(true);
    expect(asked).toEqual(['_dnsauth']);
  });

  test('a large zone is not listed for a few names', async () => {
    const all = Array.from({ length: 400 }, (_, index) => setAt(`h${index}`));
    const { sets, asked } = await read(all, [keyAt('h398'), keyAt('h399')], 50);
    expect(sets.map((set) => set?.values)).toEqual([['token-1'], ['token-1']]);
    expect(asked).toEqual([undefined, 'h398.example.com', 'h399.example.com']);
  });

  test('several pages of a zone are read where each name would take a request', async () => {
    const all = Array.from({ length: 120 }, (_, index) => setAt(`h${index}`));
    const keys = Array.from({ length: 20 }, (_, index) => keyAt(`h${index * 6}`));
    const { sets, asked } = await read(all, keys, 50);
    expect(sets.filter(Boolean)).toHaveLength(20);
    expect(asked).toEqual([undefined, undefined, undefined]);
  });

  test('keys of one name take one request, and see what excludes them', async () => {
    const all = [setAt('a', { type: 'CNAME', records: ['target.example.net.'] }), setAt('ba')];
    const { sets, asked } = await read(all, [keyAt('a'), keyAt('a', 'CNAME')]);
    expect(sets[0]).toMatchObject({ values: [], conflicts: [keyAt('a', 'CNAME')] });
    expect(sets[1]).toMatchObject({ values: ['target.example.net.'], conflicts: [] });
    expect(asked).toEqual(['a.example.com']);
  });

  test('wildcard names are asked for without a filter that the vendor may take for a pattern', async () => {
    const all = [setAt('*.a'), setAt('*.b')];
    const { sets, asked } = await read(all, [keyAt('*.a'), keyAt('*.b')]);
    expect(sets.filter(Boolean)).toHaveLength(2);
    expect(asked).toEqual([undefined]);
  });

  test('no keys take no request', async () => {
    expect(await read([], [])).toEqual({ sets: [], asked: [] });
  });
});
