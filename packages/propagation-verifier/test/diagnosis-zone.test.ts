import type { Fqdn } from '@domainproof/core';
import packet from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { domainOf } from '../src/diagnosis/checks/caa.js';
import { isTerminal } from '../src/diagnosis/codes.js';
import type { CertificateAuthority, DiagnosedFinding, DiagnoseOptions } from '../src/types/index.js';
import { RCODE, reply } from './world/name-server.js';
import { healthyWorld, type World } from './world/world.js';
import type { ZoneData } from './world/zone-data.js';

const ZONE = 'example.com';
const NAME = '_dnsauth.example.com';
const VALUE = 'token-1';
const NOW = Date.UTC(2026, 5, 1) / 1_000;
const DAY = 86_400;
const LETSENCRYPT: CertificateAuthority = { domains: ['letsencrypt.org'] };

/** `example.com` with the record everywhere, changed by `make`; what is found about the record, or about a name alone. */
async function findingsFor(
  make: (world: World) => void,
  { name, look }: { name?: string; look?: DiagnoseOptions } = {},
): Promise<readonly DiagnosedFinding[]> {
  const world = healthyWorld();
  world.change(ZONE, (zone) => zone.add(NAME, 'TXT', VALUE));
  make(world);
  const subject = name === undefined ? ({ name: NAME, type: 'TXT', value: VALUE } as const) : { name };
  return (await world.run(world.verifier().diagnose(subject, look))).findings;
}

const codes = (findings: readonly DiagnosedFinding[]) => findings.map(({ code }) => code);

const KEY = { flags: 257, algorithm: 13, key: Buffer.alloc(64, 7) };
const OTHER_KEY = { flags: 257, algorithm: 13, key: Buffer.alloc(64, 8) };

/** RFC 4034 appendix B, over what the library puts on the wire. */
function tagOf(key: typeof KEY): number {
  const wire = packet.encode({
    type: 'response',
    answers: [{ type: 'DNSKEY', name: '.', data: key } as unknown as packet.Answer],
  });
  const data = wire.subarray(wire.length - 4 - key.key.length);
  let sum = 0;
  for (const [index, byte] of data.entries()) sum += index % 2 ? byte : byte << 8;
  return (sum + (sum >> 16)) & 0xffff;
}

const signer = (key: typeof KEY) => ({
  keyTag: tagOf(key),
  algorithm: key.algorithm,
  digestType: 2,
  digest: Buffer.alloc(32, 1),
});

function sign(zone: ZoneData, name: string, typeCovered: string, from = NOW - DAY, to = NOW + DAY): void {
  zone.add(name, 'RRSIG', {
    typeCovered,
    algorithm: 13,
    labels: 2,
    originalTTL: 300,
    expiration: to,
    inception: from,
    keyTag: tagOf(KEY),
    signersName: ZONE,
    signature: Buffer.alloc(64, 9),
  });
}

/** Signed as it should be, save what is told otherwise. */
function signed(
  world: World,
  { key = KEY, without, dates }: { key?: typeof KEY | null; without?: string; dates?: [number, number] } = {},
): void {
  world.change('com', (zone) => zone.add(ZONE, 'DS', signer(KEY)));
  world.change(ZONE, (zone) => {
    if (key) zone.add(ZONE, 'DNSKEY', key);
    for (const [name, type] of [
      [ZONE, 'DNSKEY'],
      [ZONE, 'SOA'],
      [NAME, 'TXT'],
    ] as const)
      if (type !== without) sign(zone, name, type, ...(dates ?? []));
  });
}

