import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { missingSettings, type ProviderManifest, readSettings } from '../src/index.js';

const manifest: ProviderManifest = {
  id: 'fake',
  title: 'Fake',
  package: '@domainproof/provider-fake',
  settings: [
    {
      option: 'key',
      description: 'Access key',
      required: true,
      secret: true,
      environment: ['FAKE_KEY', 'OLD_KEY'],
    },
    {
      option: 'endpoint',
      description: 'Endpoint',
      required: false,
      secret: false,
      environment: ['FAKE_ENDPOINT'],
    },
  ],
};

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'settings-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('an explicit option beats the environment, and the first environment name that is set beats the later ones', () => {
  expect(readSettings(manifest, { key: 'a' }, { FAKE_KEY: 'b' })).toEqual({ key: 'a' });
  expect(readSettings(manifest, {}, { FAKE_KEY: 'b', OLD_KEY: 'c' })).toEqual({ key: 'b' });
  expect(readSettings(manifest, {}, { FAKE_KEY: '', OLD_KEY: 'c', FAKE_ENDPOINT: 'e' })).toEqual({
    key: 'c',
    endpoint: 'e',
  });
});

test('a NAME_FILE is read without its final line break', () => {
  const file = join(directory, 'key');
  writeFileSync(file, 's3cret\n');
  expect(readSettings(manifest, {}, { FAKE_KEY_FILE: file })).toEqual({ key: 's3cret' });
});

test('a NAME_FILE that is not there is told by name', () => {
  expect(() => readSettings(manifest, {}, { FAKE_KEY_FILE: join(directory, 'none') })).toThrow(
    expect.objectContaining({ code: 'AUTH_INVALID', message: expect.stringContaining('FAKE_KEY_FILE') }),
  );
});

test('missing settings are the required ones that are set nowhere', () => {
  expect(missingSettings(manifest, {}, {}).map(({ option }) => option)).toEqual(['key']);
  expect(missingSettings(manifest, { key: 'a' }, {})).toEqual([]);
  expect(missingSettings(manifest, {}, { OLD_KEY_FILE: '/run/secrets/key' })).toEqual([]);
});

test('no setting is missing where all names of an alternative are set', () => {
  const alternatives = [{ description: 'A role', environment: ['FAKE_ROLE', 'FAKE_TOKEN_FILE'] }];
  const missing = (environment: Record<string, string>) =>
    missingSettings({ ...manifest, alternatives }, {}, environment).map(({ option }) => option);
  expect(missing({ FAKE_ROLE: 'role', FAKE_TOKEN_FILE: '/run/token' })).toEqual([]);
  expect(missing({ FAKE_ROLE: 'role' })).toEqual(['key']);
  expect(missing({ FAKE_ROLE: 'role', FAKE_TOKEN_FILE: '' })).toEqual(['key']);
});
