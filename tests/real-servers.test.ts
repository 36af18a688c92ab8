import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Diagnosis, Report } from '@domainproof/propagation-verifier';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const PROGRAMS = ['named', 'knotd', 'nsd', 'pdns_server', 'unbound', 'nsupdate', 'kdig', 'sqlite3'];
const RESOLVER = '127.0.10.6';
const SCENARIO_MS = 240_000;
const SCENARIO = fileURLToPath(new URL('real-servers/scenario.mjs', import.meta.url));
const NAMESPACE = fileURLToPath(new URL('real-servers/namespace.sh', import.meta.url));
const UNSHARE = ['--user', '--map-root-user', '--net', '--mount'];

const directory = mkdtempSync(join(tmpdir(), 'domainproof-certificate-'));
const CERTIFICATE = join(directory, 'cert.pem');
afterAll(() => rmSync(directory, { recursive: true }));

interface Results {
  arrival: { report: Report; askedBefore: string[]; seenByResolver: Report; askedAfter: string[] };
  chain: Report;
  many: Report;
  healthy: Diagnosis;
  signed: Diagnosis;
  bogus: Diagnosis;
  lame: Diagnosis;
  unregistered: Diagnosis;
  cliWait: { code: number; document: { ok: boolean; records: { visible: boolean }[] } };
  cliDoctor: { code: number; document: { findings: { code: string }[] } };
}

const hasPrograms = PROGRAMS.every((program) => works('sh', '-c', `command -v ${program}`));
const hasNamespaces = works('unshare', ...UNSHARE, 'ip', 'link', 'set', 'lo', 'up');

const PLACES = [
  { place: 'on port 53 of a network of its own', isPossible: hasPrograms && hasNamespaces, run: inNamespace },
  { place: 'on a high port', isPossible: hasPrograms, run: onHighPort },
];

describe.each(PLACES)('BIND, Knot, NSD, PowerDNS and Unbound $place', ({ isPossible, run }) => {
  let results: Results;
  beforeAll(async () => {
    if (isPossible) results = await run();
  }, SCENARIO_MS);

  test.skipIf(!isPossible)(
    'a record is visible when the last of four servers has it, the one that lags',
    () => {
      const { report } = results.arrival;
      const [record] = report.records;
      expect(record).toMatchObject({ visible: true, verdict: 'visible', zone: 'example.test.' });
      const seen = new Map(
        record?.servers.map(({ host, visibleAfterMs }) => [host as string, visibleAfterMs]),
      );
      expect([...seen.keys()].sort()).toEqual([1, 2, 3, 4].map((number) => `ns${number}.example.test.`));
      expect([...seen.values()]).not.toContain(null);
      expect(record?.elapsedMs).toBeGreaterThanOrEqual(Math.max(...[...seen.values()].map(Number)));
    },
  );

  test.skipIf(!isPossible)(
    'the resolver is asked for the name only after every server has the record',
    () => {
      const { askedBefore, askedAfter, seenByResolver } = results.arrival;
      expect(askedBefore.length).toBeGreaterThan(0);
      expect(askedBefore.filter((question) => question.includes('_dnsauth'))).toEqual([]);
      expect(askedAfter).toContain('_dnsauth.example.test. TXT');
      expect(seenByResolver.records[0]).toMatchObject({
        visible: true,
        perspectives: [
          { name: 'unbound', status: 'visible', values: ['token-1'] },
          { name: 'unbound over HTTPS', status: 'visible', values: ['token-1'] },
        ],
      });
    },
  );

  test.skipIf(!isPossible)('a CNAME into another zone is followed to the servers of that zone', () => {
    expect(results.chain.records[0]).toMatchObject({
      visible: true,
      zone: 'example.test.',
      chain: [{ name: '_acme-challenge.example.test.', zone: 'example.test.', target: 'shop.alias.test.' }],
    });
    expect(new Set(results.chain.records[0]?.servers.map(({ zone }) => zone as string))).toEqual(
      new Set(['example.test.', 'alias.test.']),
    );
  });

  test.skipIf(!isPossible)('forty records are seen on all servers', () => {
    expect(results.many.ok).toBe(true);
    expect(results.many.records.every(({ servers }) => servers.length === 4)).toBe(true);
  });

  test.skipIf(!isPossible)('nothing is found where nothing is wrong, signed or not', () => {
    expect(results.healthy).toMatchObject({ visible: true, findings: [] });
    expect(results.signed).toMatchObject({ visible: true, findings: [] });
  });

  test.skipIf(!isPossible)('a DS record whose key is missing is told, as Unbound refuses the zone', () => {
    expect(codesOf(results.bogus)).toEqual(['DNSSEC_BOGUS']);
    expect(results.bogus.findings[0]).toMatchObject({ severity: 'fatal' });
    expect(JSON.stringify(results.bogus.findings[0]?.evidence)).toContain('SERVFAIL');
  });

  test.skipIf(!isPossible)('a server that refuses the zone is told as lame', () => {
    expect(results.lame.findings).toMatchObject([{ code: 'LAME', severity: 'fatal' }]);
    expect(JSON.stringify(results.lame.findings)).toContain('ns1.example.test');
  });

  test.skipIf(!isPossible)('a domain that the registry does not know is told', () => {
    expect(codesOf(results.unregistered)).toEqual(['ZONE_NOT_SERVED']);
  });

  test.skipIf(!isPossible)('the command line says the same', () => {
    expect(results.cliWait).toMatchObject({ code: 0, document: { ok: true, records: [{ visible: true }] } });
    expect(results.cliDoctor.code).toBe(1);
    expect(results.cliDoctor.document.findings.map(({ code }) => code)).toEqual(['DNSSEC_BOGUS']);
  });
});

function codesOf({ findings }: Diagnosis): string[] {
  return findings.map(({ code }) => code);
}

function inNamespace(): Promise<Results> {
  return resultsOf('unshare', [
    ...UNSHARE,
    'sh',
    NAMESPACE,
    RESOLVER,
    process.execPath,
    SCENARIO,
    '443',
    ...certificate(),
  ]);
}

async function onHighPort(): Promise<Results> {
  const ports = [await freePort(), await freePort()].map(String);
  return resultsOf(process.execPath, [SCENARIO, ...ports, ...certificate()]);
}

function resultsOf(command: string, args: readonly string[]): Promise<Results> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: CERTIFICATE };
    const options = { timeout: SCENARIO_MS, maxBuffer: 64 * 1024 * 1024, env };
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stderr}`));
      else resolve(JSON.parse(stdout));
    });
  });
}

/** A certificate for the resolver, and its key. */
function certificate(): [string, string] {
  const key = join(directory, 'key.pem');
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
  const subject = ['-subj', `/CN=${RESOLVER}`, '-addext', `subjectAltName=IP:${RESOLVER}`, '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...kind, '-out', CERTIFICATE, ...subject], { stdio: 'ignore' });
  return [CERTIFICATE, key];
}

/** Free on one address, and so most likely on all. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, RESOLVER, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function works(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
