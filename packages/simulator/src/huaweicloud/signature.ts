import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { byCodeUnit, type Exchange, encodeStrictly, headerValue } from '../http/exchange.js';

/** What an `Authorization` header of the scheme `SDK-HMAC-SHA256` says. */
export interface Authorization {
  accessKeyId: string;
  signedHeaders: readonly string[];
  signature: string;
}

const AUTHORIZATION =
  /^SDK-HMAC-SHA256\s+Access=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;
const SDK_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

export function parseAuthorization(header: string | undefined): Authorization | undefined {
  const match = AUTHORIZATION.exec(header?.trim() ?? '');
  if (match === null) return undefined;
  const [, accessKeyId = '', names = '', signature = ''] = match;
  return { accessKeyId, signedHeaders: names.toLowerCase().split(';'), signature };
}

/** The time of an `X-Sdk-Date` header in milliseconds since 1970; undefined if it is not one. */
export function parseSdkDate(header: string | undefined): number | undefined {
  const match = SDK_DATE.exec(header ?? '');
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * The text whose hash is signed. The path gets a final slash, which the request on the wire lacks; each signed header is
 * one line; a blank line follows the headers.
 */
export function canonicalRequest(exchange: Exchange, signedHeaders: readonly string[]): string {
  const path = exchange.rawPath.split('/').map(canonicalSegment).join('/');
  const query = [...exchange.query]
    .sort((left, right) => byCodeUnit(left[0], right[0]) || byCodeUnit(left[1], right[1]))
    .map(([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`)
    .join('&');
  const headers = signedHeaders
    .map((name) => `${name}:${(headerValue(exchange.headers, name) ?? '').trim()}\n`)
    .join('');
  return [
    exchange.method,
    path.endsWith('/') ? path : `${path}/`,
    query,
    headers,
    signedHeaders.join(';'),
    payloadHash(exchange),
  ].join('\n');
}

/** The signature that the holder of the secret makes for this request. The secret is the key as it is: nothing is derived. */
export function signatureOf(
  exchange: Exchange,
  signedHeaders: readonly string[],
  secretAccessKey: string,
): string {
  const stringToSign = [
    'SDK-HMAC-SHA256',
    headerValue(exchange.headers, 'x-sdk-date') ?? '',
    sha256(canonicalRequest(exchange, signedHeaders)),
  ].join('\n');
  return createHmac('sha256', secretAccessKey).update(stringToSign).digest('hex');
}

/** Whether the signature is right, covers the host and the date, and belongs to the body that came. */
export function isSigned(exchange: Exchange, authorization: Authorization, secretAccessKey: string): boolean {
  const { signedHeaders, signature } = authorization;
  if (!signedHeaders.includes('host') || !signedHeaders.includes('x-sdk-date')) return false;
  if (!hashFitsBody(exchange)) return false;
  const expected = signatureOf(exchange, signedHeaders, secretAccessKey);
  return timingSafeEqual(Buffer.from(expected), Buffer.from(signature));
}

/** The client may name the hash in a header, or say `UNSIGNED-PAYLOAD`, as the vendor's SDK does for what is not JSON. */
function payloadHash(exchange: Exchange): string {
  return headerValue(exchange.headers, 'x-sdk-content-sha256') ?? sha256(exchange.body);
}

function hashFitsBody(exchange: Exchange): boolean {
  const hash = headerValue(exchange.headers, 'x-sdk-content-sha256');
  return hash === undefined || hash === 'UNSIGNED-PAYLOAD' || hash === sha256(exchange.body);
}

function canonicalSegment(segment: string): string {
  try {
    return encodeStrictly(decodeURIComponent(segment));
  } catch {
    return segment;
  }
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
