import { describe, expect, test } from 'vitest';
import { isTerminal } from '../src/diagnosis/codes.js';
import type { DiagnosedFinding, DiagnoseOptions, Expectation } from '../src/types/index.js';
import type { Asked } from './world/internet.js';
import { type Quirk, RCODE, reply } from './world/name-server.js';
import { healthyWorld, type World } from './world/world.js';
import type { ZoneData } from './world/zone-data.js';

const ZONE = 'example.com';
const NAME = '_dnsauth.example.com';
const VALUE = 'Token-1';
const record: Expectation = { name: NAME, type: 'TXT', value: VALUE };
const HOSTS = ['ns1.example.com', 'ns2.example.com', 'ns1.operator.net', 'ns2.operator.net'];

interface Case {
  /** A sentence about the world. */
  world: string;
  /** Makes the healthy world so. */
  make: (world: World) => void;
  expectation?: Expectation;
  look?: DiagnoseOptions;
  codes: string[];
  severity?: DiagnosedFinding['severity'];
  terminal?: boolean;
  /** What the message or the remedy must tell. */
  says?: RegExp;
}

const put =
  (name: string, type: string, ...data: Parameters<ZoneData['add']>[2][]) =>
  (world: World) => {
    world.change(ZONE, (zone) => {
      for (const one of data) zone.add(name, type, one);
    });
  };
const served = put(NAME, 'TXT', VALUE);
const both =
  (...parts: ((world: World) => void)[]) =>
  (world: World) => {
    for (const part of parts) part(world);
  };
const on = (hosts: readonly string[], quirk: Quirk) => (world: World) => {
  for (const host of hosts) world.servers.get(host)!.quirks.push(quirk);
};
const hasEdns = ({ query }: Asked) => query.additionals?.some(({ type }) => type === 'OPT');
const isMixed = ({ query }: Asked) => /[A-Z]/.test(query.questions![0]!.name);
const answering =
  (content: Parameters<typeof reply>[1]): Quirk =>
  ({ query }) => [reply(query, content)];
const OPERATOR = {
  name: 'Huawei Cloud',
  nameServers: ['ns1.huaweicloud-dns.test'],
  pattern: /\.huaweicloud-dns\.test\.$/,
};
/** A zone on two servers of its own, as it stands at an operator. */
function elsewhere(world: World, name: string, host = `ns.${name}`, address = '192.0.2.50'): ZoneData {
  world.server(host, [address]);
  return world.zone(name, [host]);
}

