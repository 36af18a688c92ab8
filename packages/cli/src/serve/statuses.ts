import type { ErrorJson } from '../errors.js';

/**
 * The status for what a challenge failed with. 401 and 403 are about the caller, so credentials of the account here are never told as such:
 * for the caller this server is a gateway whose other side failed.
 */
export const STATUS_OF: Readonly<Record<ErrorJson['code'], number>> = {
  INVALID_NAME: 400,
  INVALID_VALUE: 400,
  ZONE_NOT_FOUND: 404,
  ZONE_AMBIGUOUS: 409,
  ZONE_INACTIVE: 409,
  RECORD_CONFLICT: 409,
  TTL_OUT_OF_RANGE: 500,
  INTERNAL: 500,
  USAGE: 500,
  UNSUPPORTED: 501,
  AUTH_INVALID: 502,
  AUTH_EXPIRED: 502,
  FORBIDDEN: 502,
  QUOTA_EXCEEDED: 502,
  TRANSIENT: 502,
  PROTOCOL: 502,
  THROTTLED: 503,
  BUSY: 503,
  ABORTED: 503,
  TIMEOUT: 504,
};
