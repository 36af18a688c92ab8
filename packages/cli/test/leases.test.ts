import { describe, expect, test } from 'vitest';
import { cli, useSimulator } from './harness.js';

const world = useSimulator({
  zones: [
    {
      name: 'example.com',
      cloud: 'huaweicloud',
      records: [{ name: '_shared', type: 'TXT', value: 'foreign' }],
    },
    { name: 'example.net', cloud: 'alidns', records: [{ name: '_shared', type: 'TXT', value: 'foreign' }] },
  ],
});
const clouds = [
  ['huaweicloud', 'example.com'],
  ['alidns', 'example.net'],
] as const;

describe.each(clouds)('at %s', (cloud, zone) => {
  const name = `_shared.${zone}`;

  test('a foreign value survives add and remove, and a second value at the name is no conflict', async () => {
    const first = await world.run(['add', name, 'TXT', 'first', '--json', '--quiet']);
    const second = await world.run(['add', name, 'TXT', 'second', '--json', '--quiet']);
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(first.json()).toMatchObject({
      version: 1,
      provider: cloud,
      name: `${name}.`,
      value: 'first',
      created: true,
    });
    expect(world.values(cloud, name)).toEqual(['first', 'foreign', 'second']);

    const removed = await world.run(['remove', first.json().id, '--json', '--quiet']);
    expect(removed.code).toBe(0);
    expect(removed.json()).toMatchObject({
      removed: 1,
      absent: 0,
      kept: 0,
      leases: [{ id: first.json().id, outcome: 'removed' }],
    });
    expect(world.values(cloud, name)).toEqual(['foreign', 'second']);

    await world.run(['remove', second.json().id]);
    expect(world.values(cloud, name)).toEqual(['foreign']);
  });

  test('a value that was there is kept by lease id, and removed when it is named in full', async () => {
    const { json } = await world.run(['add', name, 'TXT', 'foreign', '--json', '--quiet']);
    expect(json().created).toBe(false);
    const kept = await world.run(['remove', json().id]);
    expect(kept.code).toBe(0);
    expect(kept.stdout).toContain('0 values removed, 0 gone before, 1 kept');
    expect(world.values(cloud, name)).toEqual(['foreign']);

    // A lease on it in the journal changes nothing: its full name is enough.
    await world.run(['add', name, 'TXT', 'foreign']);
    const forced = await world.run(['remove', name, 'TXT', 'foreign', '--json', '--quiet']);
    expect(forced.json()).toMatchObject({ removed: 1, absent: 0, kept: 0 });
    expect(world.values(cloud, name)).toEqual([]);
    const again = await world.run(['remove', name, 'TXT', 'foreign', '--json', '--quiet']);
    expect([again.code, again.json()]).toMatchObject([0, { removed: 0, absent: 1, kept: 0 }]);
  });

  test('other types are written and removed as well', async () => {
    const argv = [`mail.${zone}`, 'MX', '10 mx.example.org'];
    expect((await world.run(['add', ...argv])).code).toBe(0);
    expect(world.values(cloud, `mail.${zone}`, 'MX')).toEqual(['10 mx.example.org.']);
    expect((await world.run(['remove', ...argv])).stdout).toContain('1 value removed');
    expect(world.values(cloud, `mail.${zone}`, 'MX')).toEqual([]);
  });

  test('remove --from takes away what add --from wrote, through the leases of the journal', async () => {
    const stdinText = JSON.stringify([
      { name: `_two.${zone}`, type: 'TXT', value: 'a' },
      { name: `_two.${zone}`, type: 'TXT', value: 'b' },
    ]);
    const added = await world.run(['add', '--from', '-', '--json', '--quiet'], { stdinText });
    const ids = added.json().leases.map(({ id }: { id: string }) => id);
    expect(ids).toHaveLength(2);
    expect(world.values(cloud, `_two.${zone}`)).toEqual(['a', 'b']);
    const removed = await world.run(['remove', '--from', '-', '--json', '--quiet'], { stdinText });
    expect(removed.json()).toMatchObject({ removed: 2, absent: 0, kept: 0 });
    expect(removed.json().leases.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(world.values(cloud, `_two.${zone}`)).toEqual([]);
  });

  test('remove --from takes away what was written although a record of the list was in conflict', async () => {
    const blocked = [`_blocked.${zone}`, 'CNAME', 'target.example.org'];
    await world.run(['add', ...blocked]);
    const stdinText = JSON.stringify([
      { name: `_blocked.${zone}`, type: 'TXT', value: 'v' },
      { name: `_free.${zone}`, type: 'TXT', value: 'v' },
      { name: `_never.${zone}`, type: 'TXT', value: 'v' },
    ]);
    const added = await world.run(['add', '--from', '-', '--json', '--quiet'], { stdinText });
    expect(added.code).toBe(5);
    expect(added.json().error.hint.match(/in the journal/g)).toHaveLength(1);
    await world.run(['remove', `_never.${zone}`, 'TXT', 'v']);
    expect(world.values(cloud, `_free.${zone}`)).toEqual(['v']);

    const removed = await world.run(['remove', '--from', '-', '--json', '--quiet'], { stdinText });
    expect(removed.code).toBe(0);
    expect(removed.json()).toMatchObject({ removed: 1, absent: 2, kept: 0 });
    expect(removed.json().leases).toContainEqual({
      name: `_blocked.${zone}.`,
      type: 'TXT',
      value: 'v',
      outcome: 'absent',
    });
    expect(world.values(cloud, `_free.${zone}`)).toEqual([]);
    expect(world.values(cloud, `_blocked.${zone}`, 'CNAME')).toEqual(['target.example.org.']);
    const alone = await world.run(['remove', `_blocked.${zone}`, 'TXT', 'v', '--quiet']);
    expect(alone.code).toBe(0);
    expect(alone.stdout).toContain('another record at the name excludes it, and stays');
    await world.run(['remove', ...blocked]);
  });

  test('plan writes nothing and tells what would be', async () => {
    await world.run(['add', `_plan.${zone}`, 'TXT', 'there']);
    const before = world.simulator.calls.length;
    const { code, json } = await world.run(['plan', `_plan.${zone}`, 'TXT', 'new', '--json', '--quiet']);
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      changes: [
        { provider: cloud, zone: `${zone}.`, action: 'merge', add: ['new'], present: [], kept: ['there'] },
      ],
    });
    const writes = world.simulator.calls
      .slice(before)
      .filter(({ operation }) => /Create|Add|Update|Delete/.test(operation));
    expect(writes).toEqual([]);
    expect((await world.run(['plan', `_plan.${zone}`, 'TXT', 'there', '--quiet'])).stdout).toBe(
      `none      _plan.${zone} TXT in ${zone} at ${cloud}: everything is there\n`,
    );
    expect((await world.run(['plan', `_none.${zone}`, 'TXT', 'v', '--ttl', '900', '--quiet'])).stdout).toBe(
      `create    _none.${zone} TXT in ${zone} at ${cloud}: add "v" (TTL 900 s)\n`,
    );
    await world.run(['remove', `_plan.${zone}`, 'TXT', 'there']);
  });
});

