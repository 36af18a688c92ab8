import { DnsError } from '@domainproof/core';
import { manifest } from '../manifest.js';
import type { Credentials } from './credentials.js';

export interface Unsigned {
  method: string;
  /** `http://host:port` or `https://host`. */
  origin: string;
  path: string;
  query: Readonly<Record<string, string>>;
  body?: object;
}

export interface Signed {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string;
}

/**
 * A request with the headers of the vendor's own signer. The signer is a CommonJS file of the vendor's SDK; it is loaded
 * here, at the first request, by its deep path, since the SDK's main entry costs more and does not export it.
 *
 * @throws DnsError `UNSUPPORTED` if the SDK is not installed.
 */
export async function sign(request: Unsigned, credentials: Credentials): Promise<Signed> {
  const { method, origin, path, query, body } = request;
  const { AKSKSigner } = await loadSigner();
  const { host, ...headers } = AKSKSigner.sign(
    {
      method,
      endpoint: `${origin}${path}`,
      url: path,
      queryParams: query,
      headers: {
        // The signer looks for this header in lower case.
        'content-type': 'application/json',
        ...(credentials.projectId ? { 'X-Project-Id': credentials.projectId } : {}),
        ...(credentials.securityToken ? { 'X-Security-Token': credentials.securityToken } : {}),
      },
      // As an object: the signer hashes JSON.stringify of it, so exactly that must be sent.
      data: body,
    },
    {
      getAk: () => credentials.accessKeyId,
      getSk: () => credentials.secretAccessKey,
      processAuthRequest: unused,
      processAuthParams: unused,
    },
  ) as Record<string, string>;
  const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return {
    method,
    // `host` is signed as it stands in the origin; Node's client sends the same by itself.
    url: `${origin}${path}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`,
    headers,
    body: body && JSON.stringify(body),
  };
}

async function loadSigner(): Promise<typeof import('@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js')> {
  try {
    return await import('@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js');
  } catch (cause) {
    throw new DnsError('UNSUPPORTED', "The signer of Huawei Cloud's SDK cannot be loaded.", {
      provider: manifest.id,
      hint: 'Install the dependencies anew; @huaweicloud/huaweicloud-sdk-core is missing or damaged.',
      cause,
    });
  }
}

/** Everything but the unreserved characters of RFC 3986, as the signer counts it. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The signer's interface asks for these, and signing does not use them. */
function unused(): never {
  throw new Error('not used for signing');
}
