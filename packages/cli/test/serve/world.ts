import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { DesiredRecord, Lease } from '@domainproof/core';
import { abortError, toFqdn } from '@domainproof/core';
import { afterEach } from 'vitest';
import type { Challenges, Presented } from '../../src/challenges/challenges.js';
import { createOutput, type OutputModes } from '../../src/output/output.js';
import { type RunningServer, type ServeOptions, startServer } from '../../src/serve/server.js';
import { TimelyChallenges } from '../../src/serve/timely.js';
import { Captured } from '../harness.js';

export const TOKEN = 'a-token-for-the-tests-of-serve';

/** A digest as challenges have it. */
export function digest(): string {
  return randomBytes(32).toString('base64url');
}

export function leaseOf({ name, type, value }: DesiredRecord): Lease {
  return {
    version: 1,
    id: `double-${value.slice(0, 8)}`,
    provider: 'double',
    zone: toFqdn('shop.test'),
    name: toFqdn(name),
    type,
    line: 'default',
    value,
    ttl: { effective: 300 },
    created: true,
    createdAt: new Date().toISOString(),
  };
}

/** Stands for the challenges: keeps what it is asked for, and does what a test says. */
export class Double implements Challenges {
  readonly presented: DesiredRecord[] = [];
  readonly cleaned: DesiredRecord[] = [];
  isClosed = false;
  onPresent = async (record: DesiredRecord, _signal?: AbortSignal): Promise<Presented> => ({
    lease: leaseOf(record),
    report: { visible: true, elapsedMs: 1 },
  });
  onCleanup = async (_record: DesiredRecord): ReturnType<Challenges['cleanup']> => 'removed';

  present(record: DesiredRecord, signal?: AbortSignal) {
    this.presented.push(record);
    return this.onPresent(record, signal);
  }

  cleanup(record: DesiredRecord) {
    this.cleaned.push(record);
    return this.onCleanup(record);
  }

  async close() {
    this.isClosed = true;
  }
}

type Given = Partial<Omit<ServeOptions, 'desk'>> & {
  timeoutMs?: number;
  allowed?: readonly string[];
  modes?: Partial<OutputModes>;
  mask?: (text: string) => string;
};

/** Servers in front of a double; they are stopped after each test. */
export function useServers() {
  const running: RunningServer[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
  });
  return async ({ timeoutMs = 20_000, allowed = [], modes, mask, ...options }: Given = {}) => {
    const double = new Double();
    const challenges = new TimelyChallenges(double, timeoutMs);
    const stdout = new Captured();
    const stderr = new Captured();
    const output = createOutput(
      { stdout, stderr, env: {} },
      { json: true, events: false, quiet: false, verbose: false, ...modes },
    );
    if (mask) output.maskWith(mask);
    const desk = { challenges, allowed: allowed.map(toFqdn), defaults: {}, output };
    const listen = { host: '127.0.0.1', port: 0 };
    const server = await startServer({ listen, token: TOKEN, desk, ...options });
    running.push(server);
    return { server, url: server.url, double, challenges, stdout, stderr, log: () => entries(stderr.text) };
  };
}

/** The JSON lines among what standard error holds. */
// biome-ignore lint/suspicious/noExplicitAny: what is in them is what the tests find out.
export function entries(text: string): any[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}

export interface Reply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  body: any;
}

/** Sends what lego sends. */
export async function post(url: string, body: object | string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Basic ${Buffer.from(`lego:${TOKEN}`).toString('base64')}`,
      'User-Agent': 'Go-http-client/1.1',
      ...init.headers,
    },
  });
  return replyOf(response);
}

export async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

/** A bare connection. */
export class Line {
  text = '';
  readonly ended: Promise<unknown>;

  private constructor(readonly socket: Socket) {
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.text += text;
    });
    socket.on('error', () => {});
    this.ended = once(socket, 'close').catch(() => {});
  }

  static async open(url: string, options: { allowHalfOpen?: boolean } = {}): Promise<Line> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), ...options });
    await once(socket, 'connect');
    return new Line(socket);
  }

  /** What came until the other side closed the connection. */
  async say(text: string): Promise<string> {
    this.socket.write(text);
    await this.ended;
    return this.text;
  }
}

/** The head of a request with the token, and a body of so many bytes. */
export function head(path: string, length: number | 'chunked', more: readonly string[] = []): string {
  return [
    `POST ${path} HTTP/1.1`,
    'Host: x',
    `Authorization: Bearer ${TOKEN}`,
    'Content-Type: application/json',
    length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`,
    ...more,
    '',
    '',
  ].join('\r\n');
}

/** From now on presents go on until the returned function is called. Where a signal ends them they fail as the real ones do. */
export function holdPresents(double: Double, onEnd = () => {}): () => void {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  double.onPresent = async (record, signal) => {
    const cut = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(abortError(signal)));
    });
    await Promise.race([released, cut]).finally(onEnd);
    return { lease: leaseOf(record), report: { visible: true, elapsedMs: 1 } };
  };
  return release;
}

export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}