describe('leases', () => {
  test('lists what was not removed, oldest first, and asks nobody', async () => {
    await world.run(['add', '_one.example.com', 'TXT', 'one']);
    await world.run(['add', '_two.example.net', 'TXT', 'two']);
    const { DOMAINPROOF_JOURNAL } = world.env;
    const { code, json } = await cli(['leases', '--json'], { env: { DOMAINPROOF_JOURNAL } });
    expect(code).toBe(0);
    expect(json().leases.map(({ value }: { value: string }) => value)).toEqual(['one', 'two']);
    const { stdout } = await cli(['leases', '--provider', 'alidns'], { env: { DOMAINPROOF_JOURNAL } });
    expect(stdout).toMatch(/^alidns-\S+ _two\.example\.net TXT "two", .* old\n1 lease\n$/);
    expect((await world.run(['leases', '--zone', 'example.com', '--json'])).json().leases).toHaveLength(1);
  });

  test('--older-than leaves younger ones out', async () => {
    expect((await world.run(['leases', '--older-than', '1h', '--json'])).json()).toEqual({ leases: [] });
    expect(
      (await world.run(['leases', '--older-than', '1ms', '--json'])).json().leases.length,
    ).toBeGreaterThan(1);
  });

  test('shows values that were there before with --all only', async () => {
    await world.run(['add', '_one.example.com', 'TXT', 'other']);
    const env = { ...world.env, DOMAINPROOF_JOURNAL: `${world.folder}/second.jsonl` };
    await world.run(['add', '_one.example.com', 'TXT', 'other'], { env });
    expect((await world.run(['leases', '--json'], { env })).json()).toEqual({ leases: [] });
    expect((await world.run(['leases', '--all'], { env })).stdout).toContain('was there before');
  });

  test('an empty journal is an empty list', async () => {
    const env = { DOMAINPROOF_JOURNAL: `${world.folder}/none.jsonl` };
    expect(await cli(['leases', '--json'], { env })).toMatchObject({
      code: 0,
      stdout: '{\n  "leases": []\n}\n',
    });
    expect((await cli(['leases'], { env })).stdout).toBe('0 leases\n');
  });
});

