import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { useSimulator } from '../harness.js';
import { digest, HYPHENED } from './challenges.js';

const world = useSimulator({
  zones: [
    {
      name: 'example.com',
      cloud: 'huaweicloud',
      records: [{ name: '_acme-challenge', type: 'TXT', value: 'foreign' }],
    },
    {
      name: 'example.net',
      cloud: 'alidns',
      records: [{ name: '_acme-challenge', type: 'TXT', value: 'foreign' }],
    },
  ],
});
const lego = (...words: string[]) => world.run(['hook', 'lego', ...words]);

const clouds = [
  ['huaweicloud', 'example.com'],
  ['alidns', 'example.net'],
] as const;
describe.each(clouds)('at %s', (cloud, zone) => {
  const name = `_acme-challenge.${zone}`;
  const values = () => world.values(cloud, name);

  test('present returns when the value is served, cleanup in another process takes it away, and nothing stands on standard output', async () => {
    const value = digest('default');
    const presented = await lego('present', `${name}.`, value);
    expect(presented).toMatchObject({ code: 0, stdout: '' });
    expect(presented.stderr).toMatch(/^1 of 1 record visible after .*\n$/);
    expect(values()).toEqual([value, 'foreign'].sort());
    expect(await lego('cleanup', `${name}.`, value)).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '1 value removed, 0 gone before, 0 kept\n',
    });
    expect(values()).toEqual(['foreign']);
    expect(await world.leases()).toEqual([]);
  });

  test('in RAW mode the value is the digest of the key authorization, and the mode need not be in the environment', async () => {
    const words = [zone, '-token', `-token.${digest('account')}`] as const;
    const value = createHash('sha256').update(words[2]).digest('base64url');
    expect((await lego('present', '--', ...words)).code).toBe(0);
    expect(values()).toContain(value);
    expect((await lego('cleanup', '--', ...words)).code).toBe(0);
    expect(values()).toEqual(['foreign']);
  });

  test('a digest may begin with a hyphen, and words that look like flags are none', async () => {
    expect((await lego('present', `${name}.`, HYPHENED)).code).toBe(0);
    expect(values()).toContain(HYPHENED);
    expect((await lego('cleanup', `${name}.`, HYPHENED)).code).toBe(0);
    for (const word of ['--help', '--json', '-h']) {
      const { code, stdout, stderr } = await lego('present', `${name}.`, word);
      expect([code, stdout]).toEqual([5, '']);
      expect(stderr).toContain('The value is no digest of a DNS challenge');
    }
  });

  test('cleanup twice, and without a present before, is done', async () => {
    const value = digest('twice');
    await lego('present', `${name}.`, value);
    await lego('cleanup', `${name}.`, value);
    expect(await lego('cleanup', `${name}.`, value)).toMatchObject({ code: 0, stdout: '' });
    expect((await lego('cleanup', `${name}.`, digest('never'))).code).toBe(0);
    expect(values()).toEqual(['foreign']);
  });

  test('cleanup takes a value away that another journal has, or none', async () => {
    const value = digest('elsewhere');
    const env = { ...world.env, DOMAINPROOF_JOURNAL: `${world.folder}/elsewhere-${cloud}.jsonl` };
    expect((await world.run(['hook', 'lego', 'present', `${name}.`, value], { env })).code).toBe(0);
    expect((await lego('cleanup', `${name}.`, value)).code).toBe(0);
    expect(values()).toEqual(['foreign']);
  });

  test('a value that was there before stays', async () => {
    const value = digest('mine');
    await world.run(['add', name, 'TXT', value], {
      env: { ...world.env, DOMAINPROOF_JOURNAL: `${world.folder}/mine-${cloud}.jsonl` },
    });
    await lego('present', `${name}.`, value);
    expect((await lego('cleanup', `${name}.`, value)).stderr).toContain(
      '0 values removed, 0 gone before, 1 kept',
    );
    expect(values()).toContain(value);
    await world.run(['remove', name, 'TXT', value]);
  });

  test('a present that is repeated after a crash is cleaned up once', async () => {
    const value = digest('repeated');
    await lego('present', `${name}.`, value);
    await lego('present', `${name}.`, value);
    expect((await lego('cleanup', `${name}.`, value)).code).toBe(0);
    expect(values()).toEqual(['foreign']);
    expect(await world.leases()).toEqual([]);
  });

  test('two hooks at one name at once leave both values, then none', async () => {
    const both = [digest('left'), digest('right')];
    const codes = async (action: string) =>
      (await Promise.all(both.map((value) => lego(action, `${name}.`, value)))).map(({ code }) => code);
    expect(await codes('present')).toEqual([0, 0]);
    expect(values()).toEqual([...both, 'foreign'].sort());
    expect(await codes('cleanup')).toEqual([0, 0]);
    expect(values()).toEqual(['foreign']);
  });
});

