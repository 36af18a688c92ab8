import type { ServerResponse } from 'node:http';
import { safeJson } from '../output/sanitize.js';

/** What a request is answered with, and what the access log says of it. */
export interface Answer {
  status: number;
  body: object;
  headers?: Readonly<Record<string, string>>;
  /** For the access log: `visible`, `removed`, …, or the code of an error. */
  outcome: string;
  /** The record's name, if the request told a valid one. */
  name?: string;
}

/** `error` in the body of an answer with a status of 400 or more. */
export interface ErrorBody {
  code: string;
  message: string;
  hint?: string;
  /** The field of the request's body that is wrong. */
  field?: string;
  /** The lease of what was written all the same. */
  lease?: string;
}

/** A request that is refused before any record is touched. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly status: number,
    readonly error: ErrorBody,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(error.message);
  }
}

export function errorAnswer(
  status: number,
  error: ErrorBody,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, body: { error }, headers, outcome: error.code };
}

/** Ends the response. A client that went away in the meantime is no failure. */
export function send(response: ServerResponse, { status, body, headers }: Answer, isLast: boolean): void {
  if (response.destroyed || response.headersSent) return;
  // The line break is for people who ask with curl.
  const text = `${safeJson(body)}\n`;
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    ...(isLast && { Connection: 'close' }),
    ...headers,
  });
  response.end(text);
}