describe('remove', () => {
  test('with an unknown id removes nothing, and is a usage error that offers the near one', async () => {
    const lease = (await world.run(['add', '_keep.example.com', 'TXT', 'v', '--json', '--quiet'])).json();
    const typo = `${lease.id.slice(0, -1)}${lease.id.endsWith('0') ? '1' : '0'}`;
    const { code, stderr } = await world.run(['remove', lease.id, typo]);
    expect(code).toBe(2);
    expect(stderr).toContain(`There is no lease "${typo}" in the journal.\nhint: Did you mean ${lease.id}?`);
    expect(world.values('huaweicloud', '_keep.example.com')).toEqual(['v']);
  });

  test('with nothing to remove is a usage error', async () => {
    expect(await world.run(['remove'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Say what to remove'),
    });
  });
});

describe('zones', () => {
  test('lists those of every provider', async () => {
    const { code, json } = await world.run(['zones', '--json']);
    expect(code).toBe(0);
    expect(json().zones).toMatchObject([
      { provider: 'huaweicloud', name: 'example.com.', status: 'active', id: expect.any(String) },
      { provider: 'alidns', name: 'example.net.', status: 'active', id: expect.any(String) },
    ]);
  });

  test('of the others are listed when one provider fails, whose failure sets the exit code', async () => {
    const env = { ...world.env, HUAWEICLOUD_SDK_SK: 'a-wrong-secret' };
    const { code, json, stderr } = await world.run(['zones', '--json'], { env });
    expect(code).toBe(3);
    expect(json()).toMatchObject({
      zones: [{ provider: 'alidns', name: 'example.net.' }],
      errors: [{ code: 'AUTH_INVALID', provider: 'huaweicloud' }],
    });
    expect(stderr).toMatch(/^error: /);
    const alone = await world.run(['zones', '--provider', 'huaweicloud', '--json'], { env });
    expect([alone.code, alone.json().error.code]).toEqual([3, 'AUTH_INVALID']);
  });
});

test('providers lists settings, and what stands in for them, by name and never by value', async () => {
  const { code, json, stdout } = await world.run(['providers', '--json']);
  expect(code).toBe(0);
  const [huaweicloud] = json().providers;
  expect(huaweicloud).toMatchObject({
    id: 'huaweicloud',
    package: '@domainproof/provider-huaweicloud',
    configured: true,
  });
  expect(huaweicloud.settings).toContainEqual({
    option: 'secretAccessKey',
    environment: expect.arrayContaining(['HUAWEICLOUD_SDK_SK']),
    required: true,
    set: true,
    secret: true,
  });
  for (const value of Object.values(world.simulator.env)) expect(stdout).not.toContain(value);
  expect((await cli(['providers'])).stdout).toContain('alidns (Alibaba Cloud DNS): not configured');

  const elsewhere = await cli(['providers'], {
    env: { ALIBABA_CLOUD_CREDENTIALS_URI: 'http://127.0.0.1:1/secret-path' },
  });
  expect(elsewhere.stdout).toContain('alidns (Alibaba Cloud DNS): configured');
  expect(elsewhere.stdout).toMatch(/^ {2}set {5}instead: ALIBABA_CLOUD_CREDENTIALS_URI \(/m);
  expect(elsewhere.stdout).toMatch(/^ {2}not set instead: ALIBABA_CLOUD_ROLE_ARN and /m);
  expect(elsewhere.stdout).not.toContain('secret-path');
});
