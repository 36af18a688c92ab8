import { DnsError, type DnsErrorDetails } from '@domainproof/core';

/** Far more than a full page of records takes. */
const MAX_BYTES = 4 * 1024 * 1024;

/** A JSON object that nobody has looked into yet. */
export type Answer = Readonly<Record<string, unknown>>;

/** The body as text, or undefined if it is longer than a true answer: nobody may fill our memory. */
export async function readBody(response: Response): Promise<string | undefined> {
  if (!response.body) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The object that a text holds; undefined for anything else: HTML of a gateway, half an answer, nothing. */
export function parseAnswer(text: string | undefined): Answer | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isAnswer(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A field that must be a text.
 *
 * @throws DnsError `PROTOCOL`
 */
export function textField(answer: Answer, field: string, details: DnsErrorDetails): string {
  const value = answer[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new DnsError('PROTOCOL', `The answer to ${details.operation} has no text in "${field}".`, details);
}
