import type { DnsError, PreparedChange, RecordKey, RecordSet } from '@domainproof/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApi } from '../src/api.js';
import { applyChanges } from '../src/batch.js';
import { readyClient } from '../src/ready-client.js';
import {
  type Behaviour,
  failureOf,
  KEY,
  key,
  recordPage,
  refusal,
  type SeenRequest,
  startServer,
  type TestServer,
  testCall,
  zone,
} from './support/server.js';
import { officialClient, TRANSPORTS } from './support/transports.js';

/** Beyond 2^53: a JavaScript number would end in ...992. */
const TASK = '9007199254740993';
const started = { body: `{"RequestId":"R","TaskId":${TASK}}` };
const named = (label: string) => key(`_dnsauth.${label}.example.net.`);

let server: TestServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

type Reaction = Behaviour | ((request: SeenRequest, nth: number) => Behaviour);

/** Answers by action; an action that is not listed is a test's mistake. */
function answer(reactions: Record<string, Reaction>) {
  const counts = new Map<string, number>();
  server.respond = (request) => {
    const { action } = request;
    const reaction = reactions[action];
    if (reaction === undefined) throw new Error(`${action} was not expected.`);
    const nth = counts.get(action) ?? 0;
    counts.set(action, nth + 1);
    return typeof reaction === 'function' ? reaction(request, nth) : reaction;
  };
}

function counts(SuccessCount: number, FailedCount: number, fields: object = {}): Behaviour {
  const TotalCount = SuccessCount + FailedCount;
  const body = { RequestId: 'R', Status: 1, TotalCount, SuccessCount, FailedCount, TaskId: '@', ...fields };
  return { body: JSON.stringify(body).replace('"@"', TASK) };
}

function details(...rows: object[]): Behaviour {
  const BatchResultDetail = rows.map((row) => ({
    Domain: 'example.net',
    Type: 'TXT',
    Line: 'default',
    ...row,
  }));
  return {
    body: { RequestId: 'R', TotalCount: rows.length, BatchResultDetails: { BatchResultDetail } },
  };
}

const adding = (recordKey: RecordKey, ...add: string[]): PreparedChange => ({
  current: undefined,
  change: { key: recordKey, add, remove: [], ttl: 600 },
});
const removing = (
  current: RecordSet | undefined,
  recordKey: RecordKey,
  ...remove: string[]
): PreparedChange => ({
  current,
  change: { key: recordKey, add: [], remove, ttl: 600 },
});

