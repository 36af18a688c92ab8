import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ApiCallEvent, Call, Fqdn, RecordKey, Zone } from '@domainproof/core';

export interface SeenRequest {
  action: string;
  parameters: Record<string, string>;
  /** Parameters in the body. */
  form: Record<string, string>;
  headers: IncomingHttpHeaders;
  path: string;
}

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  /** An object is sent as JSON, a string as it is. */
  body: unknown;
}

/** What the server does with one request: answer, never answer, drop the connection, or do so in the middle of an answer. */
export type Behaviour = Reply | 'hang' | 'reset' | 'stall' | 'truncate';
export type Handler = (request: SeenRequest, index: number) => Behaviour;

export interface TestServer {
  endpoint: string;
  requests: SeenRequest[];
  /** Names of the calls, in order. */
  actions(): string[];
  respond: Handler;
  close(): Promise<void>;
}

/** A server on loopback that says what a test tells it to say, where that is nothing a faithful simulator would say. */
export async function startServer(respond: Handler = () => ({ body: {} })): Promise<TestServer> {
  const requests: SeenRequest[] = [];
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const url = new URL(request.url ?? '/', 'http://server');
    const seen: SeenRequest = {
      action: String(request.headers['x-acs-action']),
      parameters: Object.fromEntries(url.searchParams),
      form: Object.fromEntries(new URLSearchParams(body)),
      headers: request.headers,
      path: url.pathname,
    };
    requests.push(seen);
    const behaviour = behaviourFor(seen, request.socket);
    if (behaviour === 'hang') return;
    if (behaviour === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    if (behaviour === 'stall' || behaviour === 'truncate') {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"RecordId":', () => behaviour === 'truncate' && request.socket.destroy());
      return;
    }
    const { status = 200, headers = {}, body: answer } = behaviour;
    response.writeHead(status, { 'content-type': 'application/json;charset=utf-8', ...headers });
    response.end(typeof answer === 'string' || Buffer.isBuffer(answer) ? answer : JSON.stringify(answer));
  });
  /** A mistake in a test must not leave its provider waiting. */
  const behaviourFor = (seen: SeenRequest, socket: Socket): Behaviour => {
    try {
      return test.respond(seen, requests.length - 1);
    } catch (error) {
      socket.resetAndDestroy();
      throw error;
    }
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const test: TestServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    actions: () => requests.map(({ action }) => action),
    respond,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return test;
}

export const KEY = { accessKeyId: 'LTAI5tExampleKeyId', accessKeySecret: 'ExampleSecret0123456789' };

export interface TestCall extends Call {
  events: ApiCallEvent[];
  warnings: string[];
}

export function testCall(signal: AbortSignal = new AbortController().signal): TestCall {
  const events: ApiCallEvent[] = [];
  const warnings: string[] = [];
  const log = { debug() {}, info() {}, warn: (message: string) => void warnings.push(message) };
  return { signal, log, onApiCall: (event) => void events.push(event), events, warnings };
}

export const zone: Zone = { id: 'example.net', name: 'example.net.' as Fqdn, status: 'active' };

export function key(name = '_dnsauth.example.net.', type = 'TXT', line = 'default'): RecordKey {
  return { name: name as Fqdn, type, line };
}

/** The vendor's error body, as real ones look. */
export function refusal(
  code: string,
  message: string,
  status = 400,
  headers?: Record<string, string>,
): Reply {
  return {
    status,
    headers,
    body: {
      RequestId: '6000EF52-23F8-5FD5-9FBF-D0C3D926FEA0',
      HostId: 'alidns.aliyuncs.com',
      Code: code,
      Message: message,
      Recommend: 'https://api.example/troubleshoot',
    },
  };
}

export function domainPage(total: number, names: readonly (string | object)[]): Reply {
  const Domain = names.map((name) => (typeof name === 'string' ? { DomainName: name, PunyCode: '' } : name));
  return {
    body: { RequestId: 'R', TotalCount: total, PageNumber: 1, PageSize: names.length, Domains: { Domain } },
  };
}

export function recordPage(total: number, records: readonly object[]): Reply {
  const Record = records.map((record, index) => ({
    DomainName: 'example.net',
    RecordId: String(20174582930112512n + BigInt(index)),
    RR: '_dnsauth',
    Type: 'TXT',
    TTL: 600,
    Line: 'default',
    Status: 'ENABLE',
    Locked: false,
    ...record,
  }));
  return { body: { RequestId: 'R', TotalCount: total, DomainRecords: { Record } } };
}

export async function failureOf(work: Promise<unknown>): Promise<import('@domainproof/core').DnsError> {
  try {
    await work;
  } catch (error) {
    return error as import('@domainproof/core').DnsError;
  }
  throw new Error('It was expected to fail.');
}
