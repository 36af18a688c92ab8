import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type DnsProvider, toFqdn } from '@domainproof/core';
import { startSimulator } from '@domainproof/simulator';
import { expect, test, vi } from 'vitest';
import { newCall } from './support/vendor-server.js';

/** The example of the README with a ready client; only the vendor's unpublished package, host and keys are replaced. */
function example({ endpoint, accessKeyId, secretAccessKey }: Record<string, string>): string {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code as string);
  const code = blocks.find((block) => block.includes('huaweicloud-sdk-dns')) ?? '';
  const replacements: [string, string][] = [
    [
      "{ DnsClient } from '@huaweicloud/huaweicloud-sdk-dns/v2/public-api.js'",
      "{ VendorDnsClient as DnsClient } from '../support/vendor-client.js'",
    ],
    ["'@domainproof/provider-huaweicloud'", "'../../src/index.js'"],
    ["'https://dns.cn-north-4.myhuaweicloud.com'", JSON.stringify(endpoint)],
    ['process.env.AK', JSON.stringify(accessKeyId)],
    ['process.env.SK', JSON.stringify(secretAccessKey)],
  ];
  return replacements.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, `${code}\nexport { provider };\n`);
}

test('the README shows a client that keeps the codes and prints nothing', async () => {
  const records = [{ name: '_dnsauth', type: 'TXT', value: 'foreign' }];
  const simulator = await startSimulator({ zones: [{ name: 'example.com', cloud: 'huaweicloud', records }] });
  const folder = mkdtempSync(join(import.meta.dirname, '.readme-'));
  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    writeFileSync(join(folder, 'example.ts'), example(simulator.huaweicloud));
    const { provider }: { provider: DnsProvider } = await import(join(folder, 'example.ts'));
    const key = { name: toFqdn('_dnsauth.example.com'), type: 'TXT', line: 'default' };
    const [zone] = await provider.findZones(key.name, newCall());
    const change = { key, add: ['mine'], remove: [], ttl: 300 };
    await expect(provider.applyChange(zone!, undefined, change, newCall())).rejects.toMatchObject({
      code: 'RECORD_CONFLICT',
      vendorCode: 'DNS.0312',
    });
    expect(printed).not.toHaveBeenCalled();
  } finally {
    printed.mockRestore();
    rmSync(folder, { recursive: true });
    await simulator.close();
  }
});

test('the README shows a client that compiles as strict TypeScript', async () => {
  const folder = mkdtempSync(join(import.meta.dirname, '.readme-'));
  try {
    const account = { endpoint: 'https://127.0.0.1', accessKeyId: 'id', secretAccessKey: 'secret' };
    writeFileSync(join(folder, 'example.ts'), example(account));
    const extended = join(import.meta.dirname, '../tsconfig.json');
    const project = { extends: extended, compilerOptions: { noEmit: true }, include: ['example.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
    const tsc = join(import.meta.dirname, '../../../node_modules/typescript/bin/tsc');
    const compiled = promisify(execFile)(process.execPath, [tsc, '-p', folder]).then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    );
    expect(await compiled).toBe('');
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);
