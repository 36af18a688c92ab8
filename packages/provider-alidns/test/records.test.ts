import type { RecordKey } from '@domainproof/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  failureOf,
  key,
  recordPage,
  refusal,
  startServer,
  type TestServer,
  testCall,
  zone,
} from './support/server.js';
import { TRANSPORTS } from './support/transports.js';

describe.each(TRANSPORTS)('over $name', ({ providerFor }) => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startServer();
  });
  afterEach(() => server.close());

  const read = (wanted: RecordKey = key()) => providerFor(server).readRecordSet(zone, wanted, testCall());
  const holds = (...records: object[]) => {
    server.respond = () => recordPage(records.length, records);
  };

  describe('readRecordSet', () => {
    it('narrows by host record only, since other types may exclude the set', async () => {
      holds({ Value: 'token-1' });
      await read();
      expect(server.requests.map(({ action, parameters }) => ({ action, ...parameters }))).toEqual([
        {
          action: 'DescribeDomainRecords',
          DomainName: 'example.net',
          RRKeyWord: '_dnsauth',
          PageNumber: '1',
          PageSize: '500',
        },
      ]);
    });

    it('gives every value of the set and nothing of its neighbours', async () => {
      holds(
        { Value: 'token-1', TTL: 900 },
        { Value: 'token-2', RR: '_DNSAuth', TTL: 600 },
        { Value: 'decoy', RR: 'x_dnsauth' },
        { Value: 'decoy', RR: '_dnsauth.www' },
        { Value: 'decoy', RR: 'www._dnsauth' },
        { Value: 'decoy', Line: 'telecom' },
        { Value: '192.0.2.1', Type: 'A' },
        { Value: 'no name', RR: 'a b' },
      );
      expect(await read()).toMatchObject({
        key: key(),
        ttl: 600,
        values: ['token-1', 'token-2'],
        conflicts: [],
      });
    });

    it('is undefined if nothing is there', async () => {
      holds({ Value: 'decoy', RR: 'x_dnsauth' });
      expect(await read()).toBeUndefined();
      server.respond = () => refusal('InvalidRR.NoExist', 'No such host record.');
      expect(await read()).toBeUndefined();
    });

    it('finds the 501st record', async () => {
      const ids = Array.from({ length: 501 }, (_, index) => String(30174582930112512n + BigInt(index)));
      server.respond = ({ parameters }) => {
        const start = (Number(parameters.PageNumber) - 1) * 500;
        const records = ids.slice(start, start + 500).map((RecordId, index) => ({
          RecordId,
          RR: start + index === 500 ? '_dnsauth' : `_dnsauth.host-${index}`,
          Value: `token-${start + index + 1}`,
        }));
        return recordPage(501, records);
      };
      expect((await read())?.values).toEqual(['token-501']);
      expect(server.requests).toHaveLength(2);
    });

    it('finds the record that slid to an earlier page while others were deleted', async () => {
      let stored = Array.from({ length: 501 }, (_, index) => ({
        RecordId: String(30174582930112512n + BigInt(index)),
        RR: index === 500 ? '_dnsauth' : `_dnsauth.host-${index}`,
        Value: `token-${index + 1}`,
      }));
      server.respond = ({ parameters }) => {
        const start = (Number(parameters.PageNumber) - 1) * 500;
        const answer = recordPage(stored.length, stored.slice(start, start + 500));
        if (server.requests.length === 1) stored = stored.slice(1);
        return answer;
      };
      expect((await read())?.values).toEqual(['token-501']);
    });

    it('tells when a list never stands still', async () => {
      let total = 100_000;
      server.respond = ({ parameters }) => {
        total -= 1;
        return recordPage(total, [{ RecordId: `${parameters.PageNumber}${total}`, RR: '_dnsauth.other' }]);
      };
      expect(await failureOf(read())).toMatchObject({ code: 'BUSY', retryable: true });
    });

    it('takes a value out of the quotes that some answers put around it', async () => {
      holds({ Value: '"token-1"' }, { Value: '"part one" "part two"' }, { Value: '"unpaired' });
      expect((await read())?.values).toEqual(['token-1', 'part onepart two', '"unpaired']);
    });

    it.each([
      ['CNAME', { Value: 'Target.Example.org' }, 'target.example.org.'],
      ['NS', { Value: 'ns1.example.org.' }, 'ns1.example.org.'],
      ['MX', { Value: 'mail.example.org', Priority: 10 }, '10 mail.example.org.'],
      ['SRV', { Value: '1 2 443 host.example.org' }, '1 2 443 host.example.org.'],
      ['AAAA', { Value: '2001:DB8:0::1' }, '2001:db8::1'],
      ['CAA', { Value: '0 issue "ca.example.org"' }, '0 issue "ca.example.org"'],
    ])('gives the canonical value of a %s record', async (Type, record, canonical) => {
      holds({ Type, ...record });
      expect((await read(key('_dnsauth.example.net.', Type)))?.values).toEqual([canonical]);
    });

    it('reads the apex, a wildcard, and another line', async () => {
      holds(
        { RR: '@', Value: 'apex' },
        { RR: '*', Value: 'wildcard' },
        { Value: 'line', Line: 'cn_telecom_beijing' },
      );
      expect((await read(key('example.net.')))?.values).toEqual(['apex']);
      expect((await read(key('*.example.net.')))?.values).toEqual(['wildcard']);
      const onLine = key('_dnsauth.example.net.', 'TXT', 'cn_telecom_beijing');
      expect((await read(onLine))?.values).toEqual(['line']);
      expect(server.requests.map(({ parameters }) => parameters.RRKeyWord)).toEqual(['@', '*', '_dnsauth']);
    });

    it('reads a host record that the vendor keeps in Unicode', async () => {
      holds({ RR: '_dnsauth.例子', Value: 'token-1' });
      expect((await read(key('_dnsauth.xn--fsqu00a.example.net.')))?.values).toEqual(['token-1']);
      expect(server.requests[0]?.parameters).not.toHaveProperty('RRKeyWord');
    });

    it('uses the name of the zone as the vendor gave it', async () => {
      holds();
      const idn = { ...zone, id: '例子.net', name: 'xn--fsqu00a.net.' as never };
      await providerFor(server).readRecordSet(idn, key('_dnsauth.xn--fsqu00a.net.'), testCall());
      expect(server.requests[0]?.parameters).toMatchObject({ DomainName: '例子.net', RRKeyWord: '_dnsauth' });
    });

    it('that is paused as a whole, in either spelling of the status, says so and holds its values', async () => {
      holds({ Value: 'paused', Status: 'DISABLE' }, { Value: 'paused too', Status: 'DISABLE' });
      expect(await read()).toMatchObject({ unserved: 'DISABLE', values: ['paused', 'paused too'] });
      holds({ Value: 'paused', Status: 'Disable', TTL: 900 });
      expect(await read()).toMatchObject({ unserved: 'Disable', values: ['paused'], ttl: 900 });
    });

    it('does not count a paused record beside one that is served', async () => {
      holds({ Value: 'paused', Status: 'Disable', TTL: 60 }, { Value: 'served', Status: 'Enable' });
      const set = await read();
      expect(set).toMatchObject({ values: ['served'], ttl: 600 });
      expect(set).not.toHaveProperty('unserved');
    });

    it('takes a TTL that is no number for the default', async () => {
      holds({ Value: 'token-1', TTL: 'soon' });
      expect((await read())?.ttl).toBe(600);
    });
  });

  describe('what excludes a record set', () => {
    const conflicts = async (wanted: RecordKey) => (await read(wanted))?.conflicts.map(({ type }) => type);

    it('is a CNAME at the name of a TXT: a set without values names it', async () => {
      holds({ Type: 'CNAME', Value: 'elsewhere.example.org' });
      expect(await read()).toMatchObject({ values: [], conflicts: [key('_dnsauth.example.net.', 'CNAME')] });
    });

    it('is every other type at the name of a CNAME, each once', async () => {
      holds(
        { Value: 'a' },
        { Value: 'b' },
        { Type: 'A', Value: '192.0.2.1' },
        { Type: 'CNAME', Value: 'c.example.org' },
      );
      expect(await conflicts(key('_dnsauth.example.net.', 'CNAME'))).toEqual(['TXT', 'A']);
    });

    it('is nothing on another line, paused, or at another name', async () => {
      holds(
        { Type: 'CNAME', Value: 'a.example.org', Line: 'telecom' },
        { Type: 'CNAME', Value: 'b.example.org', Status: 'DISABLE' },
        { Type: 'CNAME', Value: 'c.example.org', RR: 'x_dnsauth' },
      );
      expect(await read()).toBeUndefined();
    });

    it('is no MX and no TXT beside a CNAME at the apex, but an A', async () => {
      const at = { RR: '@' };
      holds(
        { ...at, Type: 'CNAME', Value: 'a.example.org' },
        { ...at, Value: 'text' },
        { ...at, Type: 'MX', Value: 'mail.example.org', Priority: 5 },
        { ...at, Type: 'A', Value: '192.0.2.1' },
      );
      expect(await conflicts(key('example.net.', 'CNAME'))).toEqual(['A']);
      expect(await conflicts(key('example.net.', 'TXT'))).toEqual([]);
      expect(await conflicts(key('example.net.', 'MX'))).toEqual([]);
      expect(await conflicts(key('example.net.', 'A'))).toEqual(['CNAME']);
    });
  });

  describe('a RecordId', () => {
    it('that comes as a number keeps every digit', async () => {
      const records = (ids: string[]) =>
        `{"TotalCount":${ids.length},"DomainRecords":{"Record":[${ids
          .map(
            (id) =>
              `{"RecordId":${id},"RR":"_dnsauth","Type":"TXT","Value":"${id}: \\"1234567890123456789\\"","TTL":600}`,
          )
          .join(',')}]}}`;
      server.respond = ({ action }) => ({
        body: action === 'DeleteDomainRecord' ? {} : records(['20174582930112513', '7']),
      });
      const current = await read();
      const remove = [...(current?.values ?? [])];
      expect(remove).toEqual(['20174582930112513', '7'].map((id) => `${id}: "1234567890123456789"`));
      const change = { key: key(), add: [], remove, ttl: 600 };
      await providerFor(server).applyChange(zone, current, change, testCall());
      expect(server.requests.slice(1).map(({ parameters }) => parameters.RecordId)).toEqual([
        '20174582930112513',
        '7',
      ]);
    });

    it.each([[''], [1.5], [undefined], [{}], ['1'.repeat(65)], ['1 OR 2']])(
      '%j cannot be used, and is PROTOCOL',
      async (RecordId) => {
        holds({ Value: 'token-1', RecordId });
        expect(await failureOf(read())).toMatchObject({ code: 'PROTOCOL' });
      },
    );
  });
});
