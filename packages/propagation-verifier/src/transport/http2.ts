import { once } from 'node:events';
import {
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  connect as openSession,
} from 'node:http2';
import { isIP } from 'node:net';
import { connect as openTls, type TLSSocket } from 'node:tls';

/** An answer whose body has not been read. */
export interface HttpAnswer {
  status: number;
  contentType: string | undefined;
  body: AsyncIterable<Uint8Array>;
}

const HTTPS_PORT = 443;

/**
 * Posts over HTTP/2, which RFC 8484 section 5.2 recommends as the least, and which Quad9 alone takes since 2025-12-15. Undefined if
 * the service does not speak it. When the signal fires everything is closed.
 */
export async function postOverHttp2(
  url: URL,
  mediaType: string,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<HttpAnswer | undefined> {
  const socket = await secureSocket(url, signal);
  if (socket.alpnProtocol !== 'h2') {
    socket.destroy();
    return undefined;
  }
  const session = openSession(url.origin, { createConnection: () => socket });
  // What goes wrong is told by the stream.
  session.on('error', () => {});
  const stream = session.request(
    {
      ':method': 'POST',
      ':path': `${url.pathname}${url.search}`,
      accept: mediaType,
      'content-type': mediaType,
      'content-length': body.length,
    },
    { signal },
  );
  stream.once('close', () => session.destroy());
  stream.end(body);
  const headers = await responseTo(stream);
  return { status: Number(headers[':status']), contentType: headers['content-type'], body: stream };
}

function responseTo(stream: ClientHttp2Stream): Promise<IncomingHttpHeaders & IncomingHttpStatusHeader> {
  return new Promise((resolve, reject) => {
    stream.once('response', resolve);
    // Stays, as an end that comes later is an error too.
    stream.on('error', reject);
    stream.once('close', () =>
      reject(Object.assign(new Error('The service cut the connection.'), { code: 'ECONNRESET' })),
    );
  });
}

async function secureSocket(url: URL, signal: AbortSignal): Promise<TLSSocket> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const socket = openTls({
    host,
    port: Number(url.port || HTTPS_PORT),
    ALPNProtocols: ['h2', 'http/1.1'],
    // A certificate is asked for by name only (RFC 6066 section 3); an address is checked all the same.
    ...(!isIP(host) && { servername: host }),
  });
  try {
    await once(socket, 'secureConnect', { signal });
  } catch (error) {
    socket.on('error', () => {});
    socket.destroy();
    throw error;
  }
  return socket;
}
