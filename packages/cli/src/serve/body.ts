import type { IncomingMessage } from 'node:http';
import { Refusal } from './answer.js';
import { MAX_BODY, MAX_UNWANTED } from './limits.js';

/**
 * Receives the body of a request as text, of which at most `MAX_BODY` bytes are kept; a client that sends more than `MAX_UNWANTED` is cut off.
 *
 * @param withinMs Milliseconds from now.
 * @throws Refusal 413; 408; 400 if it is no UTF-8, or if the client went away before its end
 */
export function receiveText(request: IncomingMessage, withinMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => reject(tooSlow()), withinMs);
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      reject(tooLarge());
      if (bytes > MAX_UNWANTED) request.destroy();
    });
    request.on('end', () => {
      try {
        resolve(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
      } catch {
        reject(new Refusal(400, { code: 'INVALID_JSON', message: 'The body is not UTF-8.' }));
      }
    });
    const leave = () => {
      clearTimeout(timer);
      reject(new Refusal(400, { code: 'INCOMPLETE', message: 'The connection ended before the body did.' }));
    };
    request.on('error', leave).on('close', leave);
  });
}

/** For a request that is answered without its body: takes it off the wire within the same bounds, so that the answer can be read. */
export function discardBody(request: IncomingMessage, withinMs: number): void {
  receiveText(request, withinMs).catch(({ status }: Refusal) => {
    if (status === 408) request.destroy();
  });
}

/** @throws Refusal 415 unless the body is JSON, 413 if its length is told and is too much */
export function checkBodyHeaders({ headers }: IncomingMessage): void {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/json' || headers['content-encoding'] !== undefined)
    throw new Refusal(415, {
      code: 'UNSUPPORTED_MEDIA_TYPE',
      message: 'The body must be sent as Content-Type: application/json, not encoded.',
    });
  if (Number(headers['content-length'] ?? 0) > MAX_BODY) throw tooLarge();
}

function tooLarge(): Refusal {
  return new Refusal(413, {
    code: 'BODY_TOO_LARGE',
    message: `The body has more than ${MAX_BODY} bytes.`,
  });
}

function tooSlow(): Refusal {
  return new Refusal(408, { code: 'TOO_SLOW', message: 'The body did not arrive in time.' });
}
