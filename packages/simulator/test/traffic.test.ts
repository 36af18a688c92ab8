import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { alidnsAccount } from './alidns-account.js';
import { holdTimers, LONG_MS } from './held-timers.js';
import { huaweicloudAccount, txt } from './huaweicloud-account.js';

const rateLimit = { requests: 3, perMs: 1_000 };

describe('a rate limit', () => {
  it('lets so many requests through in any span of time, at Huawei Cloud', async () => {
    let now = Date.UTC(2026, 0, 2);
    const { call, calls } = await huaweicloudAccount({ now: () => now, rateLimit });
    const list = async () => (await call('GET', '/v2/zones')).status;
    expect([await list(), await list()]).toEqual([200, 200]);
    now += 900;
    expect([await list(), await list()]).toEqual([200, 429]);
    expect(calls.entries.at(-1)).toMatchObject({ operation: 'ListPublicZones', vendorCode: 'APIGW.0308' });
    // Two of the three are a second old; what was refused does not count.
    now += 100;
    expect([await list(), await list(), await list()]).toEqual([200, 200, 429]);
  });

  it('says how long to wait if it is told to, at Alibaba Cloud', async () => {
    const now = Date.UTC(2026, 0, 2);
    const { call, addTxt, cloud } = await alidnsAccount({ now: () => now, rateLimit, retryAfterMs: 700 });
    for (const value of ['a', 'b', 'c']) await addTxt('n', value);
    const { status, body, headers } = await call('AddDomainRecord', {
      DomainName: 'example.net',
      RR: 'n',
      Type: 'TXT',
      Value: 'd',
    });
    expect({ status, code: body.Code }).toEqual({ status: 400, code: 'Throttling.User' });
    expect(headers.get('x-acs-retry-after')).toBe('700');
    expect(cloud.records('example.net')[0]?.values).toEqual(['a', 'b', 'c']);
  });

  it('takes no fault from the requests that it lets through, and counts none that was not authenticated', async () => {
    const now = Date.UTC(2026, 0, 2);
    const { call, faults } = await huaweicloudAccount({
      now: () => now,
      rateLimit: { requests: 1, perMs: 5 },
    });
    const status = async (keys = {}) => (await call('GET', '/v2/zones', keys)).status;
    expect([await status({ secretAccessKey: 'wrong' }), await status()]).toEqual([401, 200]);
    faults.add({ cloud: 'huaweicloud', kind: 'internal-error' });
    expect(await status()).toBe(429);
    expect(faults.take('huaweicloud', 'ListPublicZones', false)?.kind).toBe('internal-error');
  });

  it.each([
    { requests: 0, perMs: 1 },
    { requests: 1, perMs: 0.5 },
  ])('is refused where it is none: %o', async (limit) => {
    await expect(alidnsAccount({ rateLimit: limit })).rejects.toThrow(RangeError);
  });

  it('has no header about waiting unless it is told to', async () => {
    const { call } = await alidnsAccount({ rateLimit: { requests: 1, perMs: 60_000 } });
    await call('DescribeDomains');
    const { body, headers } = await call('DescribeDomains');
    expect(body.Code).toBe('Throttling.User');
    expect(headers.get('x-acs-retry-after')).toBeNull();
  });
});

describe('latency', () => {
  const latencyMs = 2 * LONG_MS;

  it('passes half before a request is carried out, and half before its answer', async () => {
    const waits = holdTimers();
    const { call, cloud, faults } = await huaweicloudAccount({ latencyMs });
    let zone = '';
    const zones = call('GET', '/v2/zones').then(({ body }) => {
      zone = body.zones[0].id;
    });
    for (const half of [1, 2]) {
      await expect.poll(waits).toHaveLength(half);
      expect(zone).toBe('');
      waits().at(-1)?.end();
    }
    await zones;

    faults.add({ cloud: 'huaweicloud', kind: 'reset', afterCommit: true });
    let outcome = 'none';
    const body = txt('n.example.com.', 'a');
    const created = call('POST', `/v2.1/zones/${zone}/recordsets`, { body }).catch(() => {
      outcome = 'reset';
    });
    await expect.poll(waits).toHaveLength(3);
    expect(cloud.records('example.com')).toEqual([]);
    waits().at(-1)?.end();
    await expect.poll(waits).toHaveLength(4);
    expect(cloud.records('example.com')).toHaveLength(1);
    expect(outcome).toBe('none');
    waits().at(-1)?.end();
    await created;
    expect(outcome).toBe('reset');
  });

  it('ends with the server', async () => {
    const waits = holdTimers();
    const { call, cloud } = await alidnsAccount({ latencyMs });
    const answer = call('DescribeDomains').catch(() => 'cut off');
    await expect.poll(waits).toHaveLength(1);
    const cleared = vi.spyOn(globalThis, 'clearTimeout');
    onTestFinished(() => cleared.mockRestore());
    cloud.close();
    expect(cleared).toHaveBeenCalledWith(waits()[0]?.timer);
    void answer;
  });

  it('is refused where it is none', async () => {
    await expect(huaweicloudAccount({ latencyMs: -1 })).rejects.toThrow(
      'latencyMs: -1 is not a whole number',
    );
  });
});
