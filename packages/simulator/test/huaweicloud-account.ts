import { createHash, createHmac } from 'node:crypto';
import { CallLog } from '../src/call-log.js';
import { FaultList } from '../src/faults.js';
import { createHuaweiCloud, type HuaweicloudSwitches } from '../src/huaweicloud/cloud.js';
import type { SimulatedZone } from '../src/scenario.js';
import { type Answer, answerOf, RecordingPublisher, serve } from './cloud-server.js';

/** A signer of its own, so that a mistake in the simulator's reading of the scheme cannot hide in the tests. */
export function signHuaweicloud(request: {
  method: string;
  path: string;
  query?: Record<string, string>;
  headers: Record<string, string>;
  body?: string;
  accessKeyId: string;
  secretAccessKey: string;
}): string {
  const { method, path, query = {}, headers, body = '' } = request;
  const sha = (text: string) => createHash('sha256').update(text).digest('hex');
  const percentEncode = (text: string) =>
    [...Buffer.from(text)]
      .map((byte) => {
        const character = String.fromCharCode(byte);
        return /[\w.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
      })
      .join('');
  const names = Object.keys(headers).sort();
  const lines = [
    method,
    `${path.split('/').map(percentEncode).join('/')}/`,
    Object.keys(query)
      .sort()
      .map((name) => `${percentEncode(name)}=${percentEncode(query[name] ?? '')}`)
      .join('&'),
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    sha(body),
  ];
  const text = `SDK-HMAC-SHA256\n${headers['x-sdk-date']}\n${sha(lines.join('\n'))}`;
  const signature = createHmac('sha256', request.secretAccessKey).update(text).digest('hex');
  return `SDK-HMAC-SHA256 Access=${request.accessKeyId}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
}

export function sdkDate(time = Date.now()): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}

export interface CallOptions {
  query?: Record<string, string>;
  body?: unknown;
  /** A body that is not made of `body`. */
  rawBody?: string;
  /** Text that is sent although another body was signed. */
  sentBody?: string;
  headers?: Record<string, string>;
  accessKeyId?: string;
  secretAccessKey?: string;
}

/** An account on a server of its own, and requests to it signed by hand. */
export async function huaweicloudAccount(
  switches: HuaweicloudSwitches & { zones?: Partial<SimulatedZone>[]; securityToken?: string } = {},
) {
  const { zones = [{}], securityToken, ...rest } = switches;
  const publisher = new RecordingPublisher();
  const faults = new FaultList();
  const calls = new CallLog();
  const keys = {
    accessKeyId: 'HPUAK0000000000TEST1',
    secretAccessKey: 'huawei-secret-of-the-test',
    projectId: 'e55c6f3dc4e34c9f86353b664ae0e70c',
  };
  const cloud = createHuaweiCloud({
    account: { ...keys, ...(securityToken === undefined ? {} : { securityToken }) },
    publisher,
    faults,
    calls,
    nameServers: ['ns1.huaweicloud-dns.com.', 'ns1.huaweicloud-dns.cn.'],
    ...rest,
  });
  const host = await serve(cloud.handle, cloud.close);
  for (const zone of zones) cloud.addZone({ name: 'example.com', cloud: 'huaweicloud', ...zone });

  const call = async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
    const { query = {}, body, accessKeyId = keys.accessKeyId } = options;
    const text = options.rawBody ?? (body === undefined ? '' : JSON.stringify(body));
    const headers: Record<string, string> = {
      host,
      'x-sdk-date': sdkDate(switches.now?.()),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    };
    const authorization = signHuaweicloud({
      method,
      path,
      query,
      headers,
      body: text,
      accessKeyId,
      secretAccessKey: options.secretAccessKey ?? keys.secretAccessKey,
    });
    const { host: _, ...sent } = headers;
    const search = new URLSearchParams(query).toString();
    const response = await fetch(`http://${host}${path}${search === '' ? '' : `?${search}`}`, {
      method,
      headers: { ...sent, authorization },
      ...(text === '' ? {} : { body: options.sentBody ?? text }),
    });
    return answerOf(response);
  };

  /** Id of a zone by its name. */
  const zoneId = async (name = 'example.com.'): Promise<string> => {
    const { body } = await call('GET', '/v2/zones', { query: { name, search_mode: 'equal' } });
    return body.zones[0].id;
  };
  const recordSets = async (zone?: string) => `/v2.1/zones/${await zoneId(zone)}/recordsets`;
  return { cloud, publisher, faults, calls, host, keys, call, zoneId, recordSets };
}

export function txt(name: string, ...values: string[]) {
  return { name, type: 'TXT', records: values.map((value) => `"${value}"`) };
}
