import type { IncomingMessage } from 'node:http';
import type { Output } from '../output/output.js';
import { shorten, showName } from '../output/record-text.js';
import { masked } from '../plugins/secrets.js';
import type { Answer } from './answer.js';

/** Characters of what strangers send. */
const MAX_SHOWN = 120;

/** One line of the access log, as `--json` and `--events` print it. Nothing of a body or of an `Authorization` header is in it. */
export interface AccessEntry {
  type: 'request';
  /** When the answer was given: ISO 8601 in UTC. */
  time: string;
  /** Address of the client, or of the proxy before it. */
  remote: string;
  /** Null if the request was so malformed that it cannot be told. */
  method: string | null;
  /** Without query. */
  path: string | null;
  status: number;
  /** Milliseconds from the headers to the answer. */
  ms: number;
  /** Name of the record. */
  name?: string;
  /** `visible`, `not-visible`, `removed`, `absent`, `kept`, `ok`, `stopping`, or the code of an error. */
  outcome: string;
  /** `User-Agent`. */
  client?: string;
}

export type AccessLog = (entry: AccessEntry) => void;

/** One line a request: see `Output.log` for where it goes. */
export function accessLog(output: Output): AccessLog {
  return (entry) => output.log(entry, lineOf(entry));
}

/** What is to be known of a request before it is worked on: of a connection that is gone nothing can be told. */
export interface Arrival {
  remote: string;
  /** As `performance.now()` tells it. */
  startedAt: number;
}

/** @param token masked in what strangers send, since some put it where it does not belong */
export function entryOf(
  request: IncomingMessage,
  { status, outcome, name }: Answer,
  { remote, startedAt }: Arrival,
  token: string,
): AccessEntry {
  const shown = (text: string) => shorten(masked(text, [token]), MAX_SHOWN);
  const client = request.headers['user-agent'];
  return {
    type: 'request',
    time: new Date().toISOString(),
    remote,
    method: request.method ?? null,
    path: shown(pathOf(request)),
    status,
    ms: Math.round(performance.now() - startedAt),
    ...(name !== undefined && { name }),
    outcome,
    ...(client !== undefined && { client: shown(client) }),
  };
}

/** The path that is asked for, without the query. */
export function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0]!;
}

function lineOf({ time, remote, method, path, status, ms, name, outcome, client }: AccessEntry): string {
  const facts = [
    time,
    remote,
    method ?? '-',
    path ?? '-',
    status,
    `${ms}ms`,
    name === undefined ? '-' : showName(name),
    outcome,
    client === undefined ? '-' : JSON.stringify(client),
  ];
  return facts.join(' ');
}
