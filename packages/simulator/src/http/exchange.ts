import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** One request, read completely. */
export interface Exchange {
  method: string;
  /** As on the wire, before any decoding, without the query. */
  rawPath: string;
  /** The decoded pairs of the query, in their order. */
  query: readonly Pair[];
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** The decoded pairs of the body, if it is a form; else none. */
  form: readonly Pair[];
}

const FORM = /^application\/x-www-form-urlencoded\b/i;

export type Pair = readonly [name: string, value: string];

/** The request cannot be read: its body is too large, or its query or form is not percent-encoded UTF-8. */
export class UnreadableRequest extends Error {
  readonly reason: 'too-large' | 'bad-encoding';

  constructor(reason: UnreadableRequest['reason']) {
    super(
      reason === 'too-large'
        ? 'The request body is too large.'
        : 'The query or the form is not percent-encoded UTF-8.',
    );
    this.reason = reason;
  }
}

/**
 * Reads a request with a body of at most `maxBody` bytes.
 *
 * @throws UnreadableRequest, and whatever the stream fails with when the client goes away.
 */
export async function readExchange(request: IncomingMessage, maxBody: number): Promise<Exchange> {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  const body = await readBody(request, maxBody);
  return {
    method: request.method ?? 'GET',
    rawPath: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? [] : decodePairs(target.slice(mark + 1)),
    headers: request.headers,
    body,
    form: FORM.test(headerValue(request.headers, 'content-type') ?? '')
      ? decodePairs(body.toString('utf8'))
      : [],
  };
}

async function readBody(request: IncomingMessage, maxBody: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and dropped, so that the client gets the refusal and not a broken pipe; ten times over is enough.
    if (size > maxBody * 10) throw new UnreadableRequest('too-large');
    if (size <= maxBody) chunks.push(chunk);
  }
  if (size > maxBody) throw new UnreadableRequest('too-large');
  return Buffer.concat(chunks);
}

/**
 * `a=1&b=2` as decoded pairs. A plus sign is a space, as in forms.
 *
 * @throws UnreadableRequest for broken percent-encoding.
 */
export function decodePairs(text: string): Pair[] {
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals < 0
        ? [decodeText(part), '']
        : [decodeText(part.slice(0, equals)), decodeText(part.slice(equals + 1))];
    });
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    throw new UnreadableRequest('bad-encoding');
  }
}

/** RFC 3986: everything but letters, digits, `-`, `_`, `.` and `~` as upper-case `%XX`. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Code unit order, which both signatures sort by. */
export function byCodeUnit(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A header's only value; several values of one header are joined as HTTP joins them. */
export function headerValue(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}
