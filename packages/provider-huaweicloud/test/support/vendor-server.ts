import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ApiCallEvent, type Call, type DnsProvider, toFqdn, type Zone } from '@domainproof/core';
import { type HuaweicloudOptions, huaweicloud } from '../../src/index.js';
import { vendorClient } from './vendor-client.js';

export interface Received {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}

export interface Answer {
  /** Default 200. */
  status?: number;
  /** A JSON body. */
  json?: unknown;
  /** A body as it is, instead of `json`. */
  raw?: string;
  headers?: Record<string, string>;
  /** `cut`: the connection is closed in the middle of the body. `reset`: before any answer. `hang`: no answer ever. */
  broken?: 'cut' | 'reset' | 'hang';
}

export interface VendorServer {
  endpoint: string;
  requests: Received[];
  close(): Promise<void>;
}

/** A server that answers each request with what `answer` says, and remembers what it was asked. */
export async function startVendorServer(answer: (request: Received) => Answer): Promise<VendorServer> {
  const requests: Received[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const url = new URL(incoming.url as string, 'http://vendor');
    const text = Buffer.concat(chunks).toString();
    const request: Received = {
      method: incoming.method as string,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: incoming.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
    requests.push(request);
    respond(response, answer(request));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function respond(response: ServerResponse, { status = 200, json, raw, headers, broken }: Answer): void {
  if (broken === 'hang') return;
  if (broken === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const body = raw ?? JSON.stringify(json);
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  response.writeHead(status, { 'content-type': 'application/json', ...length, ...headers });
  if (broken !== 'cut') {
    response.end(body);
    return;
  }
  response.write(body.slice(0, body.length / 2), () => response.socket?.destroy());
}

export const KEYS = { accessKeyId: 'AKTESTKEYID0001', secretAccessKey: 'SKTESTSECRET0002' };

/**
 * How a provider reaches the vendor: by itself, through the vendor's client as it is published (which drops the codes of the
 * DNS service), or through that client with the fix that the README tells.
 */
export type Via = 'its own requests' | 'the client as published' | 'the client with codes';

/** Ways on which nothing that the vendor says is lost. */
export const TELLING: readonly Via[] = ['its own requests', 'the client with codes'];

export function providerAt(
  { endpoint }: { endpoint: string },
  options: HuaweicloudOptions = {},
  via: Via = 'its own requests',
): DnsProvider {
  const { securityToken, timeoutMs } = options;
  if (via === 'its own requests') return huaweicloud({ ...KEYS, endpoint, environment: {}, ...options });
  const keys = { ...KEYS, securityToken };
  return huaweicloud({ client: vendorClient(endpoint, keys, via === 'the client with codes'), timeoutMs });
}

export interface TestCall extends Call {
  events: ApiCallEvent[];
  warnings: string[];
}

export function newCall(signal: AbortSignal = new AbortController().signal): TestCall {
  const events: ApiCallEvent[] = [];
  const warnings: string[] = [];
  return {
    signal,
    events,
    warnings,
    log: { debug() {}, info() {}, warn: (message) => warnings.push(message) },
    onApiCall: (event) => events.push(event),
  };
}

export const ZONE: Zone = { id: 'zone1', name: toFqdn('example.com'), status: 'active' };

/** A record set as the vendor lists it. */
export function vendorSet(fields: Record<string, unknown> = {}) {
  return {
    id: 'set1',
    name: '_dnsauth.example.com.',
    type: 'TXT',
    ttl: 300,
    records: ['"token-1"'],
    status: 'ACTIVE',
    default: false,
    line: 'default_view',
    weight: 1,
    zone_id: 'zone1',
    zone_name: 'example.com.',
    ...fields,
  };
}

export function listOf(...recordsets: readonly unknown[]): Answer {
  return { json: { links: {}, recordsets, metadata: { total_count: recordsets.length } } };
}

/** The error that a promise rejects with. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('It did not fail.');
}
