import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerTo } from './loopback.js';

const WORKER = fileURLToPath(new URL('workers/ask-https.ts', import.meta.url));
const MEDIA_TYPE = 'application/dns-message';

const directory = mkdtempSync(join(tmpdir(), 'domainproof-https-'));
const file = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
const credentials = () => ({ cert: readFileSync(file.cert), key: readFileSync(file.key) });

beforeAll(() => {
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file.key];
  execFileSync('openssl', ['req', '-x509', ...key, '-out', file.cert, ...subject], { stdio: 'ignore' });
});
afterAll(() => rmSync(directory, { recursive: true }));

/** What a process says that trusts the certificate, or none but the system's. */
async function ask(server: Server, trusts = true): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/dns-query?a=b`;
  const env = { ...process.env, ...(trusts && { NODE_EXTRA_CA_CERTS: file.cert }) };
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', WORKER, url], { env });
  server.close();
  return stdout.trim();
}

type OnStream = (stream: ServerHttp2Stream, body: Buffer, headers: Record<string, unknown>) => void;

function http2Service(onStream: OnStream): Server {
  const server = createSecureServer(credentials());
  server.on('stream', async (stream, headers) => {
    stream.on('error', () => {});
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    onStream(stream, Buffer.concat(chunks), headers);
  });
  return server;
}

const answer: OnStream = (stream, body) => {
  stream.respond({ ':status': 200, 'content-type': MEDIA_TYPE });
  stream.end(answerTo(body));
};

describe('a service over HTTPS', () => {
  test('that speaks HTTP/2 only is asked so', async () => {
    let asked: Record<string, unknown> = {};
    const server = http2Service((stream, body, headers) => {
      asked = headers;
      answer(stream, body, headers);
    });
    expect(await ask(server)).toBe('packet');
    expect(asked).toMatchObject({
      ':method': 'POST',
      ':path': '/dns-query?a=b',
      accept: MEDIA_TYPE,
      'content-type': MEDIA_TYPE,
    });
  });

  test('that does not is asked over HTTP/1.1', async () => {
    const server = createServer(credentials(), async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      response.writeHead(200, { 'content-type': MEDIA_TYPE }).end(answerTo(Buffer.concat(chunks)));
    });
    expect(await ask(server)).toBe('packet');
  });

  test('is not believed with a certificate that nobody vouches for', async () => {
    expect(await ask(http2Service(answer), false)).toBe('malformed');
  });

  test.each<[string, OnStream, string]>([
    ['an error', (stream) => stream.respond({ ':status': 503 }, { endStream: true }), 'malformed'],
    ['a cut', (stream) => stream.session?.destroy(), 'closed'],
    ['silence', () => {}, 'timeout'],
    [
      'octets without end',
      (stream) => {
        stream.respond({ ':status': 200, 'content-type': MEDIA_TYPE });
        const write = () => {
          while (!stream.destroyed && stream.write(Buffer.alloc(16_384)));
        };
        stream.on('drain', write);
        write();
      },
      'malformed',
    ],
  ])('that gives %s has given no answer', async (_, onStream, expected) => {
    expect(await ask(http2Service(onStream))).toBe(expected);
  });
});
