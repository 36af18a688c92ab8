/** What one server gives to strangers and to clients, so that neither can take all of it. */
export interface Limits {
  /** Bytes of a request line with its headers. */
  headerBytes: number;
  /** Milliseconds from a connection, or from the request before, until the headers are complete. */
  headerMs: number;
  /** Milliseconds from there on until headers and body are complete. */
  requestMs: number;
  /** Milliseconds that a connection stays open without a request. */
  idleMs: number;
  /** Connections that have not shown the token. The next one takes the place of the oldest. */
  strangers: number;
  /** Requests with the token that are worked on at a time. The next one is asked to come again. */
  underWay: number;
  /** Requests of one connection; then it is closed. */
  requestsPerConnection: number;
}

export const LIMITS: Limits = {
  headerBytes: 8_192,
  headerMs: 10_000,
  requestMs: 15_000,
  idleMs: 5_000,
  strangers: 512,
  underWay: 256,
  requestsPerConnection: 1_000,
};

/** Bytes of a body: a name of 253 characters and a key authorization of 556 fit many times. */
export const MAX_BODY = 8_192;
/** Bytes of a body that is not wanted: so many are thrown away, so that the client gets to read the answer. */
export const MAX_UNWANTED = 65_536;
/** How long what is under way may go on after the signal to stop, in milliseconds: within the 10 seconds that Docker gives. */
export const GRACE_MS = 8_000;
/** Milliseconds for a request, from its arrival to its answer. lego gives up after 30 seconds (`HTTPREQ_HTTP_TIMEOUT`). */
export const DEFAULT_REQUEST_MS = 25_000;