const cases: Case[] = [
  {
    world: 'no server has the record yet',
    make: () => {},
    codes: ['NOT_VISIBLE_YET'],
    severity: 'warning',
    terminal: false,
  },
  {
    world: 'one server of four is behind, and its serial too',
    make: (world) =>
      world.change(ZONE, (zone, { host }) => {
        if (host === 'ns2.operator.net') zone.serial = 7;
        else {
          zone.serial = 8;
          zone.add(NAME, 'TXT', VALUE);
        }
      }),
    codes: ['STALE_SECONDARY'],
    terminal: false,
    says: /ns2\.operator\.net \(192\.0\.2\.4\) does not have the record, 4 of 5 addresses do.*8 on .*7 on ns2\.operator\.net/,
  },
  {
    world: 'two servers of four still have the old value, with equal serials',
    make: (world) =>
      world.change(ZONE, (zone, { host }) =>
        zone.add(NAME, 'TXT', host.endsWith('operator.net') ? 'old' : VALUE),
      ),
    codes: ['STALE_SECONDARY'],
    says: /show "old" and do not have the record.*proves nothing/,
  },
  {
    world: 'one address answers from two machines, of which one is behind',
    make: (world) => {
      served(world);
      let count = 0;
      on(['ns1.operator.net'], ({ query, name, type }) => {
        count += 1;
        if (name !== NAME || type !== 'TXT') return undefined;
        const node = { code: 3, data: Buffer.from(count % 2 ? 'fra1' : 'sin2') };
        return count % 2 ? undefined : [reply(query, { rcode: RCODE.NXDOMAIN, options: [node] })];
      })(world);
      world.servers.get('ns1.operator.net')!.id = 'fra1';
    },
    codes: ['ANYCAST_INCONSISTENT'],
    says: /ns1\.operator\.net \(192\.0\.2\.3\) has the record in \d+ of 12 answers.*"fra1", "sin2"|"sin2", "fra1"/,
  },
  {
    world: 'one server refuses the zone',
    make: both(served, (world) => world.servers.get('ns2.operator.net')!.drop(ZONE)),
    codes: ['LAME'],
    severity: 'warning',
    says: /ns2\.operator\.net \(192\.0\.2\.4\) refuses .*1 of 5 tries/,
  },
  {
    world: 'every server refuses the zone',
    make: (world) => {
      for (const host of HOSTS)
        on([host], ({ query, type }) =>
          ['NS', 'A', 'AAAA'].includes(type) ? undefined : [reply(query, { rcode: RCODE.REFUSED, flags: 0 })],
        )(world);
    },
    codes: ['LAME'],
    severity: 'fatal',
    terminal: false,
  },
  {
    world: 'one server fails',
    make: both(served, on(['ns2.operator.net'], answering({ rcode: RCODE.SERVFAIL }))),
    codes: ['LAME'],
    says: /SERVFAIL/,
  },
  {
    world: 'one server answers without authority',
    make: both(
      served,
      on(['ns2.operator.net'], ({ query }) => [
        reply(query, { flags: 0, answers: [{ type: 'TXT', name: NAME, data: VALUE, ttl: 60 }] }),
      ]),
    ),
    codes: ['LAME'],
    says: /without authority/,
  },
  {
    world: 'one server refers to the root',
    make: both(
      served,
      on(['ns2.operator.net'], ({ query }) => [
        reply(query, { flags: 0, authorities: [{ type: 'NS', name: '.', data: 'a.root.test' }] }),
      ]),
    ),
    codes: ['LAME'],
    says: /refers to the zones above/,
  },
  {
    world: 'one server is silent',
    make: both(served, (world) => {
      Object.assign(world.internet.host('192.0.2.4'), { udp: 'silent', tcp: 'silent' });
    }),
    codes: ['UNREACHABLE'],
    severity: 'warning',
    says: /does not answer, neither over UDP nor over TCP.*1 of 5 tries/,
  },
  {
    world: 'one server answers over TCP only',
    make: both(served, (world) => {
      world.internet.host('192.0.2.4').udp = 'silent';
    }),
    codes: ['UNREACHABLE'],
    says: /over TCP and not over UDP/,
  },
  {
    world: 'one server is silent for the time of one question',
    make: (world) => {
      served(world);
      let since: number | undefined;
      on(['ns2.operator.net'], ({ type, at }) => {
        if (type !== 'TXT') return undefined;
        since ??= at;
        return at < since + 2_000 ? [] : undefined;
      })(world);
    },
    codes: ['UNREACHABLE'],
    severity: 'info',
    says: /did not answer the first question/,
  },
  {
    world: 'one name server host has no address',
    make: (world) => {
      served(world);
      for (const zone of ['com', ZONE])
        world.change(zone, (data) => data.add(ZONE, 'NS', 'ns3.operator.net'));
    },
    codes: ['UNREACHABLE'],
    says: /ns3\.operator\.net is a name server of example\.com without an address/,
  },
  {
    world: 'one server answers nonsense',
    make: both(served, on(['ns2.operator.net'], answering({ rcode: 9 }))),
    codes: ['LAME'],
  },
  {
    world: 'one server answers with a code that no server should give',
    make: both(served, on(['ns2.operator.net'], answering({ rcode: 7 }))),
    codes: ['MALFORMED'],
  },
  {
    world: 'the machine has no IPv6',
    make: both(served, (world) => world.internet.cutOff('2001:db8::1')),
    codes: ['NO_IPV6_ROUTE'],
    severity: 'info',
  },
  {
    world: 'the machine has no way to an IPv4 address',
    make: both(served, (world) => world.internet.cutOff('192.0.2.4')),
    codes: ['UNREACHABLE'],
    says: /no route/,
  },
  {
    world: 'the record is at an operator that the domain is not delegated to',
    make: (world) => {
      elsewhere(world, 'huaweicloud-dns.test', 'ns1.huaweicloud-dns.test');
      const other = healthyWorld().servers.get('ns1.example.com')!.zone(ZONE).copy();
      world.servers.get('ns1.huaweicloud-dns.test')!.hold(other.add(NAME, 'TXT', VALUE));
    },
    look: { operators: [OPERATOR] },
    codes: ['WRONG_PROVIDER'],
    terminal: true,
    says: /is at Huawei Cloud, and example\.com is delegated to ns1\.example\.com/,
  },
  {
    world: 'the registry does not know the domain',
    make: (world) =>
      world.change('com', (zone) => ['ns1.', 'ns2.', ''].map((host) => zone.remove(`${host}${ZONE}`))),
    codes: ['ZONE_NOT_SERVED'],
    terminal: true,
  },
  {
    world: 'no resolver answers',
    make: (world) => {
      for (const host of ['203.0.113.53', '198.51.100.1'])
        Object.assign(world.internet.host(host), { udp: 'silent', tcp: 'silent' });
    },
    codes: ['RESOLVER_UNREACHABLE'],
    terminal: false,
  },
  {
    world: 'the name lies in a zone of its own, and the record was meant for the zone above',
    make: (world) => void elsewhere(world, 'sub.example.com'),
    expectation: { name: '_dnsauth.sub.example.com', type: 'TXT', value: VALUE, zone: ZONE },
    codes: ['DELEGATED_SUBZONE'],
    terminal: true,
    says: /sub\.example\.com is a zone of its own, on ns\.sub\.example\.com/,
  },
  {
    world: 'the servers of the zone above show a record that is hidden below a zone cut',
    make: (world) => {
      elsewhere(world, 'sub.example.com');
      on(HOSTS, ({ query, name, type }) =>
        name === '_dnsauth.sub.example.com' && type === 'TXT'
          ? [
              reply(query, {
                answers: [{ type: 'TXT', name: query.questions![0]!.name, data: VALUE, ttl: 60 }],
              }),
            ]
          : undefined,
      )(world);
    },
    expectation: { name: '_dnsauth.sub.example.com', type: 'TXT', value: VALUE },
    codes: ['DELEGATED_SUBZONE'],
    terminal: true,
  },
  {
    world: 'the console has added the zone to the full name',
    make: put(`${NAME}.${ZONE}`, 'TXT', VALUE),
    codes: ['DOUBLED_NAME'],
    terminal: true,
    says: /_dnsauth\.example\.com\.example\.com: .*Enter only _dnsauth as the host record/,
  },
  ...['example.com', '_acme-challenge.example.com', 'dnsauth.example.com', '_dnsauth.www.example.com'].map(
    (name): Case => ({
      world: `the value stands at ${name}`,
      make: put(name, 'TXT', VALUE),
      codes: ['WRONG_NAME'],
      terminal: false,
      says: new RegExp(`stands at ${name.replaceAll('.', '\\.')}, and not at _dnsauth\\.example\\.com`),
    }),
  ),
  {
    world: 'the host record lacks the part for the subdomain',
    make: put(NAME, 'TXT', VALUE),
    expectation: { name: '_dnsauth.www.example.com', type: 'TXT', value: VALUE },
    codes: ['WRONG_NAME'],
    says: /host record _dnsauth\.www/,
  },
  {
    world: 'an old value stands there',
    make: put(NAME, 'TXT', 'abc'),
    codes: ['OLD_VALUE_ONLY'],
    terminal: false,
    says: /"abc" \(TTL 300 s\)/,
  },
  {
    world: 'the value stands beside an old one',
    make: put(NAME, 'TXT', VALUE, 'abc'),
    codes: ['EXTRA_VALUES'],
    severity: 'info',
    says: /"abc"/,
  },
  {
    world: 'the value stands beside an old one, and is to stand alone',
    make: put(NAME, 'TXT', VALUE, 'abc'),
    expectation: { ...record, match: 'exactSet' },
    codes: ['EXTRA_VALUES'],
    severity: 'warning',
  },
  {
    world: 'one of two values is there',
    make: put(NAME, 'TXT', VALUE),
    expectation: { ...record, value: [VALUE, 'Token-2'] },
    codes: ['NOT_VISIBLE_YET'],
    says: /Of 2 values "Token-2" is not there yet/,
  },
  ...(
    [
      ['QUOTED', '"Token-1"'],
      ['QUOTED', '\\"Token-1\\"'],
      ['QUOTED', '“Token-1”'],
      ['QUOTED', "'Token-1'"],
      ['WHITESPACE', 'Token-1 '],
      ['WHITESPACE', '\tToken-1\r\n'],
      ['WHITESPACE', 'Tok\u200ben-1'],
      ['WHITESPACE', 'Token-1\ufeff'],
      ['CASE', 'token-1'],
      ['ESCAPED', 'Token%2D1'],
      ['ESCAPED', 'Token\\0451'],
      ['ESCAPED', 'Token\\u002d1'],
      ['NAME_IN_VALUE', 'token=Token-1'],
      ['NAME_IN_VALUE', '_dnsauth.example.com. IN TXT Token-1'],
      ['SPLIT_STRINGS', 'Tok en-1'],
      ['SPLIT_STRINGS', 'Tok" "en-1'],
      ['QUOTED', '" token-1 "'],
    ] as const
  ).map(
    ([code, text]): Case => ({
      world: `the value was entered as ${JSON.stringify(text)}`,
      make: put(NAME, 'TXT', text),
      codes: [code],
      terminal: true,
    }),
  ),
  {
    world: 'the value is cut into strings in the wrong order',
    make: put(NAME, 'TXT', ['en-1', 'Tok']),
    codes: ['SPLIT_STRINGS'],
    says: /wrong order/,
  },
  {
    world: 'the value is spread over two records',
    make: put(NAME, 'TXT', 'en-1', 'Tok'),
    codes: ['SPLIT_STRINGS'],
    says: /spread over 2 records/,
  },
  {
    world: 'the value is cut into strings that join to it',
    make: put(NAME, 'TXT', ['Tok', 'en-1']),
    codes: [],
  },
  {
    world: 'the TXT value was added as a CNAME',
    make: put(NAME, 'CNAME', 'token-1.example.com'),
    codes: ['TYPE_MISMATCH'],
    terminal: true,
    says: /as a CNAME \(to token-1\.example\.com\), and a TXT record is asked for/,
  },
  {
    world: 'the CNAME target was added as a TXT',
    make: put(NAME, 'TXT', 'verify.ca.test'),
    expectation: { name: NAME, type: 'CNAME', value: 'verify.ca.test' },
    codes: ['TYPE_MISMATCH'],
    terminal: true,
    says: /a CNAME is asked for/,
  },
  {
    world: 'the console has added the zone to the CNAME target',
    make: put(NAME, 'CNAME', 'verify.ca.test.example.com'),
    expectation: { name: NAME, type: 'CNAME', value: 'verify.ca.test' },
    codes: ['TYPE_MISMATCH'],
    terminal: true,
    says: /final dot \(verify\.ca\.test\.\)/,
  },
  {
    world: 'a CNAME is there, with another target',
    make: put(NAME, 'CNAME', 'other.ca.test'),
    expectation: { name: NAME, type: 'CNAME', value: 'verify.ca.test' },
    codes: ['OLD_VALUE_ONLY'],
  },
  {
    world: 'a CNAME to a name with other records hides the TXT',
    make: put(NAME, 'CNAME', 'www.example.com'),
    codes: ['CNAME_AT_NAME'],
    severity: 'warning',
    terminal: false,
    says: /is a CNAME to www\.example\.com.*A TXT at _dnsauth\.example\.com itself is hidden/,
  },
  {
    world: 'a CNAME leads to a name that does not exist in a zone that does',
    make: put(NAME, 'CNAME', 'nobody.operator.net'),
    codes: ['CNAME_DANGLING'],
    severity: 'warning',
    terminal: false,
    says: /_dnsauth\.example\.com → nobody\.operator\.net/,
  },
  {
    world: 'a CNAME leads to a domain that does not exist',
    make: put(NAME, 'CNAME', 'gone.net'),
    codes: ['CNAME_DANGLING'],
    severity: 'fatal',
    terminal: true,
    says: /_dnsauth\.example\.com → gone\.net/,
  },
  {
    world: 'CNAMEs lead in a circle',
    make: both(put(NAME, 'CNAME', 'b.example.com'), put('b.example.com', 'CNAME', NAME)),
    codes: ['CNAME_LOOP'],
    terminal: true,
    says: /_dnsauth\.example\.com → b\.example\.com → _dnsauth\.example\.com/,
  },
  {
    world: 'a chain of CNAMEs is long',
    make: (world) => {
      put(NAME, 'CNAME', 'c0.example.com')(world);
      for (let index = 0; index < 20; index += 1)
        put(`c${index}.example.com`, 'CNAME', `c${index + 1}.example.com`)(world);
    },
    codes: ['CNAME_LONG'],
    terminal: true,
    says: /c0\.example\.com → c1\.example\.com/,
  },
  {
    world: 'a chain of CNAMEs leads to the value in another zone',
    make: (world) => {
      put(NAME, 'CNAME', 'proof.operator.net')(world);
      world.change('operator.net', (zone) => zone.add('proof.operator.net', 'TXT', VALUE));
    },
    codes: [],
  },
  {
    world: 'a wildcard answers with other values',
    make: put('*.example.com', 'TXT', 'v=spf1 -all'),
    codes: ['WILDCARD'],
    severity: 'warning',
    terminal: false,
    says: /a record for exactly this name is missing/,
  },
  {
    world: 'a wildcard answers with a CNAME',
    make: put('*.example.com', 'CNAME', 'gone.net'),
    codes: ['WILDCARD'],
    terminal: false,
  },
  {
    world: 'a wildcard answers with the value',
    make: put('*.example.com', 'TXT', VALUE),
    codes: ['WILDCARD'],
    severity: 'info',
  },
  {
    world: 'a server denies the name above the record',
    make: both(
      put('_dnsauth.deep.example.com', 'TXT', VALUE),
      on(['ns2.operator.net'], ({ query, name }) =>
        name === 'deep.example.com' ? [reply(query, { rcode: RCODE.NXDOMAIN })] : undefined,
      ),
    ),
    expectation: { name: '_dnsauth.deep.example.com', type: 'TXT', value: VALUE },
    codes: ['ENT_NXDOMAIN'],
    says: /ns2\.operator\.net \(192\.0\.2\.4\) denies that deep\.example\.com exists/,
  },
  ...(
    [
      ['silent to', () => []],
      ['FORMERR for', ({ query }) => [reply(query, { rcode: RCODE.FORMERR, edns: false, flags: 0 })]],
      ['NOTIMP for', ({ query }) => [reply(query, { rcode: RCODE.NOTIMP, edns: false, flags: 0 })]],
      ['SERVFAIL for', ({ query }) => [reply(query, { rcode: RCODE.SERVFAIL, edns: false, flags: 0 })]],
    ] as const satisfies readonly (readonly [string, (asked: Asked) => Buffer[]])[]
  ).map(
    ([what, quirk]): Case => ({
      world: `one server is ${what} questions with EDNS`,
      make: both(
        served,
        on(['ns2.operator.net'], (asked) => (hasEdns(asked) ? quirk(asked) : undefined)),
      ),
      codes: ['EDNS_BROKEN'],
      says: /ns2\.operator\.net/,
    }),
  ),
  {
    world: 'every server stumbles over EDNS',
    make: both(
      served,
      on(HOSTS, (asked) =>
        hasEdns(asked) ? [reply(asked.query, { rcode: RCODE.FORMERR, edns: false, flags: 0 })] : undefined,
      ),
    ),
    codes: ['EDNS_BROKEN'],
    severity: 'fatal',
  },
  {
    world: 'the answer is too large for UDP, and one server takes no TCP',
    make: both(
      put(NAME, 'TXT', VALUE, ...Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(200, 'x'))),
      (world) => {
        world.internet.host('192.0.2.4').tcp = 'closed';
      },
    ),
    codes: ['TRUNCATION_NO_TCP'],
    severity: 'fatal',
    terminal: false,
    says: /too large for UDP/,
  },
  {
    world: 'one server takes no TCP',
    make: both(served, (world) => {
      world.internet.host('192.0.2.4').tcp = 'closed';
    }),
    codes: ['TCP_CLOSED'],
    severity: 'info',
  },
  {
    world: 'one server sends questions back in lower case',
    make: both(
      served,
      on(['ns2.operator.net'], (asked, server) => {
        if (!isMixed(asked)) return undefined;
        const questions = asked.query.questions!.map((one) => ({ ...one, name: one.name.toLowerCase() }));
        return [server.plain({ ...asked, query: { ...asked.query, questions } })];
      }),
    ),
    codes: ['CASE_0x20'],
    says: /ns2\.operator\.net/,
  },
  {
    world: 'one server denies the name in mixed case',
    make: both(
      served,
      on(['ns2.operator.net'], (asked) =>
        isMixed(asked) && asked.name === NAME ? [reply(asked.query, { rcode: RCODE.NXDOMAIN })] : undefined,
      ),
    ),
    codes: ['CASE_0x20'],
    says: /in lower case only/,
  },
];

async function findingsIn(
  world: World,
  { expectation = record, look }: Case,
): Promise<readonly DiagnosedFinding[]> {
  const { findings } = await world.run(world.verifier().diagnose(expectation, look));
  return findings;
}

describe('a diagnosis tells exactly what is so when', () => {
  test.each(cases)('$world', async (scenario) => {
    const world = healthyWorld();
    scenario.make(world);
    const findings = await findingsIn(world, scenario);
    expect(findings.map(({ code }) => code).sort()).toEqual(scenario.codes);
    const last = findings.at(-1);
    if (scenario.severity) expect(last?.severity).toBe(scenario.severity);
    if (scenario.terminal !== undefined) expect(isTerminal(last!)).toBe(scenario.terminal);
    if (scenario.says) expect(`${last?.message} ${last?.remedy}`).toMatch(scenario.says);
  });
});
