import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { EXIT_OF } from '../src/exit-codes.js';
import { cli, useSimulator } from './harness.js';

const world = useSimulator({
  zones: [
    {
      name: 'example.com',
      cloud: 'huaweicloud',
      records: [{ name: '_taken', type: 'CNAME', value: 'x.example.org.' }],
    },
    { name: 'example.net', cloud: 'alidns' },
    { name: 'frozen.example', cloud: 'huaweicloud', status: 'disabled' },
    { name: 'both.example', cloud: 'huaweicloud' },
    { name: 'both.example', cloud: 'alidns', delegated: false },
  ],
});

/** Every case runs with --verbose, and nothing that it prints may hold a secret. */
async function fail(argv: readonly string[], change: Record<string, string | undefined> = {}) {
  const env = Object.fromEntries(
    Object.entries({ ...world.env, ...change }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  const before = world.simulator.calls.length;
  const result = await world.run([...argv, '--json', '--verbose'], { env });
  for (const name of ['HUAWEICLOUD_SDK_SK', 'ALIBABA_CLOUD_ACCESS_KEY_SECRET']) {
    const secrets = [world.env[name], env[name]].filter((secret) => secret !== undefined);
    for (const secret of secrets)
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
        expect(result.stdout + result.stderr).not.toContain(form);
  }
  expect(result.stdout + result.stderr).not.toMatch(/Signature=(?!\[redacted\])\w/);
  const { error } = result.json();
  return { ...result, error, calls: world.simulator.calls.slice(before) };
}

describe('exit code', () => {
  test('3 for a wrong secret of Huawei Cloud, after exactly one request', async () => {
    const only = {
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: undefined,
      HUAWEICLOUD_SDK_SK: 'wrong-secret-0123456789abcdef',
    };
    const { code, error, calls, stderr } = await fail(['add', '_a.example.com', 'TXT', 'v'], only);
    expect([code, error.code]).toEqual([3, 'AUTH_INVALID']);
    expect(calls).toHaveLength(1);
    expect(stderr).toMatch(/^error: .+\nhint: .+$/m);
  });

  test('3 for a wrong secret of Alibaba Cloud, after exactly one request', async () => {
    const only = {
      HUAWEICLOUD_SDK_SK: undefined,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'wrong-secret-0123456789abcdef',
    };
    const { code, error, calls } = await fail(['add', '_a.example.net', 'TXT', 'v'], only);
    expect([code, error.code]).toEqual([3, 'AUTH_INVALID']);
    expect(calls).toHaveLength(1);
  });

  test('4 for a zone that no account holds', async () => {
    const { code, error } = await fail(['add', '_a.example.org', 'TXT', 'v']);
    expect([code, error.code]).toEqual([4, 'ZONE_NOT_FOUND']);
  });

  test('4 for a name that only ends like a zone', async () => {
    expect((await fail(['add', 'my-example.com', 'TXT', 'v'])).error.code).toBe('ZONE_NOT_FOUND');
  });

  test('4 for a zone that is not served', async () => {
    const { code, error } = await fail(['add', '_a.frozen.example', 'TXT', 'v']);
    expect([code, error.code]).toEqual([4, 'ZONE_INACTIVE']);
  });

  test('0 where two accounts hold a zone, at the one that it is delegated to', async () => {
    const { code, json } = await world.run(['add', '_a.both.example', 'TXT', 'v', '--json', '--quiet']);
    expect([code, json().provider]).toEqual([0, 'huaweicloud']);
  });

  test('4 in prove for a domain that is not registered, and nothing is written', async () => {
    const { code, error, calls } = await fail(['prove', '_a.unregistered.example', 'TXT', 'v']);
    expect([code, error.code]).toEqual([4, 'ZONE_NOT_FOUND']);
    // Both clouds were asked whether they hold it all the same, as a private resolver may not know the names above a zone.
    const operations = (calls as { operation: string }[]).map(({ operation }) => operation);
    expect(operations.sort()).toEqual(['DescribeDomains', 'ListPublicZones']);
  });

  test.each(['HUAWEICLOUD', 'ALIDNS'])('2 for an endpoint of %s that cannot be one', async (cloud) => {
    const endpoint = { [`DOMAINPROOF_${cloud}_ENDPOINT`]: 'ftp://127.0.0.1' };
    const { code, error } = await fail(['zones', '--provider', cloud.toLowerCase()], endpoint);
    expect([code, error.code]).toEqual([2, 'UNSUPPORTED']);
    expect(error.hint).toContain('http://host:port');
  });

  test('5 for a CNAME at the name of a TXT', async () => {
    const { code, error } = await fail(['add', '_taken.example.com', 'TXT', 'v']);
    expect([code, error.code]).toEqual([5, 'RECORD_CONFLICT']);
    expect(error.leases).toBeUndefined();
  });

  test('5 for a name and a value that cannot be, before anything is asked', async () => {
    const name = await fail(['add', 'a..example.com', 'TXT', 'v']);
    expect([name.code, name.error.code, name.calls]).toEqual([5, 'INVALID_NAME', []]);
    const value = await fail(['add', 'a.example.com', 'A', '999.1.1.1']);
    expect([value.code, value.error.code, value.calls]).toEqual([5, 'INVALID_VALUE', []]);
  });

  test('0 for a TTL below what the zone allows, and the lease says both numbers', async () => {
    const argv = ['add', '_ttl.example.net', 'TXT', 'v', '--ttl', '60', '--quiet'];
    const { code, json } = await world.run([...argv, '--json']);
    expect([code, json().ttl]).toEqual([0, { requested: 60, effective: 600 }]);
  });

  test('6 for a cloud that stays unavailable, with a lease for what may have been written', async () => {
    world.simulator.faults.add({
      cloud: 'huaweicloud',
      operation: 'CreateRecordSet',
      kind: 'unavailable-html',
      times: 99,
    });
    const { code, error, stderr } = await fail(['add', '_down.example.com', 'TXT', 'v', '--timeout', '2s']);
    world.simulator.faults.clear();
    expect(code).toBe(6);
    expect(['TRANSIENT', 'TIMEOUT']).toContain(error.code);
    expect(error.hint).toContain(`domainproof remove ${error.leases[0].id}`);
    expect(stderr).toMatch(/^api {7}huaweicloud CreateRecordSet TRANSIENT, HTTP 503, \d+ ms, request \w+$/m);
  });

  test('0 where a retry helps, which --verbose tells', async () => {
    world.simulator.faults.add({
      cloud: 'huaweicloud',
      operation: 'ListPublicZones',
      kind: 'internal-error',
    });
    const { code, stderr } = await world.run(['plan', '_a.example.com', 'TXT', 'v', '--verbose']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^retry {5}huaweicloud TRANSIENT, attempt 1, again in \d+ ms: /m);
  });

  test('6 for an endpoint that is down', async () => {
    const port = await closedPort();
    const { code, error } = await fail(['zones', '--provider', 'huaweicloud'], {
      DOMAINPROOF_HUAWEICLOUD_ENDPOINT: `http://127.0.0.1:${port}`,
    });
    expect([code, error.code]).toEqual([6, 'TRANSIENT']);
  });

  test('2 for an unknown provider', async () => {
    const { code, error } = await fail(['add', '_a.example.com', 'TXT', 'v', '--provider', 'route53']);
    expect([code, error.code]).toEqual([2, 'USAGE']);
  });

  test('2 for a journal that is none', async () => {
    const { code, error } = await fail(['leases'], { DOMAINPROOF_JOURNAL: '/dev/null/x' });
    expect([code, error.code]).toEqual([2, 'UNSUPPORTED']);
  });

  test('of every code of core is one of the documented ones', () => {
    expect(new Set(Object.values(EXIT_OF))).toEqual(new Set([2, 3, 4, 5, 6, 130]));
  });
});

test('no secret is in what a run prints that goes well, with --verbose and in every mode', async () => {
  const secrets = [world.simulator.huaweicloud.secretAccessKey, world.simulator.alidns.accessKeySecret];
  for (const zone of ['example.com', 'example.net'])
    for (const mode of ['--json', '--events', '--verbose'])
      for (const command of ['prove', 'remove']) {
        const argv = [command, `_secret.${zone}`, 'TXT', 'v', '--verbose', mode];
        const { code, stdout, stderr } = await world.run([...new Set(argv)]);
        expect([argv, code]).toEqual([argv, 0]);
        expect(stderr).toContain('api ');
        for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
      }
});

describe('a resolver that does not answer', () => {
  test.concurrent.each(['prove', 'wait'])(
    'ends %s with 1 and RESOLVER_UNREACHABLE, and nothing is written',
    async (command) => {
      const silent = createSocket('udp4');
      await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
      try {
        const before = world.simulator.calls.length;
        const resolver = `127.0.0.1:${silent.address().port}`;
        const { code, json } = await world.run([
          command,
          '_a.example.com',
          'TXT',
          'v',
          '--resolver',
          resolver,
          '--json',
        ]);
        expect(code).toBe(1);
        expect(json()).toMatchObject({
          ok: false,
          records: [
            {
              name: '_a.example.com.',
              visible: false,
              servers: [],
              findings: [{ code: 'RESOLVER_UNREACHABLE' }],
            },
          ],
        });
        expect(json().records[0].findings[0].remedy).toContain('--resolver');
        expect(world.simulator.calls.slice(before)).toEqual([]);
      } finally {
        silent.close();
      }
    },
    20_000,
  );
});

describe('interrupted', () => {
  test('while it waits ends with 130, keeps what was written and says how to remove it', async () => {
    world.simulator.addZone({ name: 'slow.example', cloud: 'huaweicloud', delegated: false });
    const interrupt = new AbortController();
    const stderr = {
      text: '',
      write(text: string) {
        this.text += text;
        if (this.text.includes('servers ')) interrupt.abort();
      },
    };
    const argv = ['prove', '_a.slow.example', 'TXT', 'v', '--keep-waiting', '--json'];
    const { code, json } = await world.run(argv, { stderr, signal: interrupt.signal });
    expect(code).toBe(130);
    const { error } = json();
    expect(error).toMatchObject({
      code: 'ABORTED',
      message: 'Interrupted.',
      leases: [{ name: '_a.slow.example.', value: 'v' }],
    });
    expect(error.hint).toContain(`domainproof remove ${error.leases[0].id}`);
    expect(stderr.text).toContain(
      `error: Interrupted.\nhint: What was or may have been written is in the journal`,
    );

    const removed = await world.run(['remove', error.leases[0].id, '--json', '--quiet']);
    expect(removed.json()).toMatchObject({ removed: 1 });
    expect(world.simulator.records('huaweicloud', 'slow.example')).toEqual([]);
  });

  test('before it begins ends with 130 and writes nothing', async () => {
    const before = world.simulator.calls.length;
    const { code, json } = await world.run(['add', '_a.example.com', 'TXT', 'v', '--json'], {
      signal: AbortSignal.abort(),
    });
    expect([code, json().error.code]).toEqual([130, 'ABORTED']);
    expect(world.simulator.calls.slice(before)).toEqual([]);
  });
});

test('a fault of the program itself is told as such, with its stack in --verbose only', async () => {
  const broken = {
    get DOMAINPROOF_CONFIG(): string {
      throw new Error('broken surroundings');
    },
  };
  const plain = await cli(['zones'], { env: broken });
  expect([plain.code, plain.stderr]).toEqual([6, 'error: Unexpected failure: broken surroundings\n']);
  expect((await cli(['zones', '--verbose'], { env: broken })).stderr).toContain('    at ');
});

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
