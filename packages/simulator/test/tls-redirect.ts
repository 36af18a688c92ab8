import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const run = promisify(execFile);

/**
 * Makes a program that insists on `https://HOST` talk to a plain HTTP server on loopback, unmodified and without root rights: a
 * proxy takes its CONNECT and ends the TLS itself, with a certificate of an authority that is made for this one test. Every other
 * host is refused, so nothing leaves the machine.
 *
 * @returns `folder`, an empty one that is removed when the test ends, and the environment for a Python program
 */
export async function redirectTls(host: string, target: URL) {
  const folder = await mkdtemp(join(tmpdir(), 'domainproof-tls-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const secureContext = await certify(host, folder);
  const open = new Set<{ destroy(): void }>();

  const proxy = createServer((_, response) => response.writeHead(405).end());
  proxy.on('connect', (request, socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    if (request.url !== `${host}:443`) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    const secure = new TLSSocket(socket as never, { isServer: true, secureContext });
    const upstream = connect(Number(target.port), target.hostname);
    open.add(upstream);
    for (const side of [secure, upstream])
      side.on('error', () => {
        secure.destroy();
        upstream.destroy();
      });
    secure.pipe(upstream).pipe(secure);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    proxy.close();
    await once(proxy, 'close');
  });

  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return {
    folder,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: folder,
      HTTPS_PROXY: address,
      HTTP_PROXY: address,
      REQUESTS_CA_BUNDLE: join(folder, 'authority.pem'),
    },
  };
}

async function certify(host: string, folder: string) {
  const at = (name: string) => join(folder, name);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const authority = [
    '-keyout',
    at('authority.key'),
    '-out',
    at('authority.pem'),
    '-subj',
    '/CN=test authority',
  ];
  await run('openssl', ['req', '-x509', ...newKey, ...authority]);
  const issuer = ['-CA', at('authority.pem'), '-CAkey', at('authority.key')];
  const leaf = ['-keyout', at('host.key'), '-out', at('host.pem'), '-subj', `/CN=${host}`];
  const names = ['-addext', `subjectAltName=DNS:${host}`, '-addext', 'basicConstraints=critical,CA:FALSE'];
  await run('openssl', ['req', '-x509', ...newKey, ...issuer, ...leaf, ...names]);
  return createSecureContext({ key: await readFile(at('host.key')), cert: await readFile(at('host.pem')) });
}
