// Issues a certificate for a domain and all names right below it, with npm's acme-client. Writes account.key, DOMAIN.key and DOMAIN.pem
// (the certificate and those between it and the root) to a folder; the keys can be read by their owner only.
//
//   npm install acme-client domainproof
//   tsx examples/issue-certificate.ts example.com
//
//   ACME_DIRECTORY   directory URL of the authority; default: Let's Encrypt's staging, whose certificates nobody trusts
//   ACME_EMAIL       address for the account; default: none
//   CERTIFICATES     the folder; default: certificates
//
// Running it means that you agree to the authority's terms of service. Credentials for DNS come from the environment, as for the command
// line (see README.md). If it is killed midway, `domainproof leases` lists what is still there.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import acme from 'acme-client';
import { acmeChallenges } from 'domainproof/acme';

const PRIVATE = 0o600;
const PUBLIC = 0o644;

const [domain] = process.argv.slice(2);
if (!domain || domain.startsWith('-') || domain.includes('*')) {
  console.error('usage: tsx examples/issue-certificate.ts DOMAIN');
  process.exit(2);
}
const folder = process.env.CERTIFICATES || 'certificates';
const email = process.env.ACME_EMAIL;

/** The key of the account: made with the first certificate, and kept, as authorities limit how many accounts one may make. */
async function accountKey(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const key = await acme.crypto.createPrivateEcdsaKey();
  // Fails if another run has made one meanwhile.
  await writeFile(file, key, { mode: PRIVATE, flag: 'wx' });
  return key;
}

/** Whoever reads the file sees all of the old content or all of the new one. */
async function replaceFile(file: string, content: Buffer | string, mode: number): Promise<void> {
  await rm(`${file}.new`, { force: true }); // Of a run that was killed.
  await writeFile(`${file}.new`, content, { mode, flag: 'wx' });
  await rename(`${file}.new`, file);
}

const challenges = acmeChallenges({
  timeoutMs: 300_000,
  onEvent(event) {
    if (event.type === 'ensured') console.log(`wrote ${event.lease.name} "${event.lease.value}"`);
    if (event.type === 'released') console.log(`${event.report.outcome} "${event.report.lease.value}"`);
  },
});

try {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const client = new acme.Client({
    directoryUrl: process.env.ACME_DIRECTORY || acme.directory.letsencrypt.staging,
    accountKey: await accountKey(join(folder, 'account.key')),
  });
  const ownKey = await acme.crypto.createPrivateEcdsaKey();
  const [key, csr] = await acme.crypto.createCsr({ altNames: [domain, `*.${domain}`] }, ownKey);
  const chain = await client.auto({
    csr,
    termsOfServiceAgreed: true,
    ...(email && { email }),
    ...challenges,
  });
  await replaceFile(join(folder, `${domain}.key`), key, PRIVATE);
  await replaceFile(join(folder, `${domain}.pem`), chain, PUBLIC);
  const { notAfter } = acme.crypto.readCertificateInfo(chain);
  console.log(`${join(folder, `${domain}.pem`)} is good until ${notAfter.toISOString()}`);
} catch (error) {
  const { message, hint } = error as Error & { hint?: string };
  console.error(`No certificate: ${message}`);
  if (hint) console.error(hint);
  process.exitCode = 1;
} finally {
  await challenges.close();
}
