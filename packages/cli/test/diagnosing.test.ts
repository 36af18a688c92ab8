import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useSimulator } from './harness.js';

const world = useSimulator({
  zones: [
    {
      name: 'example.com',
      cloud: 'huaweicloud',
      records: [
        { name: '_acme-challenge', type: 'CNAME', value: 'c.example.net.' },
        { name: '_there', type: 'TXT', value: 'v' },
        { name: '@', type: 'CAA', value: '0 issue "digicert.com"' },
      ],
    },
    { name: 'example.net', cloud: 'alidns', records: [{ name: 'c', type: 'TXT', value: 'v' }] },
    {
      name: 'lost.example',
      cloud: 'huaweicloud',
      delegated: false,
      records: [{ name: '_x', type: 'TXT', value: 'v' }],
    },
  ],
});
const codes = ({ findings }: { findings: readonly { code: string }[] }) => findings.map(({ code }) => code);
/** The settings without the accounts. */
const publicOnly = () => {
  const { DOMAINPROOF_RESOLVERS, DOMAINPROOF_AUTHORITATIVE_PORT } = world.env;
  return { DOMAINPROOF_RESOLVERS, DOMAINPROOF_AUTHORITATIVE_PORT };
};

describe.concurrent('doctor, with the verifier that looks', () => {
  test('finds nothing fatal at a healthy name, and shows who serves it', async () => {
    const { code, json } = await world.run(['doctor', 'example.com', '--json'], { env: publicOnly() });
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      ok: true,
      name: 'example.com.',
      type: null,
      value: null,
      visible: null,
      zone: 'example.com.',
      delegation: { zone: 'example.com.' },
    });
    expect(json().delegation.nameServers).toHaveLength(2);
    expect(json().servers).toHaveLength(2);
  });

  test('says that CAA records forbid the authority, of a record at the end of a chain', async () => {
    const file = join(world.folder, 'caa.html');
    const argv = [
      'doctor',
      '_acme-challenge.example.com',
      'TXT',
      'v',
      '--ca',
      'letsencrypt.org',
      '--report',
      file,
    ];
    const { code, stdout } = await world.run(argv, { env: publicOnly() });
    expect(code).toBe(1);
    expect(stdout).toContain('is visible on 2 of 2 server addresses, but something else stands in the way');
    expect(stdout).toContain('_acme-challenge.example.com to c.example.net (in example.com)');
    expect(stdout).toMatch(/fatal CAA_FORBIDS\n {4}.*digicert\.com.*\n {4}- \S+ .*CAA 0 issue/);
    const page = readFileSync(file, 'utf8');
    for (const text of ['CAA_FORBIDS', 'c.example.net', 'but something stands in the way'])
      expect(page).toContain(text);
    expect((await world.run([...argv.slice(0, 4), '--ca', 'digicert.com'], { env: publicOnly() })).code).toBe(
      0,
    );
  });

  test('tells with the accounts what it cannot know without: that the record is where nobody asks', async () => {
    const argv = ['doctor', '_x.lost.example', 'TXT', 'v', '--json'];
    const knowing = await world.run(argv);
    expect([knowing.code, codes(knowing.json())]).toEqual([4, ['WRONG_PROVIDER']]);
    const [{ evidence }] = knowing.json().findings;
    expect(evidence[0].answer).toContain('"v"');
    const outside = await world.run(argv, { env: publicOnly() });
    expect(outside.code).toBe(1);
    expect(codes(outside.json())).not.toContain('WRONG_PROVIDER');
  });

  test('ends with 4 for a domain that is not registered', async () => {
    const { code, json } = await world.run(['doctor', '_a.unregistered.example', 'TXT', 'v', '--json']);
    expect([code, codes(json())]).toEqual([4, ['ZONE_NOT_SERVED']]);
  });

  test('ends with 1 if no resolver answers', async () => {
    const argv = ['doctor', 'example.com', '--resolver', '127.0.0.1:9', '--json'];
    const { code, json } = await world.run(argv, { env: publicOnly() });
    expect([code, codes(json())]).toEqual([1, ['RESOLVER_UNREACHABLE']]);
  }, 30_000);

  test('stops when it is interrupted', async () => {
    const signal = AbortSignal.abort();
    const { code, json } = await world.run(['doctor', 'example.com', '--json'], { signal });
    expect([code, json().error.code]).toEqual([130, 'ABORTED']);
  });
});

describe('a wait, with the verifier that looks', () => {
  test('stops early where the delegation leads elsewhere, and says why', async () => {
    const argv = ['prove', '_new.lost.example', 'TXT', 'v', '--events'];
    const { code, events } = await world.run(argv);
    const all = events();
    expect(code).toBe(1);
    expect(all.some(({ type, finding }) => type === 'finding' && finding.code === 'WRONG_PROVIDER')).toBe(
      true,
    );
    const [record] = all.at(-1).records;
    expect(record).toMatchObject({ visible: false, verdict: 'blocked' });
    // Scripts know the older code.
    expect(codes(record).slice(0, 2)).toEqual(['NOT_DELEGATED_HERE', 'WRONG_PROVIDER']);
  });

  test('asks a perspective after every name server has the value, and tells what it said', async () => {
    const before = world.simulator.questions.length;
    const argv = ['wait', '_there.example.com', 'TXT', 'v', '--perspective', world.simulator.resolver];
    const { code, json } = await world.run([...argv, '--quorum', 'all', '--json']);
    expect([code, json().records[0].perspectives]).toMatchObject([
      0,
      [{ name: world.simulator.resolver, status: 'visible', values: ['v'] }],
    ]);
    const asked = world.simulator.questions
      .slice(before)
      .filter(({ name }) => name === '_there.example.com.');
    const first = asked.findIndex(({ server }) => server === 'resolver');
    const servers = new Set(asked.slice(0, first).map(({ server }) => server));
    expect([...servers]).toEqual(
      expect.arrayContaining(['ns1.huaweicloud-dns.com.', 'ns1.huaweicloud-dns.cn.']),
    );
  });
});
