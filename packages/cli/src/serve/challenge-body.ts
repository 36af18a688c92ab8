import { type DesiredRecord, isDnsError } from '@domainproof/core';
import { challengeRecord, digestOf, digestRecord } from '../challenges/acme-record.js';
import { Refusal } from './answer.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The record that a body of lego's `httpreq` asks for: `{"fqdn", "value"}`, or in RAW mode `{"domain", "token", "keyAuth"}`. Other fields are
 * ignored. Source: https://go-acme.github.io/lego/dns/httpreq/
 *
 * @throws Refusal 400, which names the field and repeats no value
 */
export function recordOf(text: string): DesiredRecord {
  const fields = parseObject(text);
  if (fields.fqdn !== undefined || fields.value !== undefined) return defaultRecord(fields);
  if (fields.domain !== undefined || fields.keyAuth !== undefined) return rawRecord(fields);
  throw new Refusal(400, {
    code: 'INVALID_BODY',
    message: 'The body has neither "fqdn" and "value" nor "domain", "token" and "keyAuth".',
    hint: 'This server speaks what lego sends with --dns httpreq, with HTTPREQ_MODE=RAW or without.',
  });
}

function defaultRecord(fields: Fields): DesiredRecord {
  const fqdn = textOf(fields, 'fqdn');
  const value = textOf(fields, 'value');
  return checked(() => digestRecord(fqdn, value), { INVALID_NAME: 'fqdn', INVALID_VALUE: 'value' });
}

function rawRecord(fields: Fields): DesiredRecord {
  const domain = textOf(fields, 'domain');
  const keyAuthorization = textOf(fields, 'keyAuth');
  if (fields.token !== undefined) textOf(fields, 'token');
  return checked(() => challengeRecord(domain, digestOf(keyAuthorization)), {
    INVALID_NAME: 'domain',
    INVALID_VALUE: 'keyAuth',
  });
}

function parseObject(text: string): Fields {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, and that may be a key authorization.
    throw new Refusal(400, { code: 'INVALID_JSON', message: 'The body is not JSON.' });
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Refusal(400, { code: 'INVALID_BODY', message: 'The body must be a JSON object.' });
  return body as Fields;
}

function textOf(fields: Fields, field: string): string {
  const value = fields[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new Refusal(400, {
    code: 'INVALID_BODY',
    field,
    message: `"${field}" ${value === undefined ? 'is missing' : 'must be a text that is not empty'}.`,
  });
}

function checked(
  make: () => DesiredRecord,
  fieldOf: Readonly<Record<'INVALID_NAME' | 'INVALID_VALUE', string>>,
): DesiredRecord {
  try {
    return make();
  } catch (error) {
    if (!isDnsError(error, 'INVALID_NAME') && !isDnsError(error, 'INVALID_VALUE')) throw error;
    const field = fieldOf[error.code as keyof typeof fieldOf];
    const { code, message, hint } = error;
    throw new Refusal(400, { code, field, message: `"${field}": ${message}`, ...(hint && { hint }) });
  }
}
