import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { byCodeUnit, type Exchange, encodeStrictly, headerValue, type Pair } from '../http/exchange.js';

/** What an `Authorization` header of the scheme `ACS3-HMAC-SHA256` says. */
export interface Authorization {
  accessKeyId: string;
  signedHeaders: readonly string[];
  signature: string;
}

const AUTHORIZATION =
  /^ACS3-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;

export function parseAuthorization(header: string): Authorization | undefined {
  const match = AUTHORIZATION.exec(header.trim());
  if (match === null) return undefined;
  const [, accessKeyId = '', names = '', signature = ''] = match;
  return { accessKeyId, signedHeaders: names.toLowerCase().split(';'), signature };
}

/** Pairs sorted by name, strictly encoded, whatever the encoding on the wire was. */
function canonicalQuery(pairs: readonly Pair[]): string {
  return [...pairs]
    .sort((left, right) => byCodeUnit(left[0], right[0]) || byCodeUnit(left[1], right[1]))
    .map(([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`)
    .join('&');
}

/** Newer signature: the text whose hash is signed. The hash of the body is that of the body that came, whatever a header says. */
export function acs3CanonicalRequest(exchange: Exchange, signedHeaders: readonly string[]): string {
  const headers = signedHeaders
    .map((name) => `${name}:${(headerValue(exchange.headers, name) ?? '').trim()}\n`)
    .join('');
  return [
    exchange.method,
    exchange.rawPath,
    canonicalQuery(exchange.query),
    headers,
    signedHeaders.join(';'),
    sha256(exchange.body),
  ].join('\n');
}

export function acs3StringToSign(canonicalRequest: string): string {
  return `ACS3-HMAC-SHA256\n${sha256(canonicalRequest)}`;
}

export function acs3Signature(stringToSign: string, accessKeySecret: string): string {
  return createHmac('sha256', accessKeySecret).update(stringToSign).digest('hex');
}

/** The host and every `x-acs-…` header that is there must be signed, and the content type where it makes the body parameters. */
export function coversHeaders(exchange: Exchange, signedHeaders: readonly string[]): boolean {
  const needed = Object.keys(exchange.headers).filter((name) => name.startsWith('x-acs-'));
  if (exchange.form.length > 0) needed.push('content-type');
  return ['host', ...needed].every((name) => signedHeaders.includes(name));
}

/** Older signature: over the parameters of query and form, without the signature itself. */
export function rpcStringToSign(method: string, pairs: readonly Pair[]): string {
  const signed = pairs.filter(([name]) => name !== 'Signature');
  return `${method}&%2F&${encodeStrictly(canonicalQuery(signed))}`;
}

export function rpcSignature(stringToSign: string, accessKeySecret: string): string {
  return createHmac('sha1', `${accessKeySecret}&`).update(stringToSign).digest('base64');
}

export function isEqual(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
