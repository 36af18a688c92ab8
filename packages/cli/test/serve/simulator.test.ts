import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { ExitCode } from '../../src/index.js';
import { run } from '../../src/index.js';
import { Captured, useSimulator } from '../harness.js';
import { digest, entries, post, TOKEN, until } from './world.js';

const world = useSimulator({
  zones: [
    {
      name: 'example.com',
      cloud: 'huaweicloud',
      records: [
        { name: '_taken', type: 'CNAME', value: 'x.example.org.' },
        { name: '_acme-challenge.shared', type: 'TXT', value: 'of somebody else' },
      ],
    },
    { name: 'example.net', cloud: 'alidns' },
  ],
  serverDelaysMs: { huaweicloud: [0, 150], alidns: [0, 150] },
});

/** Its second name server never catches up. */
const late = useSimulator({
  zones: [{ name: 'late.example', cloud: 'alidns' }],
  serverDelaysMs: { alidns: [0, 3_600_000] },
});

interface Running {
  url: string;
  stdout: Captured;
  stderr: Captured;
  /** Ends it. */
  end(): Promise<ExitCode>;
}

const running: Running[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ end }) => end()));
});

/** `domainproof serve`, until the end of the test. */
async function serve(argv: readonly string[] = [], env: Record<string, string> = {}): Promise<Running> {
  const [stdout, stderr] = [new Captured(), new Captured()];
  const interrupt = new AbortController();
  const code = run(['serve', '--listen', '127.0.0.1:0', '--json', ...argv], {
    stdout,
    stderr,
    env: { ...world.env, DOMAINPROOF_SERVE_TOKEN: TOKEN, ...env },
    signal: interrupt.signal,
  });
  let hasEnded = false;
  code.then(() => {
    hasEnded = true;
  });
  await until(() => stdout.text !== '' || hasEnded);
  const end = () => {
    interrupt.abort();
    return code;
  };
  const { url } = JSON.parse(stdout.text.split('\n{')[0]!);
  running.push({ url, stdout, stderr, end });
  return running.at(-1)!;
}

describe('at both clouds', () => {
  test.each([
    ['huaweicloud', 'example.com'],
    ['alidns', 'example.net'],
  ] as const)('%s: lego’s two modes, apex and wildcard, and the zone is as it was', async (cloud, zone) => {
    const before = world.simulator.records(cloud, zone);
    const { url } = await serve();
    const fqdn = `_acme-challenge.${zone}.`;
    const value = digest();
    const keyAuth = `tok.${digest()}`;
    // The apex and its wildcard: two values at one name, at the same time.
    const bodies = [
      { fqdn, value },
      { domain: zone, token: 'tok', keyAuth },
    ];
    const presented = await Promise.all(bodies.map((body) => post(`${url}/present`, body)));
    expect(presented.map(({ status, body }) => [status, body.visible])).toEqual([
      [200, true],
      [200, true],
    ]);
    const raw = createHash('sha256').update(keyAuth).digest('base64url');
    expect([...world.values(cloud, fqdn.slice(0, -1))].sort()).toEqual([value, raw].sort());
    const cleaned = await Promise.all(bodies.map((body) => post(`${url}/cleanup`, body)));
    expect(cleaned.map(({ body }) => body.outcome)).toEqual(['removed', 'removed']);
    expect(world.simulator.records(cloud, zone)).toEqual(before);
    expect((await post(`${url}/cleanup`, bodies[0]!)).body.outcome).toBe('absent');
    expect(await world.leases()).toEqual([]);
  });

  test('ten at once for one name are one write, and a repeated one writes nothing', async () => {
    const { url } = await serve();
    const fqdn = '_acme-challenge.ten.example.com.';
    const values = Array.from({ length: 10 }, digest);
    const from = world.simulator.calls.length;
    const replies = await Promise.all(values.map((value) => post(`${url}/present`, { fqdn, value })));
    expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(200));
    // The engine may try to create a set that is there; the cloud refuses that, and nothing is written.
    const writes = () =>
      world.simulator.calls
        .slice(from)
        .filter(
          ({ cloud, method, httpStatus }) => cloud === 'huaweicloud' && method !== 'GET' && httpStatus < 300,
        );
    expect(writes()).toHaveLength(1);
    expect([...world.values('huaweicloud', fqdn.slice(0, -1))].sort()).toEqual([...values].sort());
    const again = await post(`${url}/present`, { fqdn, value: values[0]! });
    expect([again.status, again.body.visible, writes().length]).toEqual([200, true, 1]);
    const cleaned = await Promise.all(values.map((value) => post(`${url}/cleanup`, { fqdn, value })));
    expect(cleaned.map(({ body }) => body.outcome)).toEqual(Array(10).fill('removed'));
    expect(world.values('huaweicloud', fqdn.slice(0, -1))).toEqual([]);
  });

  test('values of others stay, and so does a value that was there before', async () => {
    const { url } = await serve();
    const fqdn = '_acme-challenge.shared.example.com.';
    const body = { fqdn, value: digest() };
    await post(`${url}/present`, body);
    expect(world.values('huaweicloud', fqdn.slice(0, -1))).toHaveLength(2);
    await post(`${url}/cleanup`, body);
    expect(world.values('huaweicloud', fqdn.slice(0, -1))).toEqual(['of somebody else']);
  });

  test('what another process wrote is taken away by this one', async () => {
    const value = digest();
    const name = '_acme-challenge.other.example.net';
    await world.run(['add', name, 'TXT', value, '--quiet']);
    const { url } = await serve();
    expect((await post(`${url}/cleanup`, { fqdn: `${name}.`, value })).body.outcome).toBe('removed');
    expect(world.values('alidns', name)).toEqual([]);
  });
});

