import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { freePort } from '../packages/provider-rfc2136/test/servers/loopback.js';
import { runTool } from '../packages/provider-rfc2136/test/servers/tool.js';
import type { Programs } from '../tests/real-servers/programs.mjs';

/** Pebble, which issues a certificate only to whom it sees the values of. */
export interface Authority {
  /** URL of the ACME directory. */
  directory: string;
  /** File of the certificate that vouches for the directory's own. */
  trust: string;
  /** File of the certificate that vouches for all that are issued. */
  root: string;
  /** What Pebble has printed so far: every order and every validation. */
  log(): string;
}

const NAME = 'pebble';
const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
/** Validates at once and always, and refuses no nonce for practice: Debian's dehydrated gives up at the first. */
const ENVIRONMENT = [
  'PEBBLE_VA_NOSLEEP=1',
  'PEBBLE_VA_ALWAYS_VALID=0',
  'PEBBLE_AUTHZREUSE=0',
  'PEBBLE_WFE_NONCEREJECT=0',
];

/** Starts Pebble, which ends with `programs`. @param resolver `ADDRESS:PORT` of the resolver that it validates with */
export async function startAuthority(programs: Programs, resolver: string): Promise<Authority> {
  const folder = programs.folder(NAME);
  const { trust, certificate, privateKey } = await makeKeys(folder);
  const [port, management] = [await freePort(), await freePort()];
  const config = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate,
    privateKey,
    httpPort: 5002, // Pebble wants to know, and does not use, the ports of challenges of other kinds.
    tlsPort: 5001,
  };
  const file = programs.write(NAME, 'pebble.json', JSON.stringify({ pebble: config }));
  const directory = `https://localhost:${port}/dir`;
  await programs.start(
    NAME,
    'env',
    [...ENVIRONMENT, 'pebble', '-config', file, '-strict', '-dnsserver', resolver],
    () =>
      fetchText(directory, trust).then(
        () => true,
        () => false,
      ),
  );
  const root = await fetchText(`https://localhost:${management}/roots/0`, trust);
  return {
    directory,
    trust,
    root: programs.write(NAME, 'root.pem', root),
    log: () => programs.output(NAME),
  };
}

/** A certificate for `localhost` under an authority of its own: Debian's package brings none. */
async function makeKeys(folder: string) {
  const trust = join(folder, 'trust.pem');
  const trustKey = join(folder, 'trust.key');
  const certificate = join(folder, 'localhost.pem');
  const privateKey = join(folder, 'localhost.key');
  const make = (name: string, out: string, key: string, ...more: string[]) =>
    runTool('openssl', [
      'req',
      '-x509',
      ...CURVE,
      '-subj',
      `/CN=${name}`,
      '-out',
      out,
      '-keyout',
      key,
      ...more,
    ]);
  await make('authority of the test', trust, trustKey);
  const names = ['subjectAltName=DNS:localhost,IP:127.0.0.1', 'basicConstraints=critical,CA:FALSE'];
  const extensions = names.flatMap((extension) => ['-addext', extension]);
  await make('localhost', certificate, privateKey, '-CA', trust, '-CAkey', trustKey, ...extensions);
  return { trust, certificate, privateKey };
}

function fetchText(url: string, trust: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { ca: readFileSync(trust), agent: false }, async (response) => {
      resolve((await response.setEncoding('utf8').toArray()).join(''));
    }).on('error', reject);
  });
}
