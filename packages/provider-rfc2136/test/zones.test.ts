import { type Fqdn, toFqdn, type Zone } from '@domainproof/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TYPE } from '../src/wire/codes.js';
import { nameOctets } from '../src/wire/name.js';
import { answer } from './support/answer.js';
import { type Primary, startPrimary } from './support/primary.js';
import { failureOf, providerFor, testCall } from './support/provider.js';
import { RCODE } from './support/zone-data.js';

let primary: Primary;
beforeEach(async () => {
  primary = await startPrimary(['example.org', 'sub.example.org', 'deep.sub.example.org', 'lan']);
});
afterEach(() => primary.close());

async function find(name: string, options = {}) {
  const call = testCall();
  const zones = await providerFor(primary, options).findZones(toFqdn(name), call);
  const asked = primary.requests.splice(0).map(({ message }) => message.questions[0]?.name);
  return { zones: zones.map((zone) => zone.name), asked, call };
}

async function list(options = {}) {
  const call = testCall();
  const zones: Zone[] = [];
  for await (const zone of providerFor(primary, options).listZones(call)) zones.push(zone);
  return { zones, call };
}

describe('the zones of a name', () => {
  it('are found by one question, if there is one', async () => {
    const { zones, asked, call } = await find('_dnsauth.www.example.org');
    expect(zones).toEqual(['example.org.']);
    expect(asked).toEqual(['_dnsauth.www.example.org.']);
    expect(call.told).toEqual(['Query SOA ok']);
  });

  it('are all found, the longest first', async () => {
    const { zones, asked } = await find('_dnsauth.deep.sub.example.org');
    expect(zones).toEqual(['deep.sub.example.org.', 'sub.example.org.', 'example.org.']);
    expect(asked).toEqual(['_dnsauth.deep.sub.example.org.', 'sub.example.org.', 'example.org.']);
    expect((await find('deep.sub.example.org')).zones).toHaveLength(3);
    expect((await find('host.lan')).zones).toEqual(['lan.']);
  });

  it('are none if the server refuses the question', async () => {
    const { zones, asked, call } = await find('_dnsauth.example.net');
    expect(zones).toEqual([]);
    expect(asked).toHaveLength(1);
    expect(call.warnings[0]).toContain('holds no zone of _dnsauth.example.net.');
  });

  it('are found behind an alias, even one into another zone of the server', async () => {
    primary.put('www.sub.example.org.', 'CNAME', ['host.example.org.']);
    const { zones } = await find('www.sub.example.org');
    expect(zones).toEqual(['sub.example.org.', 'example.org.']);
    primary.respond = (seen, own) =>
      seen.message.questions[0]?.name.startsWith('www.')
        ? answer(seen, {
            flags: 0x0400,
            answers: primary.records.filter(({ name }) => name.startsWith('www.')),
            authority: primary.records.filter(
              ({ name, type }) => name === 'example.org.' && type === TYPE.SOA,
            ),
          })
        : own();
    expect((await find('www.sub.example.org')).zones).toEqual(['sub.example.org.', 'example.org.']);
  });

  it('leave out what is delegated away, and say so', async () => {
    primary.records.push({
      name: 'away.example.org.',
      type: TYPE.NS,
      ttl: 300,
      rdata: nameOctets('ns.example.net.')!,
    });
    const { zones, call } = await find('_dnsauth.away.example.org');
    expect(zones).toEqual([]);
    expect(call.warnings).toEqual([
      'away.example.org. is delegated away from example.org., so _dnsauth.away.example.org. cannot be written there.',
    ]);
  });

  it('are none in the cache of a resolver', async () => {
    primary.respond = (seen) =>
      answer(seen, {
        answers: primary.records.filter(({ name, type }) => name === 'lan.' && type === TYPE.SOA),
      });
    expect((await find('lan')).zones).toEqual([]);
    primary.respond = (seen) =>
      answer(seen, {
        authority: [{ name: 'org.', type: TYPE.NS, ttl: 300, rdata: nameOctets('ns.example.net.')! }],
      });
    const { zones, asked } = await find('_dnsauth.example.org');
    expect(zones).toEqual([]);
    expect(asked).toEqual(['_dnsauth.example.org.']);
  });

  it('are no zones that the name does not lie in, whatever the server says', async () => {
    primary.respond = (seen) =>
      answer(seen, {
        flags: 0x0400,
        authority: [{ ...primary.records[0]!, name: 'other.example.' }],
      });
    expect((await find('_dnsauth.example.org')).zones).toEqual([]);
  });

  it('are not taken for missing if the question fails', async () => {
    primary.respond = (seen) => answer(seen, { rcode: RCODE.SERVFAIL });
    const error = await failureOf(providerFor(primary).findZones(toFqdn('example.org'), testCall()));
    expect(error).toMatchObject({ code: 'TRANSIENT', vendorCode: 'SERVFAIL', outcomeUnknown: false });
  });

  it('are those of the configuration, if it names some', async () => {
    const zones: Fqdn[] | string = 'example.org, Other.example.  example.net';
    expect((await find('_dnsauth.deep.sub.example.org', { zones })).zones).toEqual(['example.org.']);
    const missing = await find('x.other.example', { zones });
    expect(missing.zones).toEqual([]);
    expect(missing.call.warnings.at(-1)).toContain('does not hold the zone other.example.');
    expect((await find('x.elsewhere.test', { zones })).asked).toEqual([]);
  });

  it('of the configuration must be zones themselves', async () => {
    expect((await find('_dnsauth.www.example.org', { zones: ['www.example.org'] })).zones).toEqual([]);
  });
});

describe('a list of the zones', () => {
  it('is that of the configuration, as far as the server holds them', async () => {
    const { zones, call } = await list({ zones: ['example.org', 'sub.example.org', 'example.net'] });
    expect(zones).toEqual([
      { id: 'example.org.', name: 'example.org.', status: 'active' },
      { id: 'sub.example.org.', name: 'sub.example.org.', status: 'active' },
    ]);
    expect(call.warnings.at(-1)).toContain('does not hold the zone example.net.');
  });

  it('is not to be had without one', async () => {
    const error = await failureOf(list());
    expect(error).toMatchObject({ code: 'UNSUPPORTED' });
    expect(error.hint).toContain('option zones');
    expect(primary.requests).toEqual([]);
  });
});