describe('what goes wrong', () => {
  const present = (url: string, fqdn: string) => post(`${url}/present`, { fqdn, value: digest() });

  test('a zone that no account holds is 404, a record in the way 409', async () => {
    const { url, stderr } = await serve();
    const unknown = await present(url, '_acme-challenge.example.org.');
    expect([unknown.status, unknown.body.error.code]).toEqual([404, 'ZONE_NOT_FOUND']);
    const taken = await present(url, '_taken.example.com.');
    expect([taken.status, taken.body.error.code]).toEqual([409, 'RECORD_CONFLICT']);
    expect(entries(stderr.text).map(({ outcome }) => outcome)).toEqual(['ZONE_NOT_FOUND', 'RECORD_CONFLICT']);
  });

  test('a wrong secret of our account is 502, and stands in no output', async () => {
    const secret = 'wrong-secret-0123456789abcdef';
    const { url, stdout, stderr } = await serve(['--provider', 'huaweicloud', '--verbose'], {
      HUAWEICLOUD_SDK_SK: secret,
    });
    const reply = await present(url, '_acme-challenge.example.com.');
    expect([reply.status, reply.body.error.code]).toEqual([502, 'AUTH_INVALID']);
    const all = stdout.text + stderr.text + JSON.stringify(reply.body);
    for (const hidden of [secret, TOKEN, world.env.HUAWEICLOUD_SDK_SK!]) expect(all).not.toContain(hidden);
  });

  test('a record that is not visible in time is 200, and cleanup takes it away', async () => {
    const { url } = await serve(['--timeout', '3s'], late.env);
    const body = { fqdn: '_acme-challenge.late.example.', value: digest() };
    const reply = await post(`${url}/present`, body);
    expect([reply.status, reply.body.visible]).toEqual([200, false]);
    expect((await post(`${url}/cleanup`, body)).body.outcome).toBe('removed');
  });
});

