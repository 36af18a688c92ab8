import { type ApiCallEvent, abortError, type Call, DnsError, type Environment } from '@domainproof/core';
import { type CredentialOptions, type Credentials, readCredentials } from './credentials.js';
import { type Endpoint, readEndpoint } from './endpoint.js';
import { Exchange } from './exchange.js';
import {
  DeadlinePassed,
  type FailedRequest,
  Interrupted,
  presentable,
  toDnsError,
  unexpectedAnswer,
} from './failure.js';
import { manifest } from './manifest.js';

/** API version of Alibaba Cloud DNS; there is one only. */
const VERSION = '2015-01-09';
const WRITES: ReadonlySet<string> = new Set(['AddDomainRecord', 'DeleteDomainRecord']);
/** Longer than this the vendor never asks to wait; a larger number is not believed. */
const MAX_RETRY_AFTER_MS = 300_000;

export interface ApiOptions extends CredentialOptions {
  endpoint?: string;
  /** Milliseconds for one request, connecting included. */
  timeoutMs: number;
  environment: Environment;
}

/** A JSON object that came from the network: nothing about its fields is certain. */
export type Answer = Readonly<Record<string, unknown>>;
export type Parameters = Readonly<Record<string, string | number | undefined>>;

/** One signed request for each call of `send`. */
export interface Api {
  /** @throws DnsError of every code in the error table; `AUTH_INVALID` without credentials, before anything is sent */
  send(operation: string, parameters: Parameters, call: Call): Promise<Answer>;
}

const loadSdk = () => import('@alicloud/openapi-client');
type Sdk = Awaited<ReturnType<typeof loadSdk>>;
type SdkClient = Sdk['default']['default'];

interface Connection {
  client: InstanceType<SdkClient>;
  sdk: Sdk;
  endpoint: Endpoint;
  credentials: Credentials;
}

/** The vendor's generic client, loaded and configured at the first request. */
export function createApi(options: ApiOptions): Api {
  let connection: Promise<Connection> | undefined;
  return {
    async send(operation, parameters, call) {
      connection ??= connect(options);
      const connected = await connection.catch((error) => {
        connection = undefined;
        throw error;
      });
      if (call.signal.aborted) throw abortError(call.signal, { provider: manifest.id, operation });
      return request(connected, options.timeoutMs, operation, parameters, call);
    },
  };
}

async function connect(options: ApiOptions): Promise<Connection> {
  const credentials = readCredentials(options, options.environment);
  const endpoint = readEndpoint(options.endpoint, options.environment);
  const sdk = await loadSdk().catch((cause) => {
    throw new DnsError('PROTOCOL', 'The client library @alicloud/openapi-client cannot be loaded.', {
      provider: manifest.id,
      hint: 'Install the dependencies of @domainproof/provider-alidns again.',
      cause,
    });
  });
  const client = new (clientClass(sdk))(
    new sdk.Config({ ...credentials, endpoint: endpoint.host, protocol: endpoint.protocol }),
  );
  return { client, sdk, endpoint, credentials };
}

/** The client's package is CommonJS: Node gives its default export one level deeper than bundlers do. */
function clientClass(sdk: Sdk): SdkClient {
  return sdk.default.default ?? (sdk.default as unknown as SdkClient);
}

async function request(
  { client, sdk, endpoint, credentials }: Connection,
  timeoutMs: number,
  operation: string,
  parameters: Parameters,
  call: Call,
): Promise<Answer> {
  const params = new sdk.Params({
    action: operation,
    version: VERSION,
    protocol: 'HTTPS',
    pathname: '/',
    method: 'POST',
    authType: 'AK',
    style: 'RPC',
    reqBodyType: 'formData',
    bodyType: 'json',
  });
  const query = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
  // Beyond our own deadline, so that it is ours that counts; the client's default is three seconds. No retries.
  const runtime = { connectTimeout: timeoutMs + 1_000, readTimeout: timeoutMs + 1_000, autoretry: false };
  const exchange = new Exchange();
  const startedAt = performance.now();
  const write = WRITES.has(operation);
  const secrets = [credentials.accessKeySecret, credentials.securityToken, credentials.accessKeyId];
  const failed = (): FailedRequest => ({
    operation,
    write,
    neverSent: exchange.neverSent,
    httpStatus: exchange.httpStatus,
    retryAfterMs: retryAfter(exchange.header('x-acs-retry-after')),
    endpoint: endpoint.url,
    secrets,
  });
  let outcome: Answer | DnsError;
  try {
    const answer = await raced(exchange, call.signal, timeoutMs, async () =>
      client.callApi(params, new sdk.OpenApiRequest({ query }), runtime as never),
    );
    outcome = bodyOf(answer) ?? unexpectedAnswer('is not a JSON object with a success status', failed());
  } catch (failure) {
    outcome = toDnsError(failure, failed());
  }
  const facts = { provider: manifest.id, operation, write, elapsedMs: performance.now() - startedAt };
  call.onApiCall({ ...facts, ...outcomeFacts(outcome, exchange, secrets) });
  if (outcome instanceof DnsError) throw outcome;
  return outcome;
}

/** The client cannot be told to stop, so its request is ended under it; what it says then is not heard any more. */
function raced<T>(
  exchange: Exchange,
  signal: AbortSignal,
  timeoutMs: number,
  work: () => Promise<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = (reason: Error) => {
      settle();
      reject(reason);
      exchange.cancel();
    };
    const onAbort = () => stop(new Interrupted(signal));
    const timer = setTimeout(() => stop(new DeadlinePassed(timeoutMs)), timeoutMs);
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    exchange.run(work).then(resolve, reject).finally(settle);
  });
}

function outcomeFacts(
  outcome: Answer | DnsError,
  exchange: Exchange,
  secrets: FailedRequest['secrets'],
): Pick<ApiCallEvent, 'outcome' | 'httpStatus' | 'requestId' | 'vendorCode'> {
  if (outcome instanceof DnsError) {
    const { code, httpStatus, requestId, vendorCode } = outcome;
    return { outcome: code, httpStatus, requestId, vendorCode };
  }
  const { RequestId } = outcome;
  const requestId = typeof RequestId === 'string' ? presentable(RequestId, secrets) : undefined;
  return { outcome: 'ok', httpStatus: exchange.httpStatus, requestId };
}

function retryAfter(header: string | undefined): number | undefined {
  const milliseconds = Number(header);
  return header && milliseconds >= 0 && milliseconds <= MAX_RETRY_AFTER_MS ? milliseconds : undefined;
}

/** The client takes a redirection for success. */
function bodyOf({ body, statusCode }: Answer): Answer | undefined {
  if (statusCode !== 200 || typeof body !== 'object' || body === null || Array.isArray(body))
    return undefined;
  return body as Answer;
}
