// Proves control of domains from a script: writes the records of a JSON file wherever their domains are hosted,
// waits until every authoritative name server serves them, and takes them away again.
//
//   tsx examples/prove.ts examples/challenges.json
//
// Credentials come from the environment, as for the command line (see README.md).
import { readFileSync } from 'node:fs';
import { createClient, type DesiredRecord, fileJournal, missingSettings } from '@domainproof/core';
import { createVerifier } from '@domainproof/propagation-verifier';
import { alidns, manifest as alidnsManifest } from '@domainproof/provider-alidns';
import { huaweicloud, manifest as huaweicloudManifest } from '@domainproof/provider-huaweicloud';

const [file = 'examples/challenges.json'] = process.argv.slice(2);
const records = JSON.parse(readFileSync(file, 'utf8')) as DesiredRecord[];

const isOn = (manifest: typeof alidnsManifest) => missingSettings(manifest, {}, process.env).length === 0;
const client = createClient({
  providers: [
    ...(isOn(huaweicloudManifest) ? [huaweicloud()] : []),
    ...(isOn(alidnsManifest) ? [alidns()] : []),
  ],
  journal: fileJournal({ file: process.env.DOMAINPROOF_JOURNAL ?? 'leases.jsonl' }),
});
const verifier = createVerifier({
  resolvers: process.env.DOMAINPROOF_RESOLVERS?.split(','),
  authoritativePort: Number(process.env.DOMAINPROOF_AUTHORITATIVE_PORT ?? 53),
});

const leases = await client.ensureAll(records);
for (const { name, type, provider } of leases) console.log(`${name} ${type} is written at ${provider}`);
try {
  const report = await verifier.wait(leases, { timeoutMs: 120_000 });
  for (const { name, value, visible, elapsedMs } of report.records)
    console.log(`${name} "${value}" ${visible ? `is visible after ${elapsedMs} ms` : 'is not visible'}`);

  // Here the certificate authority is told to look, and the certificate is waited for.

  process.exitCode = report.ok ? 0 : 1;
} finally {
  const reports = await client.releaseAll(leases);
  for (const { lease, outcome } of reports) console.log(`${lease.name} "${lease.value}" ${outcome}`);
}
