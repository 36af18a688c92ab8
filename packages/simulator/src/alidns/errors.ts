import type { Reply } from '../http/reply.js';

/** HTTP statuses other than 400, which is that of nearly every error of this API. */
const STATUS: Readonly<Record<string, number>> = {
  'InvalidAccessKeyId.NotFound': 404,
  'InvalidAction.NotFound': 404,
  InternalError: 500,
  ServiceUnavailable: 503,
};

const TEXTS = {
  DomainRecordDuplicate: 'The DNS record already exists.',
  DomainRecordConflict: 'The DNS record conflicts with existing records.',
  DomainRecordNotBelongToUser: 'The DNS record does not exist in your account.',
  DomainForbidden: 'The domain name is forbidden. You cannot operate on it.',
  'InvalidDomainName.NoExist': 'The specified domain name does not exist. Refresh the page and try again.',
  'InvalidDomainName.Format': 'Invalid domain name.',
  IncorrectDomainUser: 'The domain name belongs to other users. Change it and try again.',
  'InvalidRR.Format': 'The RR is invalid or in the wrong format.',
  'SubDomainInvalid.Value': 'The DNS record is invalid or in the wrong format.',
  'SubDomainInvalid.Type': 'The type of the DNS record is not supported.',
  'SubDomainInvalid.Line': 'The line of the DNS record is not supported.',
  'SubDomainInvalid.Priority': 'The priority of an MX record must be in the range of 1 to 50.',
  'QuotaExceeded.Record': 'The number of DNS records exceeds the limit.',
  'QuotaExceeded.BatchNumber': 'The number of records in one batch exceeds the limit.',
  LastOperationNotFinished: 'The last operation has not been finished. Try again later.',
  'Throttling.User': 'Request was denied due to user flow control.',
  Throttling: 'Request was denied due to request throttling.',
  ServiceUnavailable: 'The request has failed due to a temporary failure of the server.',
  InternalError: 'The request processing has failed due to some unknown error.',
  'InvalidAccessKeyId.NotFound': 'Specified access key is not found.',
  'InvalidSecurityToken.Malformed': 'The specified security token is malformed.',
  'InvalidTimeStamp.Expired': 'Specified time stamp or date value is expired.',
  'InvalidTimeStamp.Format': 'Specified time stamp or date value is not well formatted.',
  SignatureNonceUsed: 'Specified signature nonce was used already.',
  IncompleteSignature: 'The request signature does not conform to the standards.',
  'InvalidAction.NotFound': 'Specified api is not found, please check your url and method.',
  'Forbidden.RAM':
    "User not authorized to operate on the specified resource, or this API doesn't support RAM.",
} as const;

/** An error of the API. Its text may be given where it depends on the request. */
export class ApiError extends Error {
  readonly code: string;

  constructor(code: keyof typeof TEXTS);
  constructor(code: string, message: string);
  constructor(code: string, message = TEXTS[code as keyof typeof TEXTS] as string | undefined) {
    super(message ?? code);
    this.code = code;
  }
}

export function missing(parameter: string): ApiError {
  return new ApiError(`Missing${parameter}`, `${parameter} is mandatory for this action.`);
}

export function invalidParameter(parameter: string): ApiError {
  return new ApiError('InvalidParameter', `The specified parameter ${parameter} is not valid.`);
}

/** Every answer carries the request id, in the body and in a header. */
export function json(status: number, body: object, requestId: string): Reply {
  return {
    status,
    contentType: 'application/json;charset=utf-8',
    headers: { 'x-acs-request-id': requestId, 'x-acs-trace-id': requestId.replaceAll('-', '').toLowerCase() },
    body: JSON.stringify({ RequestId: requestId, ...body }),
  };
}

/** The answer for an error. What is not the API's is a mistake of the simulator, and says so. */
export function errorReply(error: unknown, requestId: string): Reply {
  const { code, message } =
    error instanceof ApiError
      ? error
      : { code: 'InternalError', message: `The simulator itself failed: ${String(error)}` };
  const body = {
    HostId: 'alidns.aliyuncs.com',
    Code: code,
    Message: message,
    Recommend: `https://api.aliyun.com/troubleshoot?q=${code}&product=Alidns&requestId=${requestId}`,
  };
  return { ...json(STATUS[code] ?? 400, body, requestId), vendorCode: code };
}
