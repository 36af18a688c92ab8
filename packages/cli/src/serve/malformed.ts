import type { Socket } from 'node:net';
import type { AccessLog } from './access-log.js';

/** How what is no HTTP, or too much of it, or too slow, is answered, by the code of Node's error. */
const REFUSALS: Readonly<
  Record<string, readonly [status: number, reason: string, code: string, message: string]>
> = {
  HPE_HEADER_OVERFLOW: [
    431,
    'Request Header Fields Too Large',
    'HEADERS_TOO_LARGE',
    'The headers are too large.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'TOO_SLOW', 'The request did not arrive in time.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [
    413,
    'Payload Too Large',
    'BODY_TOO_LARGE',
    'The chunk extensions are too large.',
  ],
};
const MALFORMED = [400, 'Bad Request', 'MALFORMED', 'This is no HTTP request.'] as const;

/** Answers on the bare connection, and closes it: for what is wrong there is no request to answer. */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket, log: AccessLog): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, reason, code, message] = REFUSALS[error.code ?? ''] ?? MALFORMED;
  const body = `${JSON.stringify({ error: { code, message } })}\n`;
  const remote = socket.remoteAddress ?? '';
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
  log({
    type: 'request',
    time: new Date().toISOString(),
    remote,
    method: null,
    path: null,
    status,
    ms: 0,
    outcome: code,
  });
}
