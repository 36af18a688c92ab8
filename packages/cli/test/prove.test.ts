import { describe, expect, test } from 'vitest';
import { useSimulator } from './harness.js';

const world = useSimulator({ serverDelaysMs: { huaweicloud: [0, 500], alidns: [0, 150] } });

describe('prove', () => {
  const clouds = [
    ['huaweicloud', 'example.com', 300],
    ['alidns', 'example.net', 600],
  ] as const;

  test.each(clouds)('at %s tells in one document what became visible where', async (cloud, zone, ttl) => {
    const { code, json, stderr } = await world.run([
      'prove',
      `_dnsauth.${zone}`,
      'txt',
      '"to" "ken"',
      '--json',
    ]);
    expect(code).toBe(0);
    const document = json();
    expect(Object.keys(document)).toEqual(['ok', 'records']);
    const [record] = document.records;
    expect(record).toMatchObject({
      name: `_dnsauth.${zone}.`,
      type: 'TXT',
      value: 'token',
      visible: true,
      findings: [],
    });
    expect(record.lease).toMatchObject({
      version: 1,
      provider: cloud,
      zone: `${zone}.`,
      created: true,
      ttl: { effective: ttl },
    });
    expect(record.servers).toHaveLength(2);
    for (const server of record.servers) {
      expect(server).toMatchObject({ status: 'visible', values: ['token'] });
      expect(server.host).toMatch(/\.$/);
      expect(server.rttMs).toBeTypeOf('number');
    }
    expect(world.values(cloud, `_dnsauth.${zone}`)).toEqual(['token']);
    // People read along on standard error.
    expect(stderr).toContain(`found     _dnsauth.${zone} in zone ${zone} at ${cloud}`);
  });

  test('--quiet leaves standard error empty', async () => {
    const { stderr } = await world.run(['prove', '_quiet.example.com', 'TXT', 'v', '--json', '--quiet']);
    expect(stderr).toBe('');
  });

  test('--events prints facts while they happen, and the document as the last line', async () => {
    const { code, events } = await world.run(['prove', '_events.example.com', 'TXT', 'v', '--events']);
    expect(code).toBe(0);
    const all = events();
    const types = all.map(({ type }) => type);
    expect(types.slice(0, 3)).toEqual(['zone', 'ensured', 'delegation']);
    expect(types.slice(-2)).toEqual(['visible', 'result']);
    expect(all.at(-1)).toMatchObject({ type: 'result', ok: true, records: [{ visible: true }] });
    // Servers are asked again and again, and an answer is told when it differs from the one before.
    const answers = all.filter(({ type }) => type === 'answer');
    expect(new Set(answers.map(({ server }) => `${server.address} ${server.status}`)).size).toBe(
      answers.length,
    );
    expect(all.at(-1).records[0].servers.some(({ questions }: { questions: number }) => questions > 2)).toBe(
      true,
    );
  });

  test('in a pipe prints one plain line for each fact', async () => {
    const { code, stdout, stderr } = await world.run(['prove', '_plain.example.com', 'TXT', 'v']);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toEqual([
      'found     _plain.example.com in zone example.com at huaweicloud',
      expect.stringMatching(/^wrote {5}_plain\.example\.com TXT "v" \(TTL 300 s\), lease huaweicloud-/),
      expect.stringMatching(/^servers {3}of example\.com: ns1\..* \(127\.[\d.]+\), /),
      expect.stringMatching(/^seen {6}_plain\.example\.com TXT "v" on ns1\.\S+ \(127\.[\d.]+\) after /),
      expect.stringMatching(/^seen {6}_plain\.example\.com TXT "v" on ns1\.\S+ \(127\.[\d.]+\) after /),
      expect.stringMatching(/^visible {3}_plain\.example\.com TXT "v" on every server after /),
      expect.stringMatching(/^1 of 1 record visible after /),
      expect.stringMatching(/^When the certificate is issued: domainproof remove huaweicloud-/),
    ]);
  });

  test('with --from proves many at both clouds, two values at one name among them', async () => {
    const stdinText = JSON.stringify([
      { name: '_many.example.com', type: 'TXT', value: '"one"' },
      { name: '_many.example.net', type: 'TXT', value: 'apex' },
      { name: '_many.example.net', type: 'TXT', value: 'wildcard' },
      { name: '_x.www.example.com', type: 'CNAME', value: 'y.dcv.example.org' },
    ]);
    const { code, json } = await world.run(['prove', '--from', '-', '--json', '--quiet'], { stdinText });
    expect(code).toBe(0);
    expect(json().records.map(({ value }: { value: string }) => value)).toEqual([
      'one',
      'apex',
      'wildcard',
      'y.dcv.example.org.',
    ]);
    expect(
      json().records.every(
        ({ visible, lease }: { visible: boolean; lease: { created: boolean } }) => visible && lease.created,
      ),
    ).toBe(true);
    expect(world.values('alidns', '_many.example.net')).toEqual(['apex', 'wildcard']);
    expect(world.values('huaweicloud', '_x.www.example.com', 'CNAME')).toEqual(['y.dcv.example.org.']);
  });

  test('asks no resolver for the name', async () => {
    await world.run(['prove', '_unasked.example.com', 'TXT', 'v', '--quiet']);
    const asked = world.simulator.questions.filter(({ name }) => name.startsWith('_unasked'));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter(({ server }) => server === 'resolver')).toEqual([]);
  });

  test('that is not visible in time leaves the record, says so and ends with 1', async () => {
    world.simulator.addZone({ name: 'late.example', cloud: 'huaweicloud', delegated: false });
    const argv = ['prove', '_dnsauth.late.example', 'TXT', 'v', '--timeout', '1s'];
    const { code, stdout, stderr } = await world.run(argv);
    expect(code).toBe(1);
    expect(stdout).toContain('missing   _dnsauth.late.example TXT "v" on 0 of');
    expect(stdout).toContain('NOT_DELEGATED_HERE: late.example is delegated to');
    expect(stdout).toContain('domainproof remove huaweicloud-');
    expect(stderr).toContain('warning: late.example is delegated to');
    expect(world.simulator.records('huaweicloud', 'late.example')).toMatchObject([{ values: ['v'] }]);
    expect((await world.leases()).some(({ zone }) => zone === 'late.example.')).toBe(true);
  });
});

