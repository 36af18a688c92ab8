/** API version of Alibaba Cloud DNS; there is one only. */
const VERSION = '2015-01-09';

/**
 * What is used of the vendor's clients: the generic call, which `@alicloud/alidns20150109` 3.x and 4.x inherit from
 * `@alicloud/openapi-client` or `@alicloud/openapi-core`, and which takes plain objects in all of them.
 */
export interface AlidnsSdkClient {
  callApi(params: object, request: object, runtime: object): Promise<Readonly<Record<string, unknown>>>;
  getAccessKeyId?(): Promise<string>;
  getAccessKeySecret?(): Promise<string>;
  getSecurityToken?(): Promise<string>;
}

export type Parameters = Readonly<Record<string, string | number | undefined>>;

/** How a call that is sent carries its parameters: in the query, as the vendor's clients do, or in a form. */
export type Place = 'query' | 'form';

export interface SdkAnswer {
  status: unknown;
  /** The body as text: parsed by the client, long integers would have lost their last digits. */
  text: unknown;
}

/**
 * One signed request. The client's own timers are set beyond `timeoutMs`, so that it is ours that counts (its default is
 * three seconds), and it is told not to retry: a repeated add would take the record of the first try for somebody else's.
 */
export async function callSdk(
  client: AlidnsSdkClient,
  operation: string,
  parameters: Parameters,
  place: Place,
  timeoutMs: number,
): Promise<SdkAnswer> {
  const params = {
    action: operation,
    version: VERSION,
    protocol: 'HTTPS',
    pathname: '/',
    method: 'POST',
    authType: 'AK',
    style: 'RPC',
    reqBodyType: 'formData',
    bodyType: 'string',
  };
  // A parameter without a value would be sent as an empty one.
  const given = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
  const request = place === 'query' ? { query: given } : { query: {}, body: given };
  const deadline = timeoutMs + 1_000;
  const runtime = { connectTimeout: deadline, readTimeout: deadline, autoretry: false };
  const { statusCode, body } = await client.callApi(params, request, runtime);
  return { status: statusCode, text: body };
}
