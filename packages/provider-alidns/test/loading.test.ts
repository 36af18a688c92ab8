import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { domainPage, KEY, startServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeEach(async () => {
  server = await startServer(() => domainPage(1, ['example.net']));
});
afterEach(() => server.close());

const dist = (file: string) => JSON.stringify(fileURLToPath(new URL(`../dist/${file}`, import.meta.url)));

/** Prints how many modules of the vendor are loaded: after the import, after the factory, after the first call. */
async function vendorModules(importing: string, args: string[]): Promise<string> {
  const script = `
    ${importing}
    const vendor = () => Object.keys(require.cache).filter((file) => /@alicloud|httpx/.test(file)).length;
    const counts = [vendor()];
    const provider = alidns({ ...${JSON.stringify(KEY)}, endpoint: ${JSON.stringify(server.endpoint)}, environment: {} });
    counts.push(vendor());
    const call = { signal: new AbortController().signal, log: { debug() {}, info() {}, warn() {} }, onApiCall() {} };
    provider.findZones('example.net.', call).then((zones) => {
      counts.push(vendor() > 10);
      console.log(JSON.stringify([...counts, zones[0].name, same]));
    });
  `;
  const { stdout } = await promisify(execFile)(process.execPath, [...args, '-e', script], {
    timeout: 10_000,
  });
  return JSON.parse(stdout);
}

describe('the vendor client is loaded at the first call, never before', () => {
  it('in the ESM build', async () => {
    const importing = `
      import { createRequire } from 'node:module';
      import alidnsDefault, { alidns, manifest } from ${dist('index.js')};
      const require = createRequire(${dist('index.js')});
      const same = alidnsDefault === alidns && manifest.id;`;
    expect(await vendorModules(importing, ['--input-type=module'])).toEqual([
      0,
      0,
      true,
      'example.net.',
      'alidns',
    ]);
  });

  it('in the CommonJS build', async () => {
    const importing = `
      const { alidns, manifest, default: alidnsDefault } = require(${dist('index.cjs')});
      const same = alidnsDefault === alidns && manifest.id;`;
    expect(await vendorModules(importing, ['--input-type=commonjs'])).toEqual([
      0,
      0,
      true,
      'example.net.',
      'alidns',
    ]);
  });
});