describe('the start', () => {
  const start = async (argv: readonly string[], env: Record<string, string> = {}) => {
    const signal = AbortSignal.abort();
    const result = await world.run(['serve', '--listen', '127.0.0.1:0', '--json', ...argv], {
      env: { ...world.env, ...env },
      signal,
    });
    return { ...result, message: result.code === 0 ? '' : result.json().error.message };
  };

  test('needs a token, of a flag, a variable or a file, that is long enough', async () => {
    const file = (name: string, text: string) => {
      const path = join(world.folder, name);
      writeFileSync(path, text);
      return path;
    };
    expect(await start([])).toMatchObject({ code: 2, message: expect.stringContaining('needs a token') });
    const short = await start([], { DOMAINPROOF_SERVE_TOKEN: 'x'.repeat(15) });
    expect([short.code, short.stderr]).toEqual([2, expect.stringContaining('openssl rand')]);
    expect(short.stdout + short.stderr).not.toContain('x'.repeat(15));
    expect((await start([], { DOMAINPROOF_SERVE_TOKEN: 'with a space in the token' })).code).toBe(2);
    expect((await start(['--token-file', file('empty', '')])).code).toBe(2);
    expect((await start(['--token-file', join(world.folder, 'nowhere')])).message).toContain('(ENOENT)');
    expect((await start(['--token-file', world.folder])).message).toContain('(EISDIR)');
    expect((await start(['--token-file', '/dev/zero'])).code).toBe(2);
    const good = file('good', `${TOKEN}\n`);
    expect((await start(['--token-file', good])).code).toBe(0);
    expect((await start([], { DOMAINPROOF_SERVE_TOKEN_FILE: good })).code).toBe(0);
    expect((await start([], { DOMAINPROOF_SERVE_TOKEN: TOKEN })).code).toBe(0);
  });

  const token = { DOMAINPROOF_SERVE_TOKEN: TOKEN };

  test('needs an account that can be used', async () => {
    const none = await world.run(['serve', '--json'], { env: token });
    expect([none.code, none.json().error.message]).toEqual([2, 'No DNS provider is configured.']);
    const config = join(world.folder, 'broken.json');
    writeFileSync(config, JSON.stringify({ providers: [{ package: './nowhere.mjs' }] }));
    const broken = await world.run(['serve', '--json', '--config', config], { env: token });
    expect([broken.code, broken.json().error.code]).toEqual([2, 'UNSUPPORTED']);
  });

  test.each([
    ['127.0.0.1', 2],
    ['8053', 2],
    ['example.com:8053', 2],
    ['127.0.0.1:65536', 2],
    ['::1:8053', 2],
    ['[127.0.0.1]:8053', 2],
    ['192.0.2.1:0', 2],
    ['127.0.0.2:0', 0],
  ])('--listen %s ends with %i', async (listen, code) => {
    const result = await world.run(['serve', '--listen', listen, '--json'], {
      env: { ...world.env, ...token },
      signal: AbortSignal.abort(),
    });
    expect([result.code, result.stderr.includes('plain HTTP')]).toEqual([code, false]);
  });

  test('warns where it is not for this machine only', async () => {
    const { stderr, code } = await world.run(['serve', '--listen', '0.0.0.0:0'], {
      env: { ...world.env, ...token },
      signal: AbortSignal.abort(),
    });
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^warning: .* is plain HTTP/)]);
  });

  test('two at one address: the second says so and ends with 2, and the first goes on', async () => {
    const first = await serve();
    const clash = await world.run(['serve', '--listen', new URL(first.url).host, '--json'], {
      env: { ...world.env, ...token },
    });
    expect([clash.code, clash.json().error.message]).toEqual([2, `${new URL(first.url).host} is in use.`]);
    expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
  });

  test('tells people how lego gets there, and --events its first and last line', async () => {
    const options = { env: { ...world.env, ...token }, signal: AbortSignal.abort() };
    const people = await world.run(['serve', '--listen', '127.0.0.1:0'], options);
    expect(people.stdout).toMatch(/^Listening on http:\/\/127\.0\.0\.1:\d+\n/);
    expect(people.stdout).toMatch(/HTTPREQ_ENDPOINT=http:\/\/127\.0\.0\.1:\d+\n/);
    const events = await world.run(['serve', '--listen', '127.0.0.1:0', '--events'], options);
    const url = expect.stringMatching(/^http:/);
    expect(events.events()).toEqual([
      { type: 'listening', url },
      { type: 'result', url },
    ]);
  });

  test('takes no words, and --allow only domains', async () => {
    expect((await start(['example.com'], token)).code).toBe(2);
    expect((await start(['--allow', 'a..b'], token)).code).toBe(5);
  });
});
