import type { Reply } from '../http/reply.js';

/** HTTP status of the DNS service's error codes. The vendor's documents disagree about some; `DNS.0314` has a switch. */
const SERVICE_STATUS: Readonly<Record<string, number>> = {
  'DNS.0000': 500,
  'DNS.0002': 400,
  'DNS.0006': 400,
  'DNS.0007': 400,
  'DNS.0014': 403,
  'DNS.0017': 400,
  'DNS.0032': 400,
  'DNS.0033': 400,
  'DNS.0044': 400,
  'DNS.0213': 400,
  'DNS.0302': 404,
  'DNS.0303': 400,
  'DNS.0304': 400,
  'DNS.0305': 400,
  'DNS.0307': 400,
  'DNS.0308': 400,
  'DNS.0309': 400,
  'DNS.0312': 400,
  'DNS.0313': 404,
  'DNS.0314': 409,
  'DNS.0315': 400,
  'DNS.0317': 400,
  'DNS.0318': 400,
  'DNS.0319': 400,
  'DNS.0322': 400,
  'DNS.0323': 400,
  'DNS.0326': 400,
  'DNS.0327': 400,
  'DNS.0328': 400,
  'DNS.0329': 400,
  'DNS.0335': 400,
  'DNS.0403': 403,
  'DNS.0806': 400,
  'DNS.1206': 404,
  'DNS.1802': 403,
  'DNS.2003': 403,
};

const GATEWAY_STATUS: Readonly<Record<string, number>> = {
  'APIGW.0101': 404,
  'APIGW.0201': 413,
  'APIGW.0301': 401,
  'APIGW.0308': 429,
  'APIGW.0310': 403,
  'APIGW.0602': 400,
  'APIGW.0613': 503,
};

/** An error of the DNS service: `{"code","message"}`. */
export class ServiceError extends Error {
  readonly code: string;

  constructor(code: keyof typeof SERVICE_STATUS & string, message: string) {
    super(message);
    this.code = code;
  }
}

/** An error of the API gateway in front of the service: `{"error_code","error_msg","request_id"}`. */
export class GatewayError extends Error {
  readonly code: string;

  constructor(code: keyof typeof GATEWAY_STATUS & string, message: string) {
    super(message);
    this.code = code;
  }
}

/** `Attribute 'records' is invalid, 'why'.`: the wording of the service for a field that does not fit. */
export function invalidAttribute(code: string, attribute: string, why: string): ServiceError {
  return new ServiceError(code, `Attribute '${attribute}' is invalid, '${why}'.`);
}

/** Every answer carries the request id. */
export function json(status: number, body: unknown, requestId: string): Reply {
  return {
    status,
    contentType: 'application/json',
    headers: { 'x-request-id': requestId },
    body: JSON.stringify(body),
  };
}

/** The answer for an error. What is neither the service's nor the gateway's is a mistake of the simulator, and says so. */
export function errorReply(error: unknown, requestId: string, busyStatus: number): Reply {
  if (error instanceof GatewayError) {
    const body = { error_code: error.code, error_msg: error.message, request_id: requestId };
    return { ...json(GATEWAY_STATUS[error.code] ?? 500, body, requestId), vendorCode: error.code };
  }
  const { code, message } =
    error instanceof ServiceError
      ? error
      : { code: 'DNS.0000', message: `The simulator itself failed: ${String(error)}` };
  const status = code === 'DNS.0314' ? busyStatus : (SERVICE_STATUS[code] ?? 500);
  return { ...json(status, { code, message }, requestId), vendorCode: code };
}
