import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const REPORT = `
  const loaded = () => Object.keys(cache).filter((file) => file.includes('huaweicloud-sdk')).length;
  const provider = huaweicloud({ accessKeyId: 'ak', secretAccessKey: 'sk', endpoint: 'http://127.0.0.1:1', environment: {} });
  const before = loaded();
  const call = { signal: new AbortController().signal, log: { debug() {}, info() {}, warn() {} }, onApiCall() {} };
  provider.findZones('example.com.', call).catch(() => console.log(JSON.stringify([before, loaded()])));
`;

/** How many files of the vendor's SDK are loaded before and after the first call, in a fresh process that uses the build. */
async function loadedModules(...args: string[]): Promise<[before: number, after: number]> {
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
  return JSON.parse(stdout);
}

test('the ESM build loads the vendor SDK at the first call, and only its signer', async () => {
  const script = `
    import { createRequire } from 'node:module';
    import { huaweicloud } from '@domainproof/provider-huaweicloud';
    const { cache } = createRequire('file:///');
    ${REPORT}`;
  expect(await loadedModules('--input-type=module', '-e', script)).toEqual([0, 1]);
});

test('the CommonJS build loads the vendor SDK at the first call, and only its signer', async () => {
  const script = `
    const { huaweicloud } = require('@domainproof/provider-huaweicloud');
    const { cache } = require;
    ${REPORT}`;
  expect(await loadedModules('-e', script)).toEqual([0, 1]);
});