describe('DNSSEC', () => {
  test('is not spoken of where the zone is signed as it should be', async () => {
    expect(await findingsFor((world) => signed(world))).toEqual([]);
  });

  test('is not spoken of where keys stand in a zone that nobody above calls signed', async () => {
    expect(await findingsFor((world) => world.change(ZONE, (zone) => zone.add(ZONE, 'DNSKEY', KEY)))).toEqual(
      [],
    );
  });

  test.each([
    ['has no key', { key: null }, /has no key/],
    [
      'has another key',
      { key: OTHER_KEY },
      new RegExp(`DS ${tagOf(KEY)} .* other keys: ${tagOf(OTHER_KEY)}`),
    ],
    ['has unsigned keys', { without: 'DNSKEY' }, /no signature \(RRSIG\) for the DNSKEY of example\.com/],
    ['has an unsigned SOA', { without: 'SOA' }, /no signature \(RRSIG\) for the SOA/],
    ['has the record unsigned', { without: 'TXT' }, /no signature \(RRSIG\) for the TXT of _dnsauth/],
    [
      'has outdated signatures',
      { dates: [NOW - 9 * DAY, NOW - DAY] as [number, number] },
      /expired at 2026-05-31T00:00:00Z/,
    ],
    [
      'has signatures of the future',
      { dates: [NOW + DAY, NOW + 9 * DAY] as [number, number] },
      /not valid before 2026-06-02/,
    ],
  ])('is bogus where a zone that is called signed %s', async (_, options, says) => {
    const findings = await findingsFor((world) => signed(world, options));
    expect(codes(findings)).toEqual(['DNSSEC_BOGUS']);
    expect(isTerminal(findings[0]!)).toBe(true);
    expect(findings[0]?.message).toMatch(says);
    expect(findings[0]?.evidence[0]?.question).toBe('example.com. DS');
  });

  test('is bogus where one server of four has old signatures, and that one is named', async () => {
    const findings = await findingsFor((world) => {
      signed(world);
      const zone = world.servers.get('ns2.operator.net')!.zone(ZONE);
      zone.remove(ZONE, 'RRSIG');
      for (const type of ['DNSKEY', 'SOA']) sign(zone, ZONE, type, NOW - 9 * DAY, NOW - 2 * DAY);
    });
    expect(codes(findings)).toEqual(['DNSSEC_BOGUS']);
    expect(findings[0]?.message).toContain('ns2.operator.net (192.0.2.4)');
  });

  test('cannot be known where the zone above is silent, which is said', async () => {
    const findings = await findingsFor((world) =>
      world.servers.get('a.nic.com')!.quirks.push(({ type }) => (type === 'DS' ? [] : undefined)),
    );
    expect(findings).toMatchObject([{ code: 'DNSSEC_UNKNOWN', severity: 'info' }]);
  });

  test('costs one question where the zone above does not call the zone signed', async () => {
    let asked = 0;
    const findings = await findingsFor((world) =>
      world.servers.get('a.nic.com')!.quirks.push(({ type }) => {
        if (type === 'DS') asked += 1;
        return undefined;
      }),
    );
    expect(findings).toEqual([]);
    expect(asked).toBe(1);
  });

  test('is looked at by the word of a resolver where the zone above cannot be asked', async () => {
    const findings = await findingsFor((world) => {
      signed(world, { key: null });
      for (const host of ['a.root.test', 'a.nic.com'])
        for (const address of world.servers.get(host)!.addresses)
          Object.assign(world.internet.host(address), { udp: 'silent', tcp: 'silent' });
    });
    expect(codes(findings)).toEqual(['DNSSEC_BOGUS']);
  });
});

describe('the lists of name servers', () => {
  test('are told where the zone above and the zone differ', async () => {
    const findings = await findingsFor((world) => {
      world.server('ns9.operator.net', ['192.0.2.9']);
      world.change('operator.net', (zone) => zone.add('ns9.operator.net', 'A', '192.0.2.9'));
      world.servers.get('ns9.operator.net')!.hold(world.servers.get('ns1.operator.net')!.zone(ZONE).copy());
      world.change(ZONE, (zone) => zone.add(ZONE, 'NS', 'ns9.operator.net'));
    });
    expect(codes(findings)).toEqual(['NS_PARENT_CHILD_MISMATCH']);
    expect(findings[0]?.message).toMatch(/^com lists .*, and the zone itself lists .*ns9\.operator\.net/);
    expect(findings[0]?.evidence[0]?.question).toBe('example.com. NS');
  });

  test('are not told where only their order differs', async () => {
    expect(
      await findingsFor((world) =>
        world.change('com', (zone) => {
          const hosts = zone.at(ZONE, 'NS').map((record) => (record as { data: string }).data);
          zone.remove(ZONE, 'NS');
          for (const host of hosts.reverse()) zone.add(ZONE, 'NS', host);
        }),
      ),
    ).toEqual([]);
  });
});