describe.each(TRANSPORTS)('over $name', ({ providerFor }) => {
  const apply = (changes: readonly PreparedChange[], call = testCall()) =>
    providerFor(server).applyChanges?.(zone, changes, call) as ReturnType<typeof applyChanges>;
  const readAll = (keys: readonly RecordKey[]) =>
    providerFor(server).readRecordSets?.(zone, keys, testCall()) as Promise<(RecordSet | undefined)[]>;
  const forms = () =>
    server.requests.filter(({ action }) => action === 'OperateBatchDomain').map(({ form }) => form);

  describe('a batch that adds', () => {
    it('is one form, its task asked for with every digit, and gives record ids', async () => {
      answer({
        OperateBatchDomain: started,
        DescribeBatchResultCount: counts(2, 0),
        DescribeBatchResultDetail: details(
          { Rr: '_DNSAUTH.b', Value: 'two', Status: true, RecordId: '20174582930112515' },
          { Rr: '_dnsauth.a', Value: 'one', Status: true, RecordId: '20174582930112513' },
        ),
      });
      const call = testCall();
      expect(await apply([adding(named('a'), 'one'), adding(named('b'), 'two')], call)).toEqual([
        { settled: true, present: [], absent: [], native: { recordIds: { one: '20174582930112513' } } },
        { settled: true, present: [], absent: [], native: { recordIds: { two: '20174582930112515' } } },
      ]);
      expect(forms()).toEqual([
        {
          Type: 'RR_ADD',
          'DomainRecordInfo.1.Domain': 'example.net',
          'DomainRecordInfo.1.Rr': '_dnsauth.a',
          'DomainRecordInfo.1.Type': 'TXT',
          'DomainRecordInfo.1.Value': 'one',
          'DomainRecordInfo.1.Line': 'default',
          'DomainRecordInfo.1.Ttl': '600',
          'DomainRecordInfo.2.Domain': 'example.net',
          'DomainRecordInfo.2.Rr': '_dnsauth.b',
          'DomainRecordInfo.2.Type': 'TXT',
          'DomainRecordInfo.2.Value': 'two',
          'DomainRecordInfo.2.Line': 'default',
          'DomainRecordInfo.2.Ttl': '600',
        },
      ]);
      const questions = server.requests.slice(1).map(({ parameters }) => parameters);
      expect(questions).toMatchObject([
        { TaskId: TASK, BatchType: 'RR_ADD' },
        { TaskId: TASK, BatchType: 'RR_ADD', PageSize: '100' },
      ]);
      expect(call.events.map(({ operation, write }) => [operation, write])).toEqual([
        ['OperateBatchDomain', true],
        ['DescribeBatchResultCount', false],
        ['DescribeBatchResultDetail', false],
      ]);
    });

    it('waits for a task that runs, and for one that the vendor does not know yet', async () => {
      answer({
        OperateBatchDomain: started,
        DescribeBatchResultCount: (_, nth) =>
          nth === 0
            ? { body: { Status: -1 } }
            : nth === 1
              ? counts(0, 0, { Status: 0 })
              : nth === 2
                ? refusal('Throttling.User', 'Slow down.')
                : counts(1, 0),
        DescribeBatchResultDetail: details({ Rr: '_dnsauth.a', Value: 'one', Status: true }),
      });
      expect(await apply([adding(named('a'), 'one')])).toMatchObject([{ settled: true }]);
      expect(server.actions().filter((action) => action === 'DescribeBatchResultCount')).toHaveLength(4);
    });

    it('tells which of its entries was refused, and nothing of the others changes', async () => {
      answer({
        OperateBatchDomain: started,
        DescribeBatchResultCount: counts(1, 1),
        DescribeBatchResultDetail: details(
          { Rr: '_dnsauth.a', Value: 'one', Status: 'SUCCESS', RecordId: '7' },
          { Rr: '_dnsauth.b', Value: 'two', Status: false, Reason: 'No\nluck.' },
        ),
      });
      const [one, two] = await apply([adding(named('a'), 'one'), adding(named('b'), 'two')]);
      expect(one).toMatchObject({ native: { recordIds: { one: '7' } } });
      expect(two).toMatchObject({
        name: 'DnsError',
        outcomeUnknown: false,
        message: expect.stringContaining('No luck.'),
      });
    });

    it('leaves open what became of an entry of which the details say nothing clear', async () => {
      answer({
        OperateBatchDomain: started,
        DescribeBatchResultCount: counts(1, 4),
        DescribeBatchResultDetail: details(
          { Rr: '_dnsauth.b', Value: 'two', Status: 'maybe' },
          { Rr: '_dnsauth.c', Value: 'three', Status: true, RecordId: '1' },
          { Rr: '_dnsauth.c', Value: 'three', Status: false },
          { Rr: '_dnsauth.d', Value: 'four', Status: 'FAIL' },
          { Rr: '_dnsauth.e', Value: 'five', Status: true, Line: 'telecom' },
        ),
      });
      const values = ['one', 'two', 'three', 'four', 'five'];
      const results = await apply(
        values.map((value, index) => adding(named('abcde'[index] as string), value)),
      );
      expect(results.map((result) => (result as DnsError).outcomeUnknown)).toEqual([
        true,
        true,
        true,
        false,
        true,
      ]);
    });

    it('of several values of one set is half done where one of them was refused', async () => {
      answer({
        OperateBatchDomain: started,
        DescribeBatchResultCount: counts(1, 1),
        DescribeBatchResultDetail: details(
          { Rr: '_dnsauth.a', Value: 'one', Status: true },
          { Rr: '_dnsauth.a', Value: 'two', Status: false },
        ),
      });
      expect(await apply([adding(named('a'), 'one', 'two')])).toMatchObject([
        { name: 'DnsError', outcomeUnknown: true },
      ]);
    });

    it('does without record ids where the details cannot be read, or name none', async () => {
      const detail: Behaviour[] = [
        refusal('Forbidden.RAM', 'Not allowed.'),
        details(),
        details({ Rr: '_dnsauth.a', Value: 'one', Status: true, RecordId: '../x' }),
      ];
      answer({
        OperateBatchDomain: started,
        DescribeBatchResultCount: counts(1, 0),
        DescribeBatchResultDetail: (_, nth) => detail[nth] as Behaviour,
      });
      for (const _ of detail)
        expect(await apply([adding(named('a'), 'one')])).toMatchObject([{ native: { recordIds: {} } }]);
    });

    it('cannot tell what became of it where something failed and the details cannot be read', async () => {
      answer({
        OperateBatchDomain: started,
        DescribeBatchResultCount: counts(1, 1),
        DescribeBatchResultDetail: refusal('Forbidden.RAM', 'Not allowed.'),
      });
      const work = apply([adding(named('a'), 'one'), adding(named('b'), 'two')]);
      expect(await failureOf(work)).toMatchObject({
        code: 'FORBIDDEN',
        outcomeUnknown: true,
        hint: expect.stringContaining('alidns:DescribeBatchResultDetail'),
      });
    });

    it('leaves out what is there, joins the TTL of the set, and asks nothing if nothing is to do', async () => {
      answer({
        DescribeDomainRecords: recordPage(2, [
          { RR: '_dnsauth.a', Value: 'old', TTL: 900 },
          { RR: '_dnsauth.b', Value: 'paused', Status: 'DISABLE' },
        ]),
        OperateBatchDomain: started,
        DescribeBatchResultCount: counts(1, 0),
        DescribeBatchResultDetail: details(),
      });
      const [a, b] = await readAll([named('a'), named('b')]);
      const [onlyOld, alsoNew, paused] = await apply([
        { ...adding(named('a'), 'old'), current: a },
        { ...adding(named('a'), 'old', 'new', 'new'), current: a },
        { ...adding(named('b'), 'paused'), current: b },
      ]);
      expect(onlyOld).toMatchObject({ present: ['old'] });
      expect(alsoNew).toMatchObject({ present: ['old'] });
      expect(paused).toMatchObject({ code: 'ZONE_INACTIVE', outcomeUnknown: false });
      expect(forms()).toMatchObject([{ 'DomainRecordInfo.1.Value': 'new', 'DomainRecordInfo.1.Ttl': '900' }]);
      expect(forms()[0]).not.toHaveProperty(['DomainRecordInfo.2.Value']);
      server.requests.length = 0;
      await apply([{ ...adding(named('a'), 'old'), current: a }]);
      expect(server.requests).toHaveLength(0);
    });

    it('carries the preference of an MX apart', async () => {
      answer({
        OperateBatchDomain: started,
        DescribeBatchResultCount: counts(1, 0),
        DescribeBatchResultDetail: details({
          Rr: 'a',
          Type: 'MX',
          Value: 'mail.example.org',
          Priority: '10',
          Status: true,
          RecordId: '5',
        }),
      });
      const mx = key('a.example.net.', 'MX');
      expect(await apply([adding(mx, '10 mail.example.org.')])).toMatchObject([
        { native: { recordIds: { '10 mail.example.org.': '5' } } },
      ]);
      expect(forms()).toMatchObject([
        { 'DomainRecordInfo.1.Value': 'mail.example.org', 'DomainRecordInfo.1.Priority': '10' },
      ]);
    });

    it('goes to the vendor in parts of 200', async () => {
      let sent = 0;
      answer({
        OperateBatchDomain: ({ form }) => {
          sent = Object.keys(form).filter((name) => name.endsWith('.Value')).length;
          return started;
        },
        DescribeBatchResultCount: () => counts(sent, 0),
        DescribeBatchResultDetail: details(),
      });
      const changes = Array.from({ length: 401 }, (_, index) => adding(named(`h${index}`), `value-${index}`));
      const results = await apply(changes);
      expect(results.filter((result) => 'settled' in result)).toHaveLength(401);
      expect(
        forms().map((form) => Object.keys(form).filter((name) => name.endsWith('.Value')).length),
      ).toEqual([200, 200, 1]);
    });

    it('that fails after an earlier part was done fails for the rest only', async () => {
      answer({
        OperateBatchDomain: (_, nth) => (nth === 0 ? started : refusal('Throttling.User', 'Slow down.')),
        DescribeBatchResultCount: counts(200, 0),
        DescribeBatchResultDetail: details(),
      });
      const changes = Array.from({ length: 401 }, (_, index) => adding(named(`h${index}`), `value-${index}`));
      const results = await apply(changes);
      expect(results.filter((result) => 'settled' in result)).toHaveLength(200);
      expect(results.slice(200).every((result) => (result as DnsError).code === 'THROTTLED')).toBe(true);
      expect(results.slice(200).some((result) => (result as DnsError).outcomeUnknown)).toBe(false);
      expect(forms()).toHaveLength(2);
    });
  });

  it('a call that is refused after a part of unknown outcome fails for the rest only', async () => {
    answer({
      OperateBatchDomain: (_, nth) => (nth === 0 ? started : refusal('Throttling.User', 'Slow down.')),
      DescribeBatchResultCount: counts(0, 200),
      DescribeBatchResultDetail: details(),
    });
    const changes = Array.from({ length: 201 }, (_, index) => adding(named(`h${index}`), `value-${index}`));
    const results = (await apply(changes)) as DnsError[];
    expect(results.filter(({ outcomeUnknown }) => outcomeUnknown)).toHaveLength(200);
    expect(results[200]).toMatchObject({ code: 'THROTTLED', outcomeUnknown: false });
  });

  describe('a batch that cannot be', () => {
    it.each([
      ['Forbidden.RAM', 400, 'FORBIDDEN'],
      ['InvalidAction.NotFound', 404, 'PROTOCOL'],
      ['Throttling.User', 400, 'THROTTLED'],
    ])('%s is thrown with a known outcome', async (code, status, becomes) => {
      answer({ OperateBatchDomain: refusal(code, 'No.', status) });
      const error = await failureOf(apply([adding(named('a'), 'one')]));
      expect(error).toMatchObject({ code: becomes, outcomeUnknown: false, operation: 'OperateBatchDomain' });
    });

    it.each(['reset', 'truncate'] as const)('%s leaves everything open', async (behaviour) => {
      answer({ OperateBatchDomain: behaviour });
      expect(await failureOf(apply([adding(named('a'), 'one')]))).toMatchObject({
        code: 'TRANSIENT',
        outcomeUnknown: true,
      });
    });

    it.each([[{}], [{ TaskId: null }], [{ TaskId: 'x' }], [{ TaskId: -1 }]])(
      'answered with %j leaves everything open',
      async (body) => {
        answer({ OperateBatchDomain: { body } });
        expect(await failureOf(apply([adding(named('a'), 'one')]))).toMatchObject({
          code: 'PROTOCOL',
          outcomeUnknown: true,
        });
      },
    );

    it.each([
      ['failed as a whole', counts(0, 1, { Status: 2, Reason: 'Broken.' }), /Broken/],
      ['failed without a reason', { body: { Status: 2 } }, /no reason/],
      ['has an unknown status', { body: { Status: 9 } }, /Status/],
      ['has no status', { body: {} }, /Status/],
      ['is another one', counts(1, 0, { TaskId: 5 }), /another task/],
      ['may not be looked at', refusal('Forbidden.RAM', 'No.'), /No/],
    ])('whose task %s leaves everything open', async (_, count, message) => {
      answer({ OperateBatchDomain: started, DescribeBatchResultCount: count });
      const error = await failureOf(apply([adding(named('a'), 'one')]));
      expect(error).toMatchObject({ outcomeUnknown: true, message: expect.stringMatching(message) });
    });

    it('is left at the signal, with an unknown outcome', async () => {
      const stop = new AbortController();
      answer({
        OperateBatchDomain: started,
        DescribeBatchResultCount: () => {
          setImmediate(() => stop.abort());
          return counts(0, 0, { Status: 0 });
        },
      });
      const work = apply([adding(named('a'), 'one')], testCall(stop.signal));
      expect(await failureOf(work)).toMatchObject({ code: 'ABORTED', outcomeUnknown: true });
    });
  });

  describe('a batch that deletes', () => {
    /** The sets of `keys` as read out of these records, and what was deleted in a batch and by id. */
    async function remove(records: object[], changes: (sets: (RecordSet | undefined)[]) => PreparedChange[]) {
      const keys = [named('a'), named('b')];
      answer({
        DescribeDomainRecords: recordPage(records.length, records),
        OperateBatchDomain: started,
        DescribeBatchResultCount: counts(2, 0),
        DeleteDomainRecord: { body: {} },
      });
      const results = await apply(changes(await readAll(keys)));
      const byId = server.requests
        .filter(({ action }) => action === 'DeleteDomainRecord')
        .map(({ parameters }) => parameters.RecordId);
      return { results, byId, actions: server.actions() };
    }

    it('names host record and value as listed, and needs no details', async () => {
      const { results, actions } = await remove(
        [
          { RR: '_DnsAuth.A', Value: '"one"', RecordId: '1', Status: 'DISABLE' },
          { RR: '_dnsauth.b', Value: 'two', RecordId: '2' },
          { RR: '_dnsauth.b', Value: 'foreign', RecordId: '3' },
        ],
        ([a, b]) => [removing(a, named('a'), 'one'), removing(b, named('b'), 'two', 'never there')],
      );
      expect(results).toMatchObject([{ absent: [] }, { absent: ['never there'] }]);
      expect(actions).toEqual(['DescribeDomainRecords', 'OperateBatchDomain', 'DescribeBatchResultCount']);
      expect(forms()).toEqual([
        {
          Type: 'RR_DEL',
          'DomainRecordInfo.1.Domain': 'example.net',
          'DomainRecordInfo.1.Rr': '_DnsAuth.A',
          'DomainRecordInfo.1.Type': 'TXT',
          'DomainRecordInfo.1.Value': '"one"',
          'DomainRecordInfo.1.Line': 'default',
          'DomainRecordInfo.2.Domain': 'example.net',
          'DomainRecordInfo.2.Rr': '_dnsauth.b',
          'DomainRecordInfo.2.Type': 'TXT',
          'DomainRecordInfo.2.Value': 'two',
          'DomainRecordInfo.2.Line': 'default',
        },
      ]);
    });

    it.each([
      ['another line', { Line: 'telecom' }],
      ['another type', { Type: 'CAA' }],
      ['another case', { Value: 'ONE' }],
      ['a longer value', { Value: 'one-and-more' }],
      ['a longer host record', { RR: 'x_dnsauth.a.y' }],
    ])('goes by record id where %s has the same value', async (_, other) => {
      const own = { RR: '_dnsauth.a', Value: 'one', RecordId: '1' };
      const { byId, actions, results } = await remove([own, { ...own, RecordId: '9', ...other }], ([a]) => [
        removing(a, named('a'), 'one'),
      ]);
      expect(byId).toEqual(['1']);
      expect(actions).not.toContain('OperateBatchDomain');
      expect(results).toMatchObject([{ absent: [] }]);
    });

    it('goes by record id where the vendor lists no value', async () => {
      const { byId, actions } = await remove([{ RR: '_dnsauth.a', Value: '', RecordId: '1' }], ([a]) => [
        removing(a, named('a'), ''),
      ]);
      expect(byId).toEqual(['1']);
      expect(actions).not.toContain('OperateBatchDomain');
    });

    it('trusts a receipt where the listing does not show the record yet', async () => {
      const receipts = [{ recordIds: { one: '77' } }];
      const change = removing(undefined, named('a'), 'one');
      const { byId } = await remove([], () => [{ ...change, change: { ...change.change, receipts } }]);
      expect(byId).toEqual(['77']);
    });

    it('takes a record that is gone for absent', async () => {
      const gone = refusal('DomainRecordNotBelongToUser', 'No such record.');
      answer({ DeleteDomainRecord: gone });
      const change = {
        ...removing(undefined, named('a'), 'one').change,
        receipts: [{ recordIds: { one: '7' } }],
      };
      expect(await apply([{ current: undefined, change }])).toMatchObject([{ absent: ['one'] }]);
    });

    it('does not say removed of what the vendor did not delete', async () => {
      answer({
        DescribeDomainRecords: recordPage(2, [
          { RR: '_dnsauth.a', Value: 'one' },
          { RR: '_dnsauth.b', Value: 'two' },
        ]),
        OperateBatchDomain: started,
        DescribeBatchResultCount: counts(1, 0),
        DescribeBatchResultDetail: details({ Rr: '_dnsauth.a', Value: 'one', Status: true, RecordId: '1' }),
      });
      const [a, b] = await readAll([named('a'), named('b')]);
      const results = await apply([removing(a, named('a'), 'one'), removing(b, named('b'), 'two')]);
      expect(results).toMatchObject([{ absent: [] }, { name: 'DnsError', outcomeUnknown: true }]);
    });
  });

  describe('readRecordSets', () => {
    it('takes one listing for all sets, in the order of the keys', async () => {
      answer({
        DescribeDomainRecords: recordPage(4, [
          { RR: '_dnsauth.a', Value: 'one' },
          { RR: '_dnsauth.b', Type: 'CNAME', Value: 'elsewhere.example.org' },
          { RR: '@', Value: 'apex' },
          { RR: '*', Value: 'wildcard', Line: 'telecom' },
        ]),
      });
      const sets = await readAll([
        named('b'),
        key('example.net.'),
        named('none'),
        named('a'),
        key('*.example.net.', 'TXT', 'telecom'),
      ]);
      expect(sets.map((set) => set?.values)).toEqual([[], ['apex'], undefined, ['one'], ['wildcard']]);
      expect(sets[0]?.conflicts).toEqual([{ ...named('b'), type: 'CNAME' }]);
      expect(server.requests.map(({ parameters }) => parameters)).toEqual([
        { DomainName: 'example.net', PageNumber: '1', PageSize: '500' },
      ]);
    });

    const page = ({ parameters }: SeenRequest, total: number) => {
      if (parameters.RRKeyWord) return recordPage(1, [{ RR: parameters.RRKeyWord, Value: 'found' }]);
      const start = (Number(parameters.PageNumber) - 1) * 500;
      const ids = Array.from({ length: 500 }, (_, index) => String(1e6 + start + index));
      return recordPage(
        total,
        ids.map((RecordId) => ({ RecordId, RR: `host-${RecordId}`, Value: 'decoy' })),
      );
    };

    it('asks name by name where the zone has more pages than there are names', async () => {
      answer({ DescribeDomainRecords: (request) => page(request, 2_000) });
      const sets = await readAll([named('a'), named('b'), named('a')]);
      expect(sets.map((set) => set?.values)).toEqual([['found'], ['found'], ['found']]);
      expect(server.requests.map(({ parameters }) => parameters.RRKeyWord)).toEqual([
        undefined,
        '_dnsauth.a',
        '_dnsauth.b',
      ]);
    });

    it('goes on with the zone where that takes no more calls, or where a name cannot be searched for', async () => {
      answer({ DescribeDomainRecords: (request) => page(request, 1_500) });
      await readAll([named('a'), named('b')]);
      expect(server.requests).toHaveLength(3);
      server.requests.length = 0;
      await readAll([named('xn--fsqu00a')]);
      expect(server.requests).toHaveLength(3);
    });

    it('asks nothing for nothing', async () => {
      expect(await readAll([])).toEqual([]);
      expect(server.requests).toHaveLength(0);
    });
  });
});

it('a task that never ends is given up, with an unknown outcome', async () => {
  answer({ OperateBatchDomain: started, DescribeBatchResultCount: counts(0, 0, { Status: 0 }) });
  const client = officialClient('4.6.1', { ...KEY, endpoint: server.endpoint });
  const api = createApi(readyClient(client), 10_000);
  const polling = { firstPauseMs: 1, longestPauseMs: 2, totalMs: 20 };
  const error = await failureOf(applyChanges(api, zone, [adding(named('a'), 'one')], testCall(), polling));
  expect(error).toMatchObject({ code: 'TIMEOUT', outcomeUnknown: true });
  expect(error.message).toContain(TASK);
});
