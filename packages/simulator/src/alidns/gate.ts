import { type Exchange, headerValue } from '../http/exchange.js';
import { ApiError, missing } from './errors.js';
import { Parameters } from './parameters.js';
import {
  acs3CanonicalRequest,
  acs3Signature,
  acs3StringToSign,
  coversHeaders,
  isEqual,
  parseAuthorization,
  rpcSignature,
  rpcStringToSign,
} from './signature.js';

export interface AlidnsAccount {
  accessKeyId: string;
  accessKeySecret: string;
  /** Temporary credentials: requests must carry it, signed. */
  securityToken?: string;
}

/** How far a client's clock may be off, and how long a nonce is remembered. */
const WINDOW_MS = 15 * 60 * 1000;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** The API's door: knows one key, checks both kinds of signature, and takes each nonce once. */
export class Gate {
  readonly #account: AlidnsAccount;
  readonly #now: () => number;
  /** Nonce and when it was used, oldest first. */
  readonly #nonces = new Map<string, number>();

  constructor(account: AlidnsAccount, now: () => number) {
    this.#account = account;
    this.#now = now;
  }

  /** @throws ApiError for a request that this account's holder did not sign, or not now. */
  check(exchange: Exchange): void {
    const authorization = headerValue(exchange.headers, 'authorization');
    if (authorization !== undefined) this.#checkAcs3(exchange, authorization);
    else this.#checkRpc(exchange);
  }

  #checkAcs3(exchange: Exchange, header: string): void {
    const authorization = parseAuthorization(header);
    if (authorization === undefined) throw new ApiError('IncompleteSignature');
    const read = (name: string) => {
      const value = headerValue(exchange.headers, name);
      if (value === undefined) throw missing(name);
      return value;
    };
    const [date, nonce] = [read('x-acs-date'), read('x-acs-signature-nonce')];
    read('x-acs-content-sha256');
    this.#checkTime(date);
    this.#checkKey(authorization.accessKeyId, headerValue(exchange.headers, 'x-acs-security-token'));

    const canonicalRequest = acs3CanonicalRequest(exchange, authorization.signedHeaders);
    const stringToSign = acs3StringToSign(canonicalRequest);
    const expected = acs3Signature(stringToSign, this.#account.accessKeySecret);
    const isSigned = isEqual(expected, authorization.signature);
    if (!isSigned || !coversHeaders(exchange, authorization.signedHeaders))
      throw new ApiError(
        'SignatureDoesNotMatch',
        `Specified signature does not match our calculation. server StringToSign is [${stringToSign}], server CanonicalRequest is [${canonicalRequest}].`,
      );
    this.#useNonce(nonce);
  }

  #checkRpc(exchange: Exchange): void {
    const parameters = new Parameters(exchange);
    const accessKeyId = parameters.required('AccessKeyId');
    const signature = parameters.required('Signature');
    const nonce = parameters.required('SignatureNonce');
    const hasScheme =
      parameters.required('SignatureMethod') === 'HMAC-SHA1' &&
      parameters.required('SignatureVersion') === '1.0';
    if (!hasScheme) throw new ApiError('IncompleteSignature');
    this.#checkTime(parameters.required('Timestamp'));
    this.#checkKey(accessKeyId, parameters.optional('SecurityToken'));

    const stringToSign = rpcStringToSign(exchange.method, [...exchange.query, ...exchange.form]);
    if (!isEqual(rpcSignature(stringToSign, this.#account.accessKeySecret), signature))
      throw new ApiError(
        'SignatureDoesNotMatch',
        `Specified signature is not matched with our calculation. server string to sign is:${stringToSign}`,
      );
    this.#useNonce(nonce);
  }

  #checkTime(text: string): void {
    const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(time)) throw new ApiError('InvalidTimeStamp.Format');
    if (Math.abs(this.#now() - time) > WINDOW_MS) throw new ApiError('InvalidTimeStamp.Expired');
  }

  #checkKey(accessKeyId: string, securityToken: string | undefined): void {
    if (accessKeyId !== this.#account.accessKeyId) throw new ApiError('InvalidAccessKeyId.NotFound');
    if (securityToken !== this.#account.securityToken) throw new ApiError('InvalidSecurityToken.Malformed');
  }

  /** Only a nonce that was signed counts: anybody could use up the others. A date may be 15 minutes ahead, hence twice the window. */
  #useNonce(nonce: string): void {
    const now = this.#now();
    for (const [old, usedAt] of this.#nonces) {
      if (now - usedAt <= 2 * WINDOW_MS) break;
      this.#nonces.delete(old);
    }
    if (this.#nonces.has(nonce)) throw new ApiError('SignatureNonceUsed');
    this.#nonces.set(nonce, now);
  }
}
