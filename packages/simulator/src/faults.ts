import type { SimulatedCall } from './call-log.js';

/** Failures that replace an answer, or break it. */
export type AnswerFault =
  /** Huawei Cloud 429 `APIGW.0308`; Alibaba Cloud 400 `Throttling.User`. */
  | 'throttle'
  /** Huawei Cloud 403 `DNS.0014`; Alibaba Cloud 400 `Throttling`. */
  | 'service-throttle'
  /** Huawei Cloud 500 `DNS.0000`; Alibaba Cloud 500 `InternalError`. */
  | 'internal-error'
  /** 503 with an error of the vendor's form: Huawei Cloud `APIGW.0613`; Alibaba Cloud `ServiceUnavailable`. */
  | 'unavailable'
  /** A 503 (Huawei Cloud) or 502 (Alibaba Cloud) whose body is HTML. */
  | 'unavailable-html'
  /** A success status and no body. */
  | 'empty-body'
  /** The connection ends in the middle of the body. */
  | 'truncated-body'
  /** No answer ever; the connection stays open. */
  | 'hang'
  /** The connection is reset. */
  | 'reset'
  /** Huawei Cloud `DNS.0314` (the set is not steady); Alibaba Cloud `LastOperationNotFinished`. */
  | 'busy';

/** Failures of what a write does, behind an answer that looks good. */
export type CommitFault =
  /** Huawei Cloud: the record set stays `PENDING_…` for ever and is not served. */
  | 'stuck-pending'
  /** Huawei Cloud: the record set becomes `ERROR` and is not served. */
  | 'status-error'
  /** The write is accepted and forgotten. */
  | 'lost-write';

/** A failure to be played on requests that come later. Requests are matched after they have been authenticated. */
export interface Fault {
  cloud: SimulatedCall['cloud'];
  /** Only requests of this operation; default: any. */
  operation?: string;
  kind: AnswerFault | CommitFault;
  /** True: the request is carried out, then the answer fails. Matches writes only. Default false. */
  afterCommit?: boolean;
  /** How many matching requests fail. Default 1. */
  times?: number;
  /** How many matching requests pass first. Default 0. */
  skip?: number;
}

const COMMIT_FAULTS: readonly string[] = ['stuck-pending', 'status-error', 'lost-write'];
const HUAWEICLOUD_ONLY: readonly string[] = ['stuck-pending', 'status-error'];

export function isCommitFault(kind: Fault['kind']): kind is CommitFault {
  return COMMIT_FAULTS.includes(kind);
}

/** The faults that are still to be played, in the order in which they were added. */
export class FaultList {
  #pending: { fault: Fault; skip: number; times: number }[] = [];

  /**
   * @throws TypeError for a fault that can never happen: `stuck-pending` or `status-error` at Alibaba Cloud, whose writes
   * are done when they are answered; `afterCommit` with a kind that is itself about the commit; a negative or broken count.
   */
  add(fault: Fault): void {
    const { cloud, kind, afterCommit = false, skip = 0, times = 1 } = fault;
    if (cloud === 'alidns' && HUAWEICLOUD_ONLY.includes(kind))
      throw new TypeError(`Fault "${kind}" does not exist at alidns: its records have no pending state.`);
    if (afterCommit && isCommitFault(kind))
      throw new TypeError(`Fault "${kind}" is about the write itself and takes no afterCommit.`);
    if (!Number.isInteger(skip) || skip < 0 || !Number.isInteger(times) || times < 1)
      throw new TypeError(`Fault "${kind}": skip must be an integer from 0 and times one from 1.`);
    this.#pending.push({ fault, skip, times });
  }

  clear(): void {
    this.#pending = [];
  }

  /** The fault for this request, if one is due; counts the request against `skip` and `times`. */
  take(cloud: Fault['cloud'], operation: string, isWrite: boolean): Fault | undefined {
    for (const entry of this.#pending) {
      const { fault } = entry;
      if (fault.cloud !== cloud) continue;
      if (fault.operation !== undefined && fault.operation !== operation) continue;
      const writesOnly =
        fault.afterCommit || isCommitFault(fault.kind) || (fault.kind === 'busy' && !fault.operation);
      if (writesOnly && !isWrite) continue;
      if (entry.skip > 0) {
        entry.skip -= 1;
        continue;
      }
      entry.times -= 1;
      if (entry.times === 0) this.#pending = this.#pending.filter((other) => other !== entry);
      return fault;
    }
    return undefined;
  }
}
