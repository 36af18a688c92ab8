import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { capabilities } from '../src/capabilities.js';
import rfc2136Default, { manifest, rfc2136 } from '../src/index.js';
import { KEY_NAME, SECRET } from './support/answer.js';
import { type Primary, startPrimary } from './support/primary.js';

let primary: Primary;
beforeEach(async () => {
  primary = await startPrimary();
});
afterEach(() => primary.close());

const dist = (file: string) => JSON.stringify(fileURLToPath(new URL(`../dist/${file}`, import.meta.url)));

/** The zone that is found, and what the process still holds open afterwards. */
async function firstCall(importing: string, type: string): Promise<string[]> {
  const options = { server: primary.server, keyName: KEY_NAME, keySecret: SECRET, environment: {} };
  const script = `
    ${importing}
    const provider = rfc2136(${JSON.stringify(options)});
    const call = { signal: new AbortController().signal, log: { debug() {}, info() {}, warn() {} }, onApiCall() {} };
    provider.findZones('example.org.', call).then(([zone]) => console.log(JSON.stringify([zone.name, provider.id, same])));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, [`--input-type=${type}`, '-e', script], {
    timeout: 10_000,
  });
  return JSON.parse(stdout);
}

describe('the build', () => {
  it('works as an ES module', async () => {
    const importing = `
      import rfc2136Default, { rfc2136, manifest } from ${dist('index.js')};
      const same = rfc2136Default === rfc2136 && manifest.id;`;
    expect(await firstCall(importing, 'module')).toEqual(['example.org.', 'rfc2136', 'rfc2136']);
  });

  it('works as CommonJS', async () => {
    const importing = `
      const { rfc2136, manifest, default: rfc2136Default } = require(${dist('index.cjs')});
      const same = rfc2136Default === rfc2136 && manifest.id;`;
    expect(await firstCall(importing, 'commonjs')).toEqual(['example.org.', 'rfc2136', 'rfc2136']);
  });
});

describe('the factory', () => {
  it('reads nothing, and asks nothing', () => {
    const environment = new Proxy(
      {},
      {
        get() {
          throw new Error('the environment was read');
        },
      },
    );
    const provider = rfc2136({ keyFile: '/no/such/file', server: 'no server', environment });
    expect(provider.id).toBe('rfc2136');
    expect(rfc2136Default).toBe(rfc2136);
    expect(primary.requests).toEqual([]);
  });

  it('takes the environment of the process if no other is given', async () => {
    process.env.RFC2136_NAMESERVER = primary.server;
    process.env.RFC2136_TSIG_KEY = KEY_NAME;
    process.env.RFC2136_TSIG_SECRET = SECRET;
    try {
      const call = { signal: new AbortController().signal, log: console, onApiCall() {} };
      const [zone] = await rfc2136().findZones('example.org.' as never, call);
      expect(zone?.name).toBe('example.org.');
    } finally {
      for (const name of ['RFC2136_NAMESERVER', 'RFC2136_TSIG_KEY', 'RFC2136_TSIG_SECRET'])
        delete process.env[name];
    }
  });
});

describe('the manifest', () => {
  it('says what the capabilities say', () => {
    expect(manifest.limits).toBe(capabilities.limits);
    expect(manifest.nameServerPatterns).toBe(capabilities.nameServerPatterns);
    expect(manifest.settings.filter(({ secret }) => secret).map(({ option }) => option)).toEqual([
      'keySecret',
    ]);
  });

  it('names permissions for every call that there is', () => {
    const operations = manifest.permissions?.flatMap((permission) => permission.operations);
    expect(operations).toEqual(
      expect.arrayContaining([
        'Query SOA',
        'Query ANY',
        'Check',
        'Update',
        ...capabilities.types.map((type) => `Query ${type}`),
      ]),
    );
  });
});
