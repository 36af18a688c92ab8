import { canonicalValue, type Json, type RecordSet, type ValueChange } from '@domainproof/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Behaviour,
  failureOf,
  key,
  recordPage,
  refusal,
  type SeenRequest,
  startServer,
  type TestServer,
  testCall,
  zone,
} from './support/server.js';
import { TRANSPORTS } from './support/transports.js';

describe.each(TRANSPORTS)('over $name', ({ providerFor }) => {
  /** Beyond 2^53: as a number it would end in ...512 too, but its neighbours would not. */
  const ID = '20174582930112513';
  const DUPLICATE = refusal('DomainRecordDuplicate', 'The DNS record already exists.');
  const GONE = refusal('DomainRecordNotBelongToUser', 'The DNS record does not exist in your account.');

  let server: TestServer;
  beforeEach(async () => {
    server = await startServer();
  });
  afterEach(() => server.close());

  const apply = (change: Partial<ValueChange>, current?: RecordSet, call = testCall()) =>
    providerFor(server).applyChange(
      zone,
      current,
      { key: key(), add: [], remove: [], ttl: 600, ...change },
      call,
    );
  const read = () => providerFor(server).readRecordSet(zone, key(), testCall());

  /** Answers by action; an action that is not listed is a test's mistake. */
  function answer(behaviours: Record<string, Behaviour | ((request: SeenRequest) => Behaviour)>) {
    server.respond = (request) => {
      const behaviour = behaviours[request.action];
      if (behaviour === undefined) throw new Error(`${request.action} was not expected.`);
      return typeof behaviour === 'function' ? behaviour(request) : behaviour;
    };
  }

  describe('adding', () => {
    it('takes one call, without a look before it', async () => {
      answer({ AddDomainRecord: { body: { RequestId: 'R', RecordId: ID } } });
      expect(await apply({ add: ['token-1'] })).toEqual({
        settled: true,
        present: [],
        absent: [],
        native: { recordIds: { 'token-1': ID } },
      });
      expect(server.requests.map(({ parameters }) => parameters)).toEqual([
        {
          DomainName: 'example.net',
          RR: '_dnsauth',
          Type: 'TXT',
          Value: 'token-1',
          TTL: '600',
          Line: 'default',
        },
      ]);
    });

    it.each([
      ['CNAME', 'Target.example.org', { Value: 'target.example.org' }],
      ['NS', 'ns1.example.org.', { Value: 'ns1.example.org' }],
      ['MX', '10 mail.example.org.', { Value: 'mail.example.org', Priority: '10' }],
      ['SRV', '1 2 443 host.example.org.', { Value: '1 2 443 host.example.org' }],
      ['TXT', `"a b+c=/*~'!()"`, { Value: `a b+c=/*~'!()` }],
      ['A', '192.0.2.1', { Value: '192.0.2.1' }],
    ])('writes a %s record as the vendor takes it', async (type, value, sent) => {
      answer({ AddDomainRecord: { body: { RecordId: ID } } });
      await apply({ key: key('_dnsauth.example.net.', type), add: [canonicalValue(type, value)] });
      expect(server.requests[0]?.parameters).toMatchObject({ Type: type, ...sent });
      expect('Priority' in (server.requests[0]?.parameters ?? {})).toBe(type === 'MX');
    });

    it('writes at the apex, at a wildcard, on a line', async () => {
      answer({ AddDomainRecord: { body: { RecordId: ID } } });
      await apply({ key: key('example.net.'), add: ['a'] });
      await apply({ key: key('*.example.net.'), add: ['a'] });
      await apply({ key: key('a.b.example.net.', 'TXT', 'telecom'), add: ['a'] });
      expect(server.requests.map(({ parameters: { RR, Line } }) => [RR, Line])).toEqual([
        ['@', 'default'],
        ['*', 'default'],
        ['a.b', 'telecom'],
      ]);
    });

    it('takes a duplicate for present, and knows no id of it', async () => {
      answer({
        AddDomainRecord: ({ parameters }) =>
          parameters.Value === 'new' ? { body: { RecordId: ID } } : DUPLICATE,
        DescribeDomainRecords: recordPage(2, [{ Value: 'old' }, { Value: 'older' }]),
      });
      expect(await apply({ add: ['old', 'new', 'older'] })).toMatchObject({
        present: ['old', 'older'],
        native: { recordIds: { new: ID } },
      });
      expect(server.actions()).toEqual([
        'AddDomainRecord',
        'DescribeDomainRecords',
        'AddDomainRecord',
        'AddDomainRecord',
      ]);
    });

    it('takes a duplicate that a listing does not show yet for present too', async () => {
      answer({ AddDomainRecord: DUPLICATE, DescribeDomainRecords: recordPage(0, []) });
      expect(await apply({ add: ['old'] })).toMatchObject({ present: ['old'] });
    });

    it('is refused where the same record was paused, and says what to do', async () => {
      answer({
        AddDomainRecord: DUPLICATE,
        DescribeDomainRecords: recordPage(2, [{ Value: 'old', Status: 'DISABLE' }, { Value: 'other' }]),
      });
      expect(await failureOf(apply({ add: ['old'] }))).toMatchObject({
        code: 'ZONE_INACTIVE',
        outcomeUnknown: false,
        message: expect.stringContaining('_dnsauth.example.net.'),
        hint: expect.stringContaining('enable it in the console'),
      });
    });

    it('is refused at once where the set that was read shows the paused record', async () => {
      answer({ DescribeDomainRecords: recordPage(1, [{ Value: 'old', Status: 'Disable' }]) });
      const current = await read();
      expect(await failureOf(apply({ add: ['old'] }, current))).toMatchObject({ code: 'ZONE_INACTIVE' });
      expect(server.actions()).toEqual(['DescribeDomainRecords']);
    });

    it('puts another value beside a paused record', async () => {
      answer({
        DescribeDomainRecords: recordPage(1, [{ Value: 'old', Status: 'DISABLE' }]),
        AddDomainRecord: { body: { RecordId: ID } },
      });
      const current = await read();
      expect(await apply({ add: ['new'] }, current)).toMatchObject({ present: [] });
    });

    it('takes a value for present in a set of another kind of native', async () => {
      const current = { key: key(), ttl: 600, values: ['old'], conflicts: [] };
      expect(await apply({ add: ['old'] }, current)).toMatchObject({ present: ['old'] });
      expect(server.requests).toHaveLength(0);
    });

    it('reports a duplicate as the refusal that it was', async () => {
      answer({ AddDomainRecord: DUPLICATE, DescribeDomainRecords: recordPage(1, [{ Value: 'old' }]) });
      const call = testCall();
      await apply({ add: ['old'] }, undefined, call);
      expect(call.events).toMatchObject([
        { outcome: 'RECORD_CONFLICT', vendorCode: 'DomainRecordDuplicate' },
        { outcome: 'ok' },
      ]);
    });

    it('writes several values in their order, one after the other', async () => {
      answer({ AddDomainRecord: ({ parameters }) => ({ body: { RecordId: `7${parameters.Value}` } }) });
      expect((await apply({ add: ['3', '1', '2'] })).native).toEqual({
        recordIds: { 3: '73', 1: '71', 2: '72' },
      });
      expect(server.requests.map(({ parameters }) => parameters.Value)).toEqual(['3', '1', '2']);
    });

    it('keeps the id of a value that is named like a part of every object', async () => {
      answer({ AddDomainRecord: { body: { RecordId: ID } }, DeleteDomainRecord: { body: {} } });
      const { native } = await apply({ add: ['__proto__'] });
      const stored: Json = JSON.parse(JSON.stringify(native));
      expect(await apply({ remove: ['__proto__'], receipts: [stored] })).toMatchObject({ absent: [] });
      expect(server.actions()).toEqual(['AddDomainRecord', 'DeleteDomainRecord']);
    });

    it('leaves out what is there, and joins the TTL of the set', async () => {
      answer({
        DescribeDomainRecords: recordPage(1, [{ Value: 'old', TTL: 900 }]),
        AddDomainRecord: { body: { RecordId: ID } },
      });
      const current = await read();
      expect(await apply({ add: ['old', 'new'], ttl: 600 }, current)).toMatchObject({ present: ['old'] });
      expect(server.requests.slice(1).map(({ parameters }) => parameters)).toMatchObject([
        { Value: 'new', TTL: '900' },
      ]);
    });

    it('writes its own TTL where the set that was read has no values', async () => {
      answer({
        DescribeDomainRecords: recordPage(1, [{ Type: 'CNAME', Value: 'a.example.org', TTL: 900 }]),
        AddDomainRecord: refusal('DomainRecordConflict', 'Conflict.'),
      });
      const current = await read();
      expect(await failureOf(apply({ add: ['new'], ttl: 700 }, current))).toMatchObject({
        code: 'RECORD_CONFLICT',
      });
      expect(server.requests[1]?.parameters.TTL).toBe('700');
    });

    it('without a RecordId in the answer is PROTOCOL, and may have happened', async () => {
      answer({ AddDomainRecord: { body: { RequestId: 'R' } } });
      expect(await failureOf(apply({ add: ['a'] }))).toMatchObject({
        code: 'PROTOCOL',
        outcomeUnknown: true,
      });
    });
  });

  describe('removing', () => {
    const receipts: Json[] = [{ recordIds: { 'token-1': ID } }];

    it('takes one call when a receipt knows the id, with every digit of it', async () => {
      answer({ DeleteDomainRecord: { body: { RecordId: ID } } });
      expect(await apply({ remove: ['token-1'], receipts })).toMatchObject({ settled: true, absent: [] });
      expect(server.requests.map(({ parameters }) => parameters)).toEqual([{ RecordId: ID }]);
    });

    it('of a record that is gone is success', async () => {
      answer({ DeleteDomainRecord: GONE });
      expect(await apply({ remove: ['token-1'], receipts })).toMatchObject({ absent: ['token-1'] });
    });

    it('looks once for values that no receipt knows, and deletes exactly these', async () => {
      answer({
        DescribeDomainRecords: recordPage(4, [
          { Value: 'foreign', RecordId: '1' },
          { Value: 'mine', RecordId: '2' },
          { Value: 'mine', RecordId: '3', Line: 'telecom' },
          { Value: 'mine', RecordId: '4', Type: 'SPF' },
        ]),
        DeleteDomainRecord: { body: {} },
      });
      expect(await apply({ remove: ['mine', 'never there'] })).toMatchObject({ absent: ['never there'] });
      expect(server.actions()).toEqual(['DescribeDomainRecords', 'DeleteDomainRecord']);
      expect(server.requests[1]?.parameters).toEqual({ RecordId: '2' });
    });

    it('does not look again when the set was read', async () => {
      answer({
        DescribeDomainRecords: recordPage(1, [{ Value: 'mine', RecordId: '2' }]),
        DeleteDomainRecord: { body: {} },
      });
      const current = await read();
      expect(await apply({ remove: ['mine', 'other'] }, current)).toMatchObject({ absent: ['other'] });
      expect(server.actions()).toEqual(['DescribeDomainRecords', 'DeleteDomainRecord']);
    });

    it('trusts a receipt where a listing does not show the record yet', async () => {
      answer({
        DescribeDomainRecords: recordPage(1, [{ Value: 'foreign', RecordId: '1' }]),
        DeleteDomainRecord: { body: {} },
      });
      const current = await read();
      expect(await apply({ remove: ['token-1'], receipts }, current)).toMatchObject({ absent: [] });
      expect(server.requests[1]?.parameters).toEqual({ RecordId: ID });
    });

    it('leaves a record alone that someone has given another value meanwhile', async () => {
      answer({ DescribeDomainRecords: recordPage(1, [{ Value: 'edited by hand', RecordId: ID }]) });
      const current = await read();
      expect(await apply({ remove: ['token-1'], receipts }, current)).toMatchObject({ absent: ['token-1'] });
      expect(server.actions()).toEqual(['DescribeDomainRecords']);
    });

    it('takes a paused record away too, and both spellings of a value', async () => {
      answer({
        DescribeDomainRecords: recordPage(2, [
          { Value: 'mine', RecordId: '2', Status: 'DISABLE' },
          { Value: '"mine"', RecordId: '3' },
        ]),
        DeleteDomainRecord: { body: {} },
      });
      expect(await apply({ remove: ['mine'] })).toMatchObject({ absent: [] });
      expect(server.requests.slice(1).map(({ parameters }) => parameters.RecordId)).toEqual(['2', '3']);
    });

    it.each([
      [null],
      ['text'],
      [[]],
      [{ recordIds: null }],
      [{ recordIds: { 'token-1': 20174582930112512 } }],
      [{ recordIds: { 'token-1': '../../x' } }],
    ] as Json[][])('does not trust the receipt %j, and looks', async (receipt) => {
      answer({ DescribeDomainRecords: recordPage(0, []) });
      const removed = apply({ remove: ['token-1'], receipts: [receipt as Json] });
      expect(await removed).toMatchObject({ absent: ['token-1'] });
    });
  });

  describe('a change of several values', () => {
    it('that fails half way says so, and wants a look before it is repeated', async () => {
      let adds = 0;
      answer({
        AddDomainRecord: () =>
          ++adds === 1 ? { body: { RecordId: ID } } : refusal('Throttling.User', 'Flow control.'),
      });
      const error = await failureOf(apply({ add: ['a', 'b', 'c'] }));
      expect(error).toMatchObject({
        code: 'THROTTLED',
        retryable: true,
        outcomeUnknown: true,
        operation: 'AddDomainRecord',
      });
      expect(error.message).toContain('1 of 3 values');
      expect(server.requests).toHaveLength(2);
    });

    it.each([['reset' as const], [refusal('Throttling.User', 'Flow control.')]])(
      'that fails after a value of others tells of that one (%j)',
      async (failure) => {
        const behaviours = [DUPLICATE, { body: { RecordId: ID } }, failure];
        answer({
          AddDomainRecord: () => behaviours.shift() as Behaviour,
          DescribeDomainRecords: recordPage(1, [{ Value: 'theirs', RecordId: '1' }]),
        });
        expect(await failureOf(apply({ add: ['theirs', 'a', 'b'] }))).toMatchObject({
          outcomeUnknown: true,
          present: ['theirs'],
        });
      },
    );

    it('that fails at its first value is as it was', async () => {
      answer({ AddDomainRecord: refusal('Throttling.User', 'Flow control.') });
      expect(await failureOf(apply({ add: ['a', 'b'] }))).toMatchObject({
        code: 'THROTTLED',
        outcomeUnknown: false,
      });
    });

    it('adds before it removes', async () => {
      answer({ AddDomainRecord: { body: { RecordId: ID } }, DeleteDomainRecord: { body: {} } });
      await apply({ add: ['new'], remove: ['old'], receipts: [{ recordIds: { old: '1' } }] });
      expect(server.actions()).toEqual(['AddDomainRecord', 'DeleteDomainRecord']);
    });
  });
});