const caa = (value: string, tag = 'issue', flags = 0) => ({
  flags,
  tag,
  value,
  issuerCritical: flags === 128,
});
const with_ =
  (name: string, ...records: ReturnType<typeof caa>[]) =>
  (world: World) =>
    world.change(name === 'com' ? 'com' : ZONE, (zone) => {
      for (const record of records) zone.add(name, 'CAA', record);
    });

describe('CAA records', () => {
  test.each([
    [
      'name another',
      [caa('digicert.com')],
      LETSENCRYPT,
      /at example\.com allow only digicert\.com, and not letsencrypt\.org/,
    ],
    ['name nobody', [caa(';')], LETSENCRYPT, /allow nobody/],
    [
      'name another account',
      [caa('letsencrypt.org; accounturi=https://ca.test/1')],
      { ...LETSENCRYPT, accountUri: 'https://ca.test/2' },
      /only the account https:\/\/ca\.test\/1/,
    ],
    [
      'name another method',
      [caa('letsencrypt.org; validationmethods=http-01, tls-alpn-01')],
      LETSENCRYPT,
      /only the validation methods http-01, tls-alpn-01/,
    ],
    [
      'hold a critical property that nobody knows',
      [caa('x', 'tbs', 128), caa('letsencrypt.org')],
      LETSENCRYPT,
      /critical property "tbs"/,
    ],
    [
      'name another for wildcards',
      [caa('letsencrypt.org'), caa('digicert.com', 'issuewild')],
      { ...LETSENCRYPT, isWildcard: true },
      /digicert\.com/,
    ],
  ] as const)('forbid where they %s', async (_, records, authority, says) => {
    const findings = await findingsFor(with_(ZONE, ...records), { look: { authority } });
    expect(codes(findings)).toEqual(['CAA_FORBIDS']);
    expect(isTerminal(findings[0]!)).toBe(true);
    expect(findings[0]?.message).toMatch(says);
    expect(findings[0]?.evidence[0]?.answer).toMatch(/^NOERROR aa CAA/);
  });

  test.each([
    ['name ours', [caa('digicert.com'), caa('LetsEncrypt.org.')], LETSENCRYPT],
    [
      'name ours for wildcards only, and the certificate is for one',
      [caa(';'), caa('letsencrypt.org', 'issuewild')],
      { ...LETSENCRYPT, isWildcard: true },
    ],
    ['have no word on who may issue', [caa('mailto:a@example.com', 'iodef')], LETSENCRYPT],
    ['forbid wildcards only', [caa(';', 'issuewild')], LETSENCRYPT],
    [
      'name our account',
      [caa('letsencrypt.org; accounturi=https://ca.test/1')],
      { ...LETSENCRYPT, accountUri: 'https://ca.test/1' },
    ],
    [
      'name an account, and ours is not known',
      [caa('letsencrypt.org; accounturi=https://ca.test/1')],
      LETSENCRYPT,
    ],
    ['name our method', [caa('letsencrypt.org; =; validationmethods=dns-01')], LETSENCRYPT],
    [
      'forbid in one of two records',
      [caa('letsencrypt.org; validationmethods=http-01'), caa('letsencrypt.org')],
      LETSENCRYPT,
    ],
    ['hold a property that nobody knows, and not critical', [caa('x', 'tbs')], LETSENCRYPT],
  ] as const)('allow where they %s', async (_, records, authority) => {
    expect(await findingsFor(with_(ZONE, ...records), { look: { authority } })).toEqual([]);
  });

  test('count from the closest name up', async () => {
    const make = (world: World) => {
      with_(ZONE, caa('digicert.com'))(world);
      with_('www.example.com', caa('letsencrypt.org'))(world);
    };
    const look = { authority: LETSENCRYPT };
    expect(await findingsFor(make, { name: 'www.example.com', look })).toEqual([]);
    expect(codes(await findingsFor(make, { name: 'other.example.com', look }))).toEqual(['CAA_FORBIDS']);
  });

  test('count at the top-level domain too', async () => {
    const findings = await findingsFor(with_('com', caa('digicert.com')), {
      look: { authority: LETSENCRYPT },
    });
    expect(findings).toMatchObject([
      { code: 'CAA_FORBIDS', message: expect.stringContaining('at com allow only') },
    ]);
  });

  test('count where a CNAME leads', async () => {
    const make = (world: World) => {
      world.change(ZONE, (zone) => zone.add('cdn.example.com', 'CNAME', 'edge.operator.net'));
      world.change('operator.net', (zone) => zone.add('edge.operator.net', 'CAA', caa('digicert.com')));
    };
    const findings = await findingsFor(make, { name: 'cdn.example.com', look: { authority: LETSENCRYPT } });
    expect(codes(findings)).toEqual(['CAA_FORBIDS']);
  });

  test('are passed over where CNAMEs lead in a circle', async () => {
    const make = (world: World) =>
      world.change(ZONE, (zone) =>
        zone.add('a.example.com', 'CNAME', 'b.example.com').add('b.example.com', 'CNAME', 'a.example.com'),
      );
    expect(await findingsFor(make, { name: 'a.example.com', look: { authority: LETSENCRYPT } })).toEqual([]);
  });

  test('are only told of where the certificate authority is not known', async () => {
    const findings = await findingsFor(with_(ZONE, caa('digicert.com')));
    expect(findings).toMatchObject([
      {
        code: 'CAA_PRESENT',
        severity: 'info',
        message: 'CAA records stand at example.com (named: digicert.com).',
      },
    ]);
    const [silent] = await findingsFor(with_(ZONE, caa('mailto:a@example.com', 'iodef')));
    expect(silent?.message).toContain('nobody is excluded');
  });

  test.each([
    ['fails', { rcode: RCODE.SERVFAIL }],
    ['refuses', { rcode: RCODE.REFUSED, flags: 0 }],
    ['does not know the type', { rcode: RCODE.NOTIMP }],
    ['is silent', undefined],
  ])('that a server %s on are a fault of that server', async (_, answer) => {
    const findings = await findingsFor((world) =>
      world.servers
        .get('ns1.operator.net')!
        .quirks.push(({ query, type }) =>
          type === 'CAA' ? (answer ? [reply(query, answer)] : []) : undefined,
        ),
    );
    expect(codes(findings)).toEqual(['CAA_SERVFAIL']);
    expect(findings[0]?.message).toContain(
      'ns1.operator.net (192.0.2.3) fails on the question for CAA records of example.com',
    );
  });

  test('are looked for at the domain of a challenge name', () => {
    const domain = (name: string) => domainOf(name as Fqdn);
    expect(domain('_acme-challenge.www.example.com.')).toBe('www.example.com.');
    expect(domain('_x._acme-challenge.example.com.')).toBe('example.com.');
    expect(domain('*.example.com.')).toBe('example.com.');
    expect(domain('_a._b.')).toBe('_a._b.');
  });
});

