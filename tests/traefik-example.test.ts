import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { startSimulator } from '@domainproof/simulator';
import { afterAll, expect, test } from 'vitest';
import { root } from './packages.js';

const EXAMPLE = join(root, 'examples', 'traefik');
const DOMAIN = 'example.net';
const compose = readFileSync(join(EXAMPLE, 'compose.yaml'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'traefik-example-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The text of one service of the compose file. */
function service(name: string): string {
  return new RegExp(`^  ${name}:\\n((?: {4}.*\\n|\\n)+)`, 'm').exec(compose)![1]!;
}

/** Its environment, with the domain filled in. */
function environmentOf(name: string): Record<string, string> {
  const block = /^ {4}environment:\n((?: {6}.*\n)+)/m.exec(service(name))![1]!;
  const lines = [...block.matchAll(/^ {6}(\w+): (.+)$/gm)];
  return Object.fromEntries(lines.map(([, key, value]) => [key!, value!.replace(/^\$\{DOMAIN\}$/, DOMAIN)]));
}

function commandOf(name: string): string[] {
  return [...service(name).matchAll(/^ {6}- (--.+)$/gm)].map(([, flag]) =>
    flag!.replace(/\$\{DOMAIN:[^}]*\}/, DOMAIN),
  );
}

test('the server of the compose file starts with its secrets from files, and Traefik’s variables get there', async () => {
  const simulator = await startSimulator();
  const secrets: Record<string, string> = {
    'serve-token': '0123456789abcdef0123456789abcdef',
    'access-key-id': simulator.env.ALIBABA_CLOUD_ACCESS_KEY_ID!,
    'access-key-secret': simulator.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET!,
  };
  for (const [name, secret] of Object.entries(secrets)) writeFileSync(join(folder, name), `${secret}\n`);
  const mounted = (path: string) => path.replace('/run/secrets', folder);
  // Where the account and the name servers are is the simulator's; who we are is the example's.
  const { DOMAINPROOF_ALIDNS_ENDPOINT, DOMAINPROOF_RESOLVERS, DOMAINPROOF_AUTHORITATIVE_PORT } =
    simulator.env;
  const environment = Object.entries(environmentOf('domainproof')).map(([name, value]) => [
    name,
    mounted(value),
  ]);
  const flags = commandOf('domainproof').map((flag) => flag.replace(/^--listen=.*/, '--listen=127.0.0.1:0'));
  const program = join(root, 'packages', 'cli', 'dist', 'bin.cjs');
  const child = spawn(process.execPath, [program, 'serve', ...flags, '--json'], {
    env: {
      ...Object.fromEntries(environment),
      DOMAINPROOF_ALIDNS_ENDPOINT,
      DOMAINPROOF_RESOLVERS,
      DOMAINPROOF_AUTHORITATIVE_PORT,
      DOMAINPROOF_JOURNAL: join(folder, 'leases.jsonl'),
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const url = await urlOf(child);
    const traefik = environmentOf('traefik');
    const password = readFileSync(mounted(traefik.HTTPREQ_PASSWORD_FILE!), 'utf8').trimEnd();
    const post = async (path: string, domain: string) => {
      const response = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Authorization: `Basic ${Buffer.from(`${traefik.HTTPREQ_USERNAME}:${password}`).toString('base64')}`,
        },
        body: JSON.stringify({ fqdn: `_acme-challenge.${domain}.`, value: 'x'.repeat(43) }),
      });
      return response.status;
    };
    expect(await post('/present', DOMAIN)).toBe(200);
    expect(await post('/cleanup', DOMAIN)).toBe(200);
    expect(await post('/present', 'example.com')).toBe(403);
  } finally {
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    await simulator.close();
  }
});

test('what Traefik asks is where domainproof listens, and its health is asked there too', () => {
  const [, port] = /--listen=0\.0\.0\.0:(\d+)/.exec(commandOf('domainproof')[0]!)!;
  expect(environmentOf('traefik').HTTPREQ_ENDPOINT).toBe(`http://domainproof:${port}`);
  expect(readFileSync(join(EXAMPLE, 'Dockerfile'), 'utf8')).toContain(`http://127.0.0.1:${port}/healthz`);
});

test('no secret stands in the example: what services read are files that the compose file mounts', () => {
  const files = [...compose.matchAll(/file: \.\/secrets\/([\w-]+)/g)].map(([, name]) => name);
  const named = ['domainproof', 'traefik'].flatMap((name) =>
    Object.entries(environmentOf(name)).filter(([variable]) => /TOKEN|KEY|PASSWORD|SECRET/.test(variable)),
  );
  expect(named.map(([variable]) => variable.endsWith('_FILE'))).toEqual(named.map(() => true));
  expect([...new Set(named.map(([, path]) => basename(path)))].sort()).toEqual(files.sort());
  expect(readdirSync(EXAMPLE).sort()).toEqual(
    expect.arrayContaining(['.gitignore', 'Dockerfile', 'README.md', 'compose.yaml', 'routes.yaml']),
  );
});

async function urlOf(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout!) {
    text += chunk;
    if (text.endsWith('}\n')) break;
  }
  return JSON.parse(text).url;
}
