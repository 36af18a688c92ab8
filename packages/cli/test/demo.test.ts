import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import challenges from '../../../examples/challenges.json' with { type: 'json' };
import { cli, temporaryFolder } from './harness.js';

const folder = temporaryFolder();

describe('demo', () => {
  test('proves and removes the example challenges, and tells what it found, wrote, saw and removed', async () => {
    const { code, stdout, stderr } = await cli(['demo']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('found     _dnsauth.example.com in zone example.com at huaweicloud');
    expect(stdout).toContain('found     _acme-challenge.example.net in zone example.net at alidns');
    const lines = (label: string) => stdout.split('\n').filter((line) => line.startsWith(`${label} `));
    expect(lines('foreign')).toHaveLength(2);
    expect(lines('wrote')).toHaveLength(challenges.length);
    expect(lines('seen')).toHaveLength(2 * challenges.length);
    expect(lines('visible')).toHaveLength(challenges.length);
    expect(lines('removed')).toHaveLength(challenges.length);
    expect(lines('calls')).toEqual([
      expect.stringMatching(
        /^calls {5}of prove: huaweicloud \d+ \(ListPublicZones.*\), alidns \d+ \(.*AddDomainRecord 2/,
      ),
      expect.stringMatching(
        /^calls {5}of remove: huaweicloud \d+ \(.*DeleteRecordSet.*\), alidns \d+ \(.*Delete/,
      ),
    ]);
    expect(stdout).toMatch(/\n4 of 4 records visible, 4 of 4 removed, 2 of 2 foreign values untouched\n$/);
  }, 20_000);

  test('runs on a file of the user, with zones for its names, and prints one document with --json', async () => {
    const records = [{ name: '_dnsauth.shop.example', type: 'TXT', value: 'token' }];
    writeFileSync(join(folder, 'own.json'), JSON.stringify(records));
    const { code, json } = await cli(['demo', '--from', 'own.json', '--json', '--quiet'], { cwd: folder });
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      ok: true,
      prove: { ok: true, records: [{ name: '_dnsauth.shop.example.', visible: true }] },
      remove: { removed: 1, absent: 0, kept: 0 },
      foreign: { planted: 1, survived: 1 },
    });
    const { prove, remove } = json().apiCalls;
    expect(prove.huaweicloud.total + prove.alidns.total).toBeGreaterThan(0);
    expect(remove.huaweicloud.total).toBeGreaterThan(0);
  }, 20_000);

  test('with a name that neither cloud hosts fails as prove does, without advice that leads nowhere', async () => {
    writeFileSync(
      join(folder, 'mixed.json'),
      JSON.stringify([...challenges, { name: '_a.example.org', type: 'TXT', value: 'v' }]),
    );
    const { code, json } = await cli(['demo', '--from', 'mixed.json', '--json'], { cwd: folder });
    expect([code, json().error.code]).toEqual([4, 'ZONE_NOT_FOUND']);
    expect(json().error.leases).toBeUndefined();
  }, 20_000);

  test('refuses a broken file with its name and place', async () => {
    writeFileSync(join(folder, 'bad.json'), '[{}]');
    const { code, stderr } = await cli(['demo', '--from', 'bad.json'], { cwd: folder });
    expect([code, stderr]).toEqual([2, 'error: bad.json: [0].name must be a text that is not empty.\n']);
  });
});
