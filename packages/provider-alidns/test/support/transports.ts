import type { DnsProvider } from '@domainproof/core';
import { type AlidnsOptions, type AlidnsSdkClient, alidns } from '../../src/index.js';
import { KEY } from './server.js';

type ClientClass = new (config: object) => AlidnsSdkClient;

/** One way for requests to get to the vendor. */
export interface TestTransport {
  name: string;
  /** A provider that talks to the server and looks at no environment. */
  providerFor(server: { endpoint: string }, options?: AlidnsOptions): DnsProvider;
}

const byDefault: TestTransport = {
  name: 'the default transport',
  providerFor: (server, options) =>
    alidns({ ...KEY, endpoint: server.endpoint, environment: {}, ...options }),
};

/** Under ESM the class of these CommonJS packages lies one level deeper than under a bundler. */
function classOf(module: { default: unknown }): ClientClass {
  const { default: outer } = module;
  return ((outer as { default?: unknown }).default ?? outer) as ClientClass;
}

export const officialClass = {
  '4.6.1': classOf(await import('@alicloud/alidns20150109')),
  '3.5.0': classOf(await import('alidns-3.5')),
  '3.4.0': classOf(await import('alidns-3.4')),
  '3.0.13': classOf(await import('alidns-3.0')),
} as const;

export type OfficialVersion = keyof typeof officialClass;

/** A client of the vendor's, as a caller makes it. */
export function officialClient(
  version: OfficialVersion,
  { endpoint = '', accessKeyId, accessKeySecret, securityToken }: AlidnsOptions,
  config: object = {},
): AlidnsSdkClient {
  const { protocol, host } = new URL(endpoint);
  return new officialClass[version]({
    accessKeyId,
    accessKeySecret,
    ...(securityToken === undefined ? {} : { securityToken }),
    endpoint: host,
    protocol: protocol.slice(0, -1),
    ...config,
  });
}

function official(version: OfficialVersion): TestTransport {
  return {
    name: `a client of @alicloud/alidns20150109 ${version}`,
    providerFor: (server, options = {}) => {
      const client = officialClient(version, { ...KEY, endpoint: server.endpoint, ...options });
      const { timeoutMs } = options;
      return alidns({ client, environment: {}, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    },
  };
}

/** The whole suite runs over these. */
export const TRANSPORTS: readonly TestTransport[] = [byDefault, official('4.6.1')];
/** What differs between the clients is tried on these too. */
export const OLDER_CLIENTS: readonly TestTransport[] = [
  official('3.5.0'),
  official('3.4.0'),
  official('3.0.13'),
];
