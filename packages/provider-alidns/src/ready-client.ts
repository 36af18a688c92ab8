import { DnsError } from '@domainproof/core';
import { manifest } from './manifest.js';
import type { AlidnsSdkClient } from './sdk-client.js';
import type { Transport } from './transport.js';

/**
 * A client that the caller has made, with its own endpoint, credentials and proxy.
 *
 * @throws DnsError `UNSUPPORTED` if it is no such client
 */
export function readyClient(client: AlidnsSdkClient): Transport {
  if (typeof client?.callApi !== 'function')
    throw new DnsError('UNSUPPORTED', 'The given client has no method callApi.', {
      provider: manifest.id,
      hint: 'Give a client of @alicloud/alidns20150109, version 3 or 4.',
    });
  const calm = withoutRetries(client);
  return {
    open: async () => ({ client: calm, secrets: await secretsOf(client) }),
    forget: () => {},
  };
}

/**
 * The same client, but one that never repeats a request by itself. openapi-client is told so with each call; openapi-core
 * only knows what its constructor was given.
 */
function withoutRetries(client: AlidnsSdkClient): AlidnsSdkClient {
  return Object.create(client, { _retryOptions: { value: undefined } }) as AlidnsSdkClient;
}

/** What it signs with. The client asks its credential for it in any case, and the credential keeps it. */
async function secretsOf(client: AlidnsSdkClient): Promise<(string | undefined)[]> {
  try {
    return [
      await client.getAccessKeySecret?.(),
      await client.getSecurityToken?.(),
      await client.getAccessKeyId?.(),
    ];
  } catch {
    // Nothing of the reason is shown: it may repeat a file or an answer with the secret in it.
    throw new DnsError('AUTH_INVALID', 'The credential of the given client gives no AccessKey.', {
      provider: manifest.id,
      hint: 'Ask the credential that the client was made with for its AccessKey, and see what it says.',
    });
  }
}
