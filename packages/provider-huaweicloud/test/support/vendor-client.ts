import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core';
import { HcClient } from '@huaweicloud/huaweicloud-sdk-core/HcClient.js';
import { DefaultHttpClient } from '@huaweicloud/huaweicloud-sdk-core/http/DefaultHttpClient.js';
import type { IHttpRequest } from '@huaweicloud/huaweicloud-sdk-core/http/IHttpRequest.js';

/**
 * What a request class of the vendor's SDK looks like to the compiler: the API's names are private, and every one has
 * accessors in camel case. A plain object is not assignable to it, and works all the same.
 */
class ByIds {
  private zone_id?: string;
  private recordset_id?: string;
  body?: object;

  get zoneId(): string | undefined {
    return this.zone_id;
  }

  get recordsetId(): string | undefined {
    return this.recordset_id;
  }
}

interface Call {
  method: string;
  url: string;
  query?: readonly string[];
}

const LIST_QUERY = ['marker', 'limit', 'offset', 'status', 'type', 'name', 'id', 'search_mode', 'line_id'];

/**
 * Stands in for `DnsClient` of `@huaweicloud/huaweicloud-sdk-dns`, which no registry has: the same method names over the
 * vendor's real `HcClient`, with requests put together in the same way (path and query parameters by the API's names).
 */
export class VendorDnsClient {
  private hcClient: HcClient;

  constructor(hcClient: HcClient) {
    this.hcClient = hcClient;
  }

  listPublicZones(request?: ByIds): Promise<object> {
    return this.#send({ method: 'GET', url: '/v2/zones', query: LIST_QUERY }, request);
  }

  showRecordSetByZone(request?: ByIds): Promise<object> {
    return this.#send({ method: 'GET', url: '/v2.1/zones/{zone_id}/recordsets', query: LIST_QUERY }, request);
  }

  createRecordSetWithLine(request?: ByIds): Promise<object> {
    return this.#send({ method: 'POST', url: '/v2.1/zones/{zone_id}/recordsets' }, request);
  }

  updateRecordSets(request?: ByIds): Promise<object> {
    return this.#send({ method: 'PUT', url: '/v2.1/zones/{zone_id}/recordsets/{recordset_id}' }, request);
  }

  deleteRecordSets(request?: ByIds): Promise<object> {
    return this.#send({ method: 'DELETE', url: '/v2.1/zones/{zone_id}/recordsets/{recordset_id}' }, request);
  }

  batchCreateRecordSetsTask(request?: ByIds): Promise<object> {
    return this.#send({ method: 'POST', url: '/v2.1/zones/{zone_id}/recordsets/batch-create-task' }, request);
  }

  showBatchCreateRecordSetsTask(request?: ByIds): Promise<object> {
    return this.#send({ method: 'GET', url: '/v2.1/zones/{zone_id}/recordsets/batch-create-task' }, request);
  }

  batchUpdateRecordSetWithLine(request?: ByIds): Promise<object> {
    return this.#send({ method: 'PUT', url: '/v2.1/zones/{zone_id}/recordsets' }, request);
  }

  batchDeleteRecordSetWithLine(request?: ByIds): Promise<object> {
    return this.#send({ method: 'DELETE', url: '/v2.1/zones/{zone_id}/recordsets' }, request);
  }

  #send({ method, url, query = [] }: Call, request: object = {}): Promise<object> {
    const fields = request as Record<string, unknown> & { body?: object };
    const pick = (names: readonly string[]) =>
      Object.fromEntries(names.flatMap((name) => (name in fields ? [[name, fields[name]]] : [])));
    const parameters = [...url.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
    for (const name of parameters)
      if (fields[name] === undefined) throw new Error(`Required parameter ${name} was undefined.`);
    // Not in the type that the vendor's SDK exports, though its generated clients send it.
    const unlisted = { responseHeaders: [''] };
    return this.hcClient.sendRequest({
      method,
      url,
      contentType: 'application/json',
      queryParams: pick(query),
      pathParams: pick(parameters),
      headers: {},
      ...(fields.body === undefined ? {} : { data: fields.body }),
      ...unlisted,
    });
  }
}

/** The fix that the README tells: the service's `code` put where the vendor's client looks for one. */
class HttpClientWithCodes extends DefaultHttpClient {
  override async sendRequest(request: IHttpRequest): Promise<never> {
    try {
      return (await super.sendRequest(request)) as never;
    } catch (error) {
      const failure = error as { data?: { code?: unknown; message?: unknown } };
      const { data } = failure;
      if (data?.code) failure.data = { ...data, ...{ error_code: data.code, error_msg: data.message } };
      throw error;
    }
  }
}

const SILENT = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => 'silent',
};

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  securityToken?: string;
}

/** A client as a user would build it; `withCodes` with the fix of the README. */
export function vendorClient(
  endpoint: string,
  { accessKeyId: ak, secretAccessKey: sk, securityToken }: Keys,
  withCodes: boolean,
): VendorDnsClient {
  const Http = withCodes ? HttpClientWithCodes : DefaultHttpClient;
  const http = new Http({ logger: SILENT as never }, [endpoint]);
  return new VendorDnsClient(
    new HcClient(http)
      .withCredential(new BasicCredentials({ ak, sk, securityToken }))
      .withEndpoints([endpoint]),
  );
}
