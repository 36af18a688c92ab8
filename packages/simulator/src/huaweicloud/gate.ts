import { type Exchange, headerValue } from '../http/exchange.js';
import { GatewayError } from './errors.js';
import { isSigned, parseAuthorization, parseSdkDate } from './signature.js';

export interface HuaweicloudAccount {
  accessKeyId: string;
  secretAccessKey: string;
  /** 32 hexadecimal digits. */
  projectId: string;
  /** Temporary credentials: requests must carry it as `X-Security-Token`, signed. */
  securityToken?: string;
}

export interface GateRules {
  /** Whether too many failures in a row lock the key. */
  lockOut: boolean;
  /** What an `X-Project-Id` that is not the account's gets. */
  wrongProject: 'ignored' | 'refused';
}

const SKEW_MS = 15 * 60 * 1000;
const LOCK_MS = 5 * 60 * 1000;
/** More than five failures in a row lock the key (API Gateway FAQ on IAM authentication). */
const FAILURES_BEFORE_LOCK = 5;

/** The gateway's door: knows one key, checks every request, and locks the key after too many failures in a row. */
export class Gate {
  readonly #account: HuaweicloudAccount;
  readonly #now: () => number;
  readonly #rules: GateRules;
  #failures = 0;
  #lockedUntil = 0;

  constructor(account: HuaweicloudAccount, now: () => number, rules: GateRules) {
    this.#account = account;
    this.#now = now;
    this.#rules = rules;
  }

  /** @throws GatewayError `APIGW.0301`, and `APIGW.0310` for the project of another. */
  check(exchange: Exchange): void {
    if (headerValue(exchange.headers, 'x-auth-token') !== undefined) throw refused('decrypt token fail');
    const authorization = parseAuthorization(headerValue(exchange.headers, 'authorization'));
    if (authorization === undefined) throw refused('verify aksk signature fail');
    const { accessKeyId } = authorization;
    if (accessKeyId !== this.#account.accessKeyId)
      throw refused(`Get secretKey failed,ak:${accessKeyId},err:ak not exist`);
    if (this.#now() < this.#lockedUntil) throw refused('AK access failed to reach the limit,forbidden');

    const date = parseSdkDate(headerValue(exchange.headers, 'x-sdk-date'));
    if (date === undefined || Math.abs(this.#now() - date) > SKEW_MS) throw this.#failed('signature expired');
    const token = headerValue(exchange.headers, 'x-security-token');
    const tokenIsSigned = token === undefined || authorization.signedHeaders.includes('x-security-token');
    if (token !== this.#account.securityToken || !tokenIsSigned) throw this.#failed('decrypt token fail');
    if (!isSigned(exchange, authorization, this.#account.secretAccessKey))
      throw this.#failed('verify aksk signature fail');
    this.#failures = 0;
    const project = headerValue(exchange.headers, 'x-project-id') ?? this.#account.projectId;
    if (this.#rules.wrongProject === 'refused' && project !== this.#account.projectId)
      throw new GatewayError('APIGW.0310', 'The project is unavailable');
  }

  #failed(why: string): GatewayError {
    this.#failures += 1;
    if (this.#rules.lockOut && this.#failures > FAILURES_BEFORE_LOCK) {
      this.#lockedUntil = this.#now() + LOCK_MS;
      this.#failures = 0;
    }
    return refused(why);
  }
}

function refused(why: string): GatewayError {
  return new GatewayError('APIGW.0301', `Incorrect IAM authentication information: ${why}`);
}
