import { createClient } from '@domainproof/core';
import { afterEach, describe, expect, test } from 'vitest';
import { type Simulated, simulated } from './support/simulated.js';
import type { Via } from './support/vendor-server.js';

const VIAS: readonly Via[] = ['its own requests', 'the client as published', 'the client with codes'];

let account: Simulated | undefined;
afterEach(async () => {
  await account?.simulator.close();
  account = undefined;
});

describe.each(VIAS)('the engine over %s', (via) => {
  test('puts a value beside one of others and takes it away again, with as few calls as the way allows', async () => {
    account = await simulated(via, { records: [{ name: '_dnsauth', type: 'TXT', value: 'foreign' }] });
    const client = createClient({ providers: [account.provider] });
    const lease = await client.ensure({ name: '_dnsauth.example.com', type: 'TXT', value: 'mine' });
    // Without its code, a refusal is no conflict until a look has found something in the way.
    const look = via === 'the client as published' ? ['ListRecordSets'] : [];
    expect(account.asked()).toEqual([
      'ListPublicZones',
      'CreateRecordSet',
      ...look,
      'ListRecordSets',
      'UpdateRecordSet',
      'ListRecordSets',
    ]);
    expect(account.held()).toEqual(['_dnsauth.example.com. TXT foreign', '_dnsauth.example.com. TXT mine']);
    expect((await client.release(lease)).outcome).toBe('removed');
    expect(account.asked()).toEqual(['ListRecordSets', 'UpdateRecordSet']);
    expect(account.held()).toEqual(['_dnsauth.example.com. TXT foreign']);
  });

  test('waits out a set that is on its way, and names a CNAME that is in the way', async () => {
    account = await simulated(via, {
      settleMs: 50,
      records: [{ name: 'alias', type: 'CNAME', value: 'target.example.net.' }],
    });
    const client = createClient({ providers: [account.provider] });
    const record = { name: '_dnsauth.example.com', type: 'TXT', value: 'mine' };
    const lease = await client.ensure(record);
    expect(account.simulator.records('huaweicloud', 'example.com').map(({ status }) => status)).toEqual([
      'ACTIVE',
      'ACTIVE',
    ]);
    await expect(client.ensure({ ...record, name: 'alias.example.com' })).rejects.toMatchObject({
      code: 'RECORD_CONFLICT',
      message: expect.stringContaining('CNAME'),
    });
    await client.release(lease);
    const { held } = account;
    await expect.poll(held, { timeout: 30_000 }).toEqual(['alias.example.com. CNAME target.example.net.']);
  });
});
