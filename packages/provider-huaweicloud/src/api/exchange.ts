import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Signed } from './signature.js';

/** Milliseconds that a connection is kept without a request. The vendor's gateway closes its side later than that. */
const KEPT_MS = 4_000;

/** Most bytes read of one answer. A full page of 500 record sets is well below 1 MiB. */
const MAX_BYTES = 8 * 1024 * 1024;

/** The head of an answer. */
export interface Head {
  status: number;
  headers: IncomingHttpHeaders;
}

/** Sends requests to one origin over connections that are kept for a while. */
export type Exchange = (
  request: Signed,
  signal: AbortSignal,
  onHead: (head: Head) => void,
) => Promise<string | undefined>;

/**
 * One request each, and its answer's body as text; undefined if that is longer than 8 MiB. Redirects are not followed.
 *
 * Node's own client of HTTP/1.1, not fetch: that takes some 250 ms of CPU to load in a process that makes five requests.
 *
 * @throws what the connection failed with; the signal's reason on abort
 */
export function createExchange(origin: string): Exchange {
  const isSecure = origin.startsWith('https:');
  // Loaded with the first request.
  const http = () => process.getBuiltinModule(isSecure ? 'node:https' : 'node:http');
  let agent: Agent | undefined;
  return async ({ url, method, headers, body }, signal, onHead) => {
    signal.throwIfAborted();
    agent ??= new (http().Agent)({ keepAlive: true, timeout: KEPT_MS });
    const request = http().request(url, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) },
      agent,
      signal,
    });
    try {
      const response = await answerTo(request, body);
      onHead({ status: response.statusCode as number, headers: response.headers });
      return await readText(response);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  };
}

function answerTo(request: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve);
    // Stays for the whole exchange: what breaks off later is told by the answer's own error.
    request.on('error', reject);
    request.end(body);
  });
}

async function readText(response: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop early destroys the answer, and with it the connection.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