test('words of old versions are understood: the TTL behind the value, and -- in other places', async () => {
  const fqdn = '_acme-challenge.example.com.';
  const raw = ['example.com.', '--', 'token', `token.${digest('account')}`];
  for (const words of [[fqdn, digest('ttl'), '120'], ['--', fqdn, digest('dashes')], raw]) {
    expect((await lego('present', ...words)).code).toBe(0);
    expect(world.values('huaweicloud', '_acme-challenge.example.com')).toHaveLength(2);
    expect((await lego('cleanup', ...words)).code).toBe(0);
  }
  expect(world.values('huaweicloud', '_acme-challenge.example.com')).toEqual(['foreign']);
});

test.each([
  [[], 'There are no words.'],
  [['timeout'], '"timeout" is no action.'],
  [['present'], 'There are 0 words behind the action.'],
  [['present', 'a', 'b', 'c', 'd'], 'There are 4 words behind the action.'],
])('%j is no call of lego', async (words, message) => {
  const { code, stdout, stderr } = await lego(...words);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`${message} lego calls its hook as: present|cleanup FQDN DIGEST`);
});

test('a key authorization is told in no message', async () => {
  const { code, stderr } = await lego('present', '--', 'example.com', 'token', 'secret.short');
  expect(code).toBe(5);
  expect(stderr).toContain('not of the form TOKEN.THUMBPRINT');
  expect(stderr).not.toContain('secret');
});

test('flags stand before the words of lego', async () => {
  const value = digest('flags');
  const words = ['_acme-challenge.example.com.', value];
  const { code, json } = await lego(
    '--json',
    '--ttl',
    '600',
    '--provider',
    'huaweicloud',
    'present',
    ...words,
  );
  expect(code).toBe(0);
  expect(json()).toMatchObject({
    ok: true,
    records: [{ visible: true, value, lease: { ttl: { requested: 600 }, provider: 'huaweicloud' } }],
  });
  expect((await lego('--json', 'cleanup', ...words)).json()).toMatchObject({
    removed: 1,
    absent: 0,
    kept: 0,
  });
  const wrong = await lego('--provider', 'nobody', 'present', ...words);
  expect([wrong.code, wrong.stdout]).toEqual([2, '']);
});

describe('a value that does not become visible', () => {
  test('ends present with 1 and stays for cleanup, and what is wrong is told', async () => {
    world.simulator.addZone({ name: 'sleepy.example', cloud: 'huaweicloud', delegated: false });
    const words = ['_acme-challenge.sleepy.example.', digest('sleepy')];
    const { code, stdout, stderr } = await lego('--timeout', '2s', 'present', ...words);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('0 of 1 record visible');
    expect(stderr).toContain('NOT_DELEGATED_HERE');
    expect(await world.leases()).toHaveLength(1);
    expect((await lego('cleanup', ...words)).code).toBe(0);
    expect(await world.leases()).toEqual([]);
  });

  test('a zone that no account holds is 4, wrong credentials are 3', async () => {
    const words = ['_acme-challenge.example.org.', digest('nowhere')];
    expect((await lego('present', ...words)).code).toBe(4);
    const env = { ...world.env, HUAWEICLOUD_SDK_SK: 'wrong' };
    const there = ['_acme-challenge.example.com.', digest('wrong-key')];
    expect((await world.run(['hook', 'lego', 'present', ...there], { env })).code).toBe(3);
  });
});
