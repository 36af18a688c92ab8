import { childSignal } from '../abort.js';
import { matchResponse, type Query } from '../wire/query.js';
import { type HttpAnswer, postOverHttp2 } from './http2.js';
import { receivedFromFetch } from './refusal.js';
import type { Received, SendOptions } from './transport.js';

const MEDIA_TYPE = 'application/dns-message';
const MAX_OCTETS = 65_535;

/**
 * One question over HTTPS (RFC 8484), by HTTP/2 if the service speaks it. The answer is bounded to 64 KiB, and redirects are not followed: the operator has named
 * the service. Rejects with the signal's reason on abort.
 */
export async function askHttps(
  query: Query,
  url: string,
  { timeoutMs, signal }: SendOptions,
): Promise<Received> {
  signal.throwIfAborted();
  const work = childSignal(signal);
  const timer = setTimeout(() => work.abort(), timeoutMs);
  try {
    return await post(withoutId(query), url, work.signal);
  } catch (error) {
    signal.throwIfAborted();
    return work.signal.aborted ? { kind: 'timeout' } : receivedFromFetch(error);
  } finally {
    clearTimeout(timer);
    // Ends a response of which enough has been read.
    work.abort();
    work.release();
  }
}

async function post(query: Query, url: string, signal: AbortSignal): Promise<Received> {
  const body = new Uint8Array(query.bytes);
  const address = new URL(url);
  const answer =
    (address.protocol === 'https:' && (await postOverHttp2(address, MEDIA_TYPE, body, signal))) ||
    (await postOverHttp1(address, body, signal));
  if (answer.status !== 200 || !isDnsMessage(answer)) return { kind: 'malformed' };
  const chunks: Uint8Array[] = [];
  let octets = 0;
  for await (const chunk of answer.body) {
    octets += chunk.length;
    if (octets > MAX_OCTETS) return { kind: 'malformed' };
    chunks.push(chunk);
  }
  const packet = Buffer.concat(chunks);
  // TLS has shown who answers, so that letter case need not.
  return matchResponse(query, packet) === 'other' ? { kind: 'malformed' } : { kind: 'packet', packet };
}

async function postOverHttp1(
  url: URL,
  body: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const headers = { accept: MEDIA_TYPE, 'content-type': MEDIA_TYPE };
  const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? undefined,
    body: response.body ?? new Blob([]).stream(),
  };
}

function isDnsMessage({ contentType }: HttpAnswer): boolean {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === MEDIA_TYPE;
}

/** The id 0, as RFC 8484 section 4.1 asks for. */
function withoutId({ bytes, questionEnd }: Query): Query {
  const copy = Buffer.from(bytes);
  copy.writeUInt16BE(0, 0);
  return { bytes: copy, questionEnd };
}
