import type { AlidnsSdkClient } from './sdk-client.js';

/** The vendor's client, ready for one request. */
export interface Session {
  client: AlidnsSdkClient;
  /** URL of the endpoint for messages, if it is known before the first request. */
  endpoint?: string;
  /** Never to be seen in an error or an event. */
  secrets: readonly (string | undefined)[];
  /** Where credentials came from that nobody typed in: named beside a refusal of theirs. */
  credentialSource?: string;
}

/** How requests get to the vendor: through our own client, or through one that the caller has made. */
export interface Transport {
  /**
   * Before every request, since credentials may have been renewed.
   *
   * @throws DnsError `AUTH_INVALID` or `AUTH_EXPIRED` without usable credentials, `UNSUPPORTED`, `PROTOCOL`
   */
  open(): Promise<Session>;
  /** The vendor has refused the credentials: they are not to be used again. */
  forget(): void;
}
