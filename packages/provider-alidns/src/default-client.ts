import { DnsError, type Environment } from '@domainproof/core';
import { type CredentialOptions, type Credentials, credentialSource } from './credentials.js';
import { type Endpoint, readEndpoint } from './endpoint.js';
import { manifest } from './manifest.js';
import type { AlidnsSdkClient } from './sdk-client.js';
import type { Transport } from './transport.js';

export interface ConnectionOptions extends CredentialOptions {
  endpoint?: string;
  environment: Environment;
}

const loadSdk = () => import('@alicloud/openapi-client');
type Sdk = Awaited<ReturnType<typeof loadSdk>>;
type SdkClass = Sdk['default']['default'];

/** The vendor's generic client, loaded at the first request and made anew whenever the credentials change. */
export function defaultClient(options: ConnectionOptions): Transport {
  const source = credentialSource(options, options.environment);
  let made: { client: AlidnsSdkClient; endpoint: Endpoint; credentials: Credentials } | undefined;
  return {
    async open() {
      const credentials = await source.get();
      if (made?.credentials !== credentials) {
        const endpoint = readEndpoint(options.endpoint, options.environment);
        made = { client: await makeClient(credentials, endpoint), endpoint, credentials };
      }
      const { accessKeyId, accessKeySecret, securityToken, source: credentialSource } = credentials;
      return {
        client: made.client,
        endpoint: made.endpoint.url,
        secrets: [accessKeySecret, securityToken, accessKeyId],
        credentialSource,
      };
    },
    forget: () => source.forget(),
  };
}

async function makeClient(credentials: Credentials, endpoint: Endpoint): Promise<AlidnsSdkClient> {
  const sdk = await loadSdk().catch((cause) => {
    throw new DnsError('PROTOCOL', 'The client library @alicloud/openapi-client cannot be loaded.', {
      provider: manifest.id,
      hint: 'Install the dependencies of @domainproof/provider-alidns again.',
      cause,
    });
  });
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  return new (clientClass(sdk))(
    new sdk.Config({
      accessKeyId,
      accessKeySecret,
      securityToken,
      endpoint: endpoint.host,
      protocol: endpoint.protocol,
    }),
  );
}

/** The client's package is CommonJS: Node gives its default export one level deeper than bundlers do. */
function clientClass(sdk: Sdk): SdkClass {
  return sdk.default.default ?? (sdk.default as unknown as SdkClass);
}
