import { createHash, createHmac, randomUUID } from 'node:crypto';
import { type AlidnsSwitches, createAlidnsCloud } from '../src/alidns/cloud.js';
import { CallLog } from '../src/call-log.js';
import { FaultList } from '../src/faults.js';
import type { SimulatedZone } from '../src/scenario.js';
import { type Answer, answerOf, RecordingPublisher, serve } from './cloud-server.js';

type Fields = Record<string, string | number>;

/** Signers of their own, so that a mistake in the simulator's reading of the schemes cannot hide in the tests. */
const percentEncode = (text: string) =>
  [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[\w.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
const joined = (fields: Fields) =>
  Object.keys(fields)
    .sort()
    .map((name) => `${percentEncode(name)}=${percentEncode(String(fields[name]))}`)
    .join('&');
const sha = (text: string) => createHash('sha256').update(text).digest('hex');

export function signAcs3(request: {
  method: string;
  query: Fields;
  headers: Record<string, string>;
  body: string;
  accessKeyId: string;
  accessKeySecret: string;
}): string {
  const names = Object.keys(request.headers).sort();
  const lines = [
    request.method,
    '/',
    joined(request.query),
    ...names.map((name) => `${name}:${request.headers[name]}`),
    '',
    names.join(';'),
    sha(request.body),
  ];
  const signature = createHmac('sha256', request.accessKeySecret)
    .update(`ACS3-HMAC-SHA256\n${sha(lines.join('\n'))}`)
    .digest('hex');
  return `ACS3-HMAC-SHA256 Credential=${request.accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`;
}

export function signRpc(method: string, fields: Fields, accessKeySecret: string): string {
  return createHmac('sha1', `${accessKeySecret}&`)
    .update(`${method}&%2F&${percentEncode(joined(fields))}`)
    .digest('base64');
}

export interface CallOptions {
  method?: 'GET' | 'POST';
  /** Parameters travel in the query, or in a form body. Default `query`. */
  place?: 'query' | 'form';
  headers?: Record<string, string>;
  /** Changes what was signed on its way: the body, or the query of the older signature. */
  tamper?: (text: string) => string;
  accessKeyId?: string;
  accessKeySecret?: string;
  nonce?: string;
  /** Milliseconds since 1970. */
  time?: number;
}

const isoTime = (time: number) => `${new Date(time).toISOString().slice(0, 19)}Z`;

/** An account on a server of its own, and requests to it signed by hand, in the newer (`call`) and the older (`rpc`) way. */
export async function alidnsAccount(
  switches: AlidnsSwitches & { zones?: Partial<SimulatedZone>[]; securityToken?: string } = {},
) {
  const { zones = [{}], securityToken, ...rest } = switches;
  const publisher = new RecordingPublisher();
  const faults = new FaultList();
  const calls = new CallLog();
  const keys = { accessKeyId: 'LTAI0000000000TEST', accessKeySecret: 'alidns-secret-of-the-test' };
  const cloud = createAlidnsCloud({
    account: { ...keys, ...(securityToken === undefined ? {} : { securityToken }) },
    publisher,
    faults,
    calls,
    nameServers: ['ns1.alidns.com.', 'ns2.alidns.com.'],
    ...rest,
  });
  const host = await serve(cloud.handle, cloud.close);
  for (const zone of zones) cloud.addZone({ name: 'example.net', cloud: 'alidns', ...zone });
  const clock = switches.now ?? Date.now;

  const call = async (action: string, fields: Fields = {}, options: CallOptions = {}): Promise<Answer> => {
    const { method = 'POST', place = 'query', time = clock(), tamper = (text) => text } = options;
    const body = place === 'form' ? joined(fields) : '';
    const query = place === 'form' ? {} : fields;
    const headers: Record<string, string> = {
      host,
      'x-acs-action': action,
      'x-acs-version': '2015-01-09',
      'x-acs-date': isoTime(time),
      'x-acs-signature-nonce': options.nonce ?? randomUUID(),
      'x-acs-content-sha256': sha(body),
      ...(place === 'form' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...options.headers,
    };
    const authorization = signAcs3({ ...keys, ...options, method, query, headers, body });
    const { host: _, ...sent } = headers;
    return answerOf(
      await fetch(`http://${host}/?${joined(query)}`, {
        method,
        headers: { ...sent, authorization },
        ...(method === 'POST' ? { body: tamper(body) } : {}),
      }),
    );
  };

  const rpc = async (action: string, fields: Fields = {}, options: CallOptions = {}): Promise<Answer> => {
    const { method = 'GET', place = 'query', time = clock(), tamper = (text) => text } = options;
    const signed: Fields = {
      Action: action,
      Version: '2015-01-09',
      Format: 'JSON',
      AccessKeyId: options.accessKeyId ?? keys.accessKeyId,
      SignatureMethod: 'HMAC-SHA1',
      SignatureVersion: '1.0',
      SignatureNonce: options.nonce ?? randomUUID(),
      Timestamp: isoTime(time),
      ...fields,
    };
    const signature = signRpc(method, signed, options.accessKeySecret ?? keys.accessKeySecret);
    const text = tamper(joined({ ...signed, Signature: signature }));
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    return answerOf(
      place === 'form'
        ? await fetch(`http://${host}/`, { method, headers: form, body: text })
        : await fetch(`http://${host}/?${text}`, { method }),
    );
  };

  /** Adds a TXT value and gives its record id. */
  const addTxt = async (RR: string, Value: string, more: Fields = {}): Promise<string> => {
    const { body } = await call('AddDomainRecord', {
      DomainName: 'example.net',
      RR,
      Type: 'TXT',
      Value,
      ...more,
    });
    return body.RecordId;
  };
  return { cloud, publisher, faults, calls, host, keys, call, rpc, addTxt };
}

/** Record values of a list, sorted. */
export function valuesOf({ body }: Answer): string[] {
  return body.DomainRecords.Record.map(({ Value }: { Value: string }) => Value).sort();
}
