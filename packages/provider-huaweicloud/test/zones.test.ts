import { toFqdn } from '@domainproof/core';
import { describe, expect, test } from 'vitest';
import {
  type Answer,
  newCall,
  providerAt,
  type Received,
  startVendorServer,
} from './support/vendor-server.js';

function zone(name: string, fields: Record<string, unknown> = {}) {
  return {
    id: `id-${name.replaceAll(/[^a-z0-9]/g, '-')}`,
    name,
    status: 'ACTIVE',
    zone_type: 'public',
    ...fields,
  };
}

describe.each(['its own requests', 'the client as published'] as const)('over %s', (via) => {
  async function found(name: string, answer: Answer | ((request: Received) => Answer)) {
    const server = await startVendorServer(typeof answer === 'function' ? answer : () => answer);
    const call = newCall();
    try {
      const zones = await providerAt(server, {}, via).findZones(toFqdn(name), call);
      return { names: zones.map((each) => each.name), zones, requests: server.requests, call };
    } finally {
      await server.close();
    }
  }

  test('one question brings the zones of the last two labels, with exact label boundaries', async () => {
    const zones = [
      'example.com.',
      'my-example.com.',
      'sub.example.com.',
      'example.com.cn.',
      'notexample.com.',
    ];
    const { names, requests, call } = await found('_dnsauth.a.sub.example.com', {
      json: { zones: zones.map((each) => zone(each)), metadata: { total_count: zones.length } },
    });
    expect(names).toEqual(['example.com.', 'sub.example.com.']);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      method: 'GET',
      path: '/v2/zones',
      query: { type: 'public', name: 'example.com', search_mode: 'like', limit: '500' },
    });
    expect(call.events).toEqual([
      expect.objectContaining({ operation: 'ListPublicZones', write: false, outcome: 'ok', httpStatus: 200 }),
    ]);
  });

  test('only ACTIVE and PENDING_UPDATE zones are active, and private ones are left out', async () => {
    const statuses = ['ACTIVE', 'PENDING_UPDATE', 'PENDING_CREATE', 'DISABLE', 'FREEZE', 'ERROR'];
    const { zones } = await found('example.com', {
      json: {
        zones: [
          ...statuses.map((status, index) => zone(`z${index}.example.com.`, { status })),
          zone('private.example.com.', { zone_type: 'private' }),
        ],
      },
    });
    expect(zones.map(({ status }) => status)).toEqual([
      'active',
      'active',
      'inactive',
      'inactive',
      'inactive',
      'inactive',
    ]);
  });

  test('a zone that comes in Unicode is the one of the A-labels', async () => {
    const { names } = await found('_dnsauth.xn--fsqu00a.xn--fiqs8s', {
      json: { zones: [zone('例子.中国.')] },
    });
    expect(names).toEqual(['xn--fsqu00a.xn--fiqs8s.']);
  });

  test('a zone with a name that is no domain name does not hide the others', async () => {
    const { names } = await found('example.com', {
      json: { zones: [zone('bad name.example.com.'), zone('example.com.')] },
    });
    expect(names).toEqual(['example.com.']);
  });

  /** All zones in pages of at most `size`, by marker. */
  function paged(all: readonly { id: string }[], size: number, withTotal = true) {
    return ({ query }: Received): Answer => {
      const start = query.marker ? all.findIndex(({ id }) => id === query.marker) + 1 : 0;
      const zones = all.slice(start, start + size);
      const links = start + size < all.length ? { next: 'http://vendor/next' } : {};
      return { json: { zones, links, ...(withTotal ? { metadata: { total_count: all.length } } : {}) } };
    };
  }

  const MANY = Array.from({ length: 121 }, (_, index) => zone(`z${index}.example.com.`));

  test.each([
    ['with a total', true],
    ['with next links only', false],
  ])('the 121st zone is found behind pages smaller than asked, %s', async (_, withTotal) => {
    const { names, requests } = await found('example.com', paged(MANY, 10, withTotal as boolean));
    expect(names).toHaveLength(121);
    expect(names).toContain('z120.example.com.');
    expect(requests).toHaveLength(13);
  });

  test('listZones walks all pages', async () => {
    const server = await startVendorServer(paged(MANY, 50));
    const names = [];
    for await (const each of providerAt(server, {}, via).listZones(newCall())) names.push(each.name);
    await server.close();
    expect(names).toHaveLength(121);
    expect(server.requests.map(({ query }) => query.name)).toEqual([undefined, undefined, undefined]);
  });

  test('a server that ignores the marker gets an error instead of an endless or a silently cut list', async () => {
    const work = found('example.com', paged(MANY, 10)).then(() =>
      found('example.com', (request) => paged(MANY, 10)({ ...request, query: {} })),
    );
    await expect(work).rejects.toMatchObject({
      code: 'PROTOCOL',
      message: expect.stringContaining('repeats'),
    });
  });

  test('an empty page ends a list whose total promises more', async () => {
    const { names, requests } = await found('example.com', ({ query }) => ({
      json: { zones: query.marker ? [] : [zone('example.com.')], metadata: { total_count: 7 } },
    }));
    expect(names).toEqual(['example.com.']);
    expect(requests).toHaveLength(2);
  });

  test.each([
    ['no list', {}],
    ['a list of texts', { zones: ['example.com.'] }],
    ['an id that would change the path', { zones: [zone('example.com.', { id: '../../v3/users' })] }],
  ])('an answer with %s is a PROTOCOL error', async (_, json) => {
    await expect(found('example.com', { json })).rejects.toMatchObject({
      code: 'PROTOCOL',
      operation: 'ListPublicZones',
      outcomeUnknown: false,
    });
  });
});