describe('wait', () => {
  test('needs no credentials and prints the same document without leases', async () => {
    await world.run(['add', '_wait.example.com', 'TXT', 'v']);
    const { DOMAINPROOF_RESOLVERS, DOMAINPROOF_AUTHORITATIVE_PORT } = world.env;
    const env = { DOMAINPROOF_RESOLVERS, DOMAINPROOF_AUTHORITATIVE_PORT };
    const { code, json } = await world.run(['wait', '_wait.example.com', 'TXT', 'v', '--json'], { env });
    expect(code).toBe(0);
    expect(json()).toMatchObject({ ok: true, records: [{ visible: true, zone: 'example.com.' }] });
    expect(json().records[0]).not.toHaveProperty('lease');
  });

  test('takes the resolver and the port as flags, and a name relative to --zone', async () => {
    const { resolver, authoritativePort } = world.simulator;
    const flags = ['--resolver', resolver, '--authoritative-port', String(authoritativePort)];
    const { code } = await world.run(['wait', '_wait', 'TXT', 'v', '--zone', 'example.com', ...flags], {
      env: {},
    });
    expect(code).toBe(0);
  });

  test('ends with 1 and the servers that lack the value', async () => {
    const { code, json } = await world.run([
      'wait',
      '_wait.example.com',
      'TXT',
      'other',
      '--timeout',
      '300ms',
      '--json',
    ]);
    expect(code).toBe(1);
    const [record] = json().records;
    expect(json().ok).toBe(false);
    expect(
      record.servers.map(({ status, values }: { status: string; values: string[] }) => [status, values]),
    ).toEqual([
      ['different', ['v']],
      ['different', ['v']],
    ]);
    expect(record.findings[0]).toMatchObject({ code: 'OLD_VALUE_ONLY' });
    expect(record.findings[0].remedy).not.toBe('');
  });

  test('--events tells the failure in the result line', async () => {
    const { code, events } = await world.run([
      'wait',
      '_wait.example.com',
      'TXT',
      'other',
      '--timeout',
      '300ms',
      '--events',
    ]);
    expect(code).toBe(1);
    expect(events().at(-1)).toMatchObject({ type: 'result', ok: false });
  });
});
