import type { Fqdn, Zone } from '@domainproof/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { domainPage, failureOf, startServer, type TestServer, testCall } from './support/server.js';
import { TRANSPORTS } from './support/transports.js';

describe.each(TRANSPORTS)('over $name', ({ providerFor }) => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startServer();
  });
  afterEach(() => server.close());

  const find = (name: string) => providerFor(server).findZones(name as Fqdn, testCall());
  const names = (zones: readonly Zone[]) => zones.map(({ name }) => name);

  async function list(): Promise<Zone[]> {
    const zones: Zone[] = [];
    for await (const zone of providerFor(server).listZones(testCall())) zones.push(zone);
    return zones;
  }

  describe('findZones', () => {
    it('asks once, for the last two labels, a hundred on a page', async () => {
      server.respond = () => domainPage(1, ['example.net']);
      expect(names(await find('_dnsauth.a.b.example.net.'))).toEqual(['example.net.']);
      expect(server.requests.map(({ parameters }) => parameters)).toEqual([
        { KeyWord: 'example.net', SearchMode: 'LIKE', PageNumber: '1', PageSize: '100' },
      ]);
    });

    it('gives hosted sub-zones and neighbours of the family, and no near miss', async () => {
      server.respond = () =>
        domainPage(5, ['my-example.net', 'example.net', 'b.example.net', 'example.net.cn', 'EXAMPLE.net.co']);
      expect(names(await find('x.b.example.net.'))).toEqual(['example.net.', 'b.example.net.']);
    });

    it('takes a domain of one label for its own family', async () => {
      server.respond = () => domainPage(1, ['test']);
      expect(names(await find('test.'))).toEqual(['test.']);
      expect(server.requests[0]?.parameters.KeyWord).toBe('test');
    });

    it('uses PunyCode for an IDN and keeps DomainName for later calls', async () => {
      server.respond = () => domainPage(1, [{ DomainName: '例子.net', PunyCode: 'xn--fsqu00a.net' }]);
      expect(await find('_dnsauth.xn--fsqu00a.net.')).toEqual([
        { id: '例子.net', name: 'xn--fsqu00a.net.', status: 'active' },
      ]);
      expect(server.requests).toHaveLength(1);
    });

    it('believes PunyCode where the two forms do not belong together by the newer rules', async () => {
      server.respond = () => domainPage(1, [{ DomainName: 'straße.net', PunyCode: 'strasse.net' }]);
      expect(names(await find('_dnsauth.strasse.net.'))).toEqual(['strasse.net.']);
    });

    it('asks once more with the Unicode form when the A-labels of an IDN are not met', async () => {
      server.respond = ({ parameters }) =>
        parameters.KeyWord === '例子.net' ? domainPage(1, [{ DomainName: '例子.net' }]) : domainPage(0, []);
      expect(names(await find('xn--fsqu00a.net.'))).toEqual(['xn--fsqu00a.net.']);
      expect(server.requests.map(({ parameters }) => parameters.KeyWord)).toEqual([
        'xn--fsqu00a.net',
        '例子.net',
      ]);
    });

    it('does not ask twice for a name without IDN labels', async () => {
      server.respond = () => domainPage(0, []);
      expect(await find('www.example.net.')).toEqual([]);
      expect(server.requests).toHaveLength(1);
    });
  });

  describe('a zone', () => {
    const limits = async (fields: object) => {
      server.respond = () => domainPage(1, [{ DomainName: 'example.net', ...fields }]);
      return (await find('example.net.'))[0]?.limits?.ttl;
    };

    it.each([
      ['mianfei', 600],
      ['version_personal', 600],
      ['version_enterprise_basic', 60],
      ['version_enterprise_advanced', 1],
    ])('of edition %s takes TTLs from %i s', async (VersionCode, min) => {
      expect(await limits({ VersionCode })).toEqual({ min, max: 86_400, default: 600 });
    });

    it('of an unknown or ended edition leaves the TTL to the server', async () => {
      expect(await limits({ VersionCode: 'version_of_tomorrow' })).toBeUndefined();
      expect(await limits({ VersionCode: '__proto__' })).toBeUndefined();
      expect(await limits({})).toBeUndefined();
      expect(
        await limits({ VersionCode: 'version_enterprise_advanced', InstanceExpired: true }),
      ).toBeUndefined();
    });

    it('names the servers that the registrar should point to, and skips what is no name', async () => {
      server.respond = () =>
        domainPage(1, [
          { DomainName: 'example.net', DnsServers: { DnsServer: ['DNS9.hichina.com', 'a b', 7] } },
        ]);
      expect((await find('example.net.'))[0]?.nameServers).toEqual(['dns9.hichina.com.']);
    });

    it('without a usable name is left out with a warning', async () => {
      server.respond = () => domainPage(3, [{ DomainName: 'a b.net' }, { DomainName: 7 }, 'example.net']);
      const call = testCall();
      expect(names(await providerFor(server).findZones('example.net.' as Fqdn, call))).toEqual([
        'example.net.',
      ]);
      expect(call.warnings).toHaveLength(2);
    });
  });

  describe('listing', () => {
    const all = Array.from({ length: 121 }, (_, index) => `zone-${index + 1}.net`);
    const pageOf = (size: number) => {
      server.respond = ({ parameters }) => {
        const start = (Number(parameters.PageNumber) - 1) * size;
        return domainPage(all.length, all.slice(start, start + size));
      };
    };

    it('goes through all pages to the 121st zone', async () => {
      pageOf(100);
      expect(names(await list()).at(-1)).toBe('zone-121.net.');
      expect(server.requests).toHaveLength(2);
    });

    it('does not mind a server that holds fewer on a page than asked for', async () => {
      pageOf(20);
      expect(await list()).toHaveLength(121);
      expect(server.requests).toHaveLength(7);
    });

    it('ends at an empty page, whatever TotalCount says', async () => {
      server.respond = ({ parameters }) =>
        domainPage(500, parameters.PageNumber === '1' ? all.slice(0, 100) : []);
      expect(await list()).toHaveLength(100);
      expect(server.requests).toHaveLength(2);
    });

    it('goes on to an empty page when TotalCount is missing', async () => {
      server.respond = ({ parameters }) => ({
        body: { Domains: { Domain: parameters.PageNumber === '1' ? [{ DomainName: 'example.net' }] : [] } },
      });
      expect(names(await list())).toEqual(['example.net.']);
    });

    it('rejects when the server gives the same page again', async () => {
      server.respond = () => domainPage(500, all.slice(0, 100));
      expect(await failureOf(list())).toMatchObject({ code: 'PROTOCOL', operation: 'DescribeDomains' });
      expect(server.requests).toHaveLength(2);
    });

    it('does not count an entry twice that moved to the next page', async () => {
      server.respond = ({ parameters }) =>
        parameters.PageNumber === '1'
          ? domainPage(3, ['a.net', 'b.net'])
          : domainPage(3, parameters.PageNumber === '2' ? ['b.net', 'c.net'] : []);
      expect(names(await list())).toEqual(['a.net.', 'b.net.', 'c.net.']);
    });

    it('ends a list without an end', async () => {
      let count = 0;
      server.respond = () => domainPage(1e9, [`zone-${count++}.net`]);
      expect(await failureOf(list())).toMatchObject({ code: 'PROTOCOL' });
      expect(server.requests).toHaveLength(1_000);
    });

    it.each([
      [{ TotalCount: 1 }],
      [{ TotalCount: 1, Domains: null }],
      [{ TotalCount: 1, Domains: { Domain: 'example.net' } }],
      [{}],
    ])('rejects an answer without the list: %j', async (body) => {
      server.respond = () => ({ body });
      expect(await failureOf(list())).toMatchObject({ code: 'PROTOCOL' });
    });

    it('takes an account without zones for empty', async () => {
      server.respond = () => ({ body: { TotalCount: 0 } });
      expect(await list()).toEqual([]);
    });
  });
});
