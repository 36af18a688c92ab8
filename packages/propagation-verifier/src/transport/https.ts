import { matchResponse, type Query } from '../wire/query.js';
import type { Received, SendOptions } from './transport.js';

const MEDIA_TYPE = 'application/dns-message';
const MAX_BYTES = 65_535;

/** One question over HTTPS (RFC 8484). The answer is bounded to 64 KiB. Rejects with the signal's reason on abort. */
export async function askHttps(
  query: Query,
  url: string,
  { timeoutMs, signal }: SendOptions,
): Promise<Received> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { accept: MEDIA_TYPE, 'content-type': MEDIA_TYPE },
      body: new Uint8Array(query.bytes),
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) return { kind: 'malformed' };
      chunks.push(chunk);
    }
    const packet = Buffer.concat(chunks);
    const isAnswer = response.ok && matchResponse(query, packet) === 'response';
    return isAnswer ? { kind: 'packet', packet } : { kind: 'malformed' };
  } catch {
    signal.throwIfAborted();
    return { kind: 'timeout' };
  }
}
