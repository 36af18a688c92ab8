import { DnsError, type DnsErrorDetails } from '@domainproof/core';
import { manifest } from '../manifest.js';
import type { JsonObject } from './body.js';
import { CODES_DROPPED, meaningOfBareStatus } from './dropped-code.js';
import { MEANINGS, type Meaning, meaningOfStatus, SIGNATURE_REFUSALS } from './error-table.js';
import type { Operation } from './operations.js';

/** Longest vendor text that is repeated in a message. */
const MAX_TEXT = 300;

/** What an answer with an error status told. */
export interface Refusal {
  operation: Operation;
  httpStatus: number;
  /** Undefined if the body was not a JSON object. */
  body: JsonObject | undefined;
  /** The vendor gave a code, but the client that was used dropped it. */
  codeDropped?: boolean;
  /** What the error gets beside code and hint. */
  details: DnsErrorDetails;
  /** Masks the secrets in a text. */
  clean(text: string): string;
}

/**
 * The error of an answer with an error status. The vendor's code decides, since statuses differ between its documents;
 * without a known code, the class of the status.
 */
export function vendorError(refusal: Refusal): DnsError {
  const { operation, httpStatus, body, details, clean } = refusal;
  const vendorCode = codeOf(body, clean);
  const message = field(body, 'message') ?? field(body, 'error_msg') ?? '';
  const meaning = refusal.codeDropped
    ? meaningOfBareStatus(operation, httpStatus)
    : meaningOf(vendorCode, message, httpStatus);
  const said = oneLine(clean(message));
  const code = vendorCode ? ` ${vendorCode}` : '';
  return new DnsError(
    meaning.code,
    `Huawei Cloud answered ${operation} with HTTP ${httpStatus}${code}${said ? `: ${said}` : '.'}`,
    { ...details, vendorCode, hint: hintOf(meaning, operation) },
  );
}

/** True if the vendor said that the record set does not exist. */
export function isGone(error: unknown): boolean {
  if (!(error instanceof DnsError)) return false;
  const { code, vendorCode, httpStatus } = error;
  return vendorCode ? MEANINGS[vendorCode]?.gone === true : code === 'RECORD_CONFLICT' && httpStatus === 404;
}

/** True for a refusal with HTTP 400 whose code was dropped: it may stand for a conflict as well as for a bad value. */
export function isUntold(error: unknown): error is DnsError {
  return (
    error instanceof DnsError && error.hint === CODES_DROPPED && error.httpStatus === 400 && !error.vendorCode
  );
}

/** A text of the vendor on one line, cut to a length that fits into a message. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced.
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line;
}

function codeOf(body: JsonObject | undefined, clean: (text: string) => string): string | undefined {
  const code = field(body, 'code') ?? field(body, 'error_code');
  return code && /^[\w.-]{1,64}$/.test(code) ? clean(code) : undefined;
}

/** What a code alone means, told without a status of its own; undefined: no code. */
export function meaningOfCode(vendorCode: string | undefined): Meaning {
  return meaningOf(vendorCode, '', 400);
}

function meaningOf(vendorCode: string | undefined, message: string, httpStatus: number): Meaning {
  const known = vendorCode?.replace(/^APIGW\./, 'APIG.') ?? '';
  const cause =
    known === 'APIG.0301' ? SIGNATURE_REFUSALS.find(({ text }) => text.test(message))?.meaning : undefined;
  const meaning = cause ?? (Object.hasOwn(MEANINGS, known) ? MEANINGS[known] : undefined);
  // Whatever code comes with it, a 401 must not be tried again: after a few of them the key is locked.
  if (!meaning || (httpStatus === 401 && !meaning.code.startsWith('AUTH_')))
    return meaningOfStatus(httpStatus);
  return meaning;
}

function hintOf({ hint, needsPermission }: Meaning, operation: Operation): string | undefined {
  const needed = manifest.permissions.find(({ operations }) => operations.includes(operation));
  if (!needsPermission || !needed) return hint;
  const permission = `The key needs the IAM permission ${needed.action}.`;
  return hint ? `${hint} ${permission}` : permission;
}

function field(body: JsonObject | undefined, name: string): string | undefined {
  const value = body?.[name];
  return typeof value === 'string' ? value : undefined;
}