describe('a name alone', () => {
  test('in a healthy zone has no findings', async () => {
    expect(await findingsFor(() => {}, { name: 'www.example.com' })).toEqual([]);
    expect(await findingsFor(() => {}, { name: 'example.com' })).toEqual([]);
  });

  test('shows a lame and a silent server', async () => {
    const findings = await findingsFor(
      (world) => {
        world.servers.get('ns1.operator.net')!.drop(ZONE);
        Object.assign(world.internet.host('192.0.2.4'), { udp: 'silent', tcp: 'silent' });
      },
      { name: 'www.example.com' },
    );
    expect(codes(findings)).toEqual(['LAME', 'UNREACHABLE']);
  });

  test('shows a server that stumbles over EDNS', async () => {
    const findings = await findingsFor(
      (world) =>
        world.servers
          .get('ns1.operator.net')!
          .quirks.push(({ query }) =>
            query.additionals?.some(({ type }) => type === 'OPT')
              ? [reply(query, { rcode: RCODE.FORMERR })]
              : undefined,
          ),
      { name: 'example.com' },
    );
    expect(codes(findings)).toEqual(['EDNS_BROKEN']);
  });

  test('that is not registered', async () => {
    const findings = await findingsFor(() => {}, { name: 'www.nobody.net' });
    expect(codes(findings)).toEqual(['ZONE_NOT_SERVED']);
    expect(findings[0]?.evidence).toMatchObject([
      {
        server: 'a.nic.net (198.51.100.11)',
        question: 'nobody.net. NS',
        answer: expect.stringMatching(/^NXDOMAIN aa/),
      },
    ]);
  });
});
