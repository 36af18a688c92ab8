/** One API request as it was answered. */
export interface SimulatedCall {
  cloud: 'huaweicloud' | 'alidns';
  /** Alibaba Cloud: the action. Huawei Cloud: `ListRecordSets`, `CreateRecordSet`, … `Unknown` for a path or action that does not exist. */
  operation: string;
  method: string;
  /** 0 where no status was sent: a connection that was reset, or left hanging. */
  httpStatus: number;
  /** The error code of the answer, if it was an error: `DNS.0312`, `APIGW.0301`, `DomainRecordDuplicate`, … */
  vendorCode?: string;
  /** Milliseconds since 1970, when the request had been read. */
  at: number;
}

/** The requests of both clouds, in the order in which they were answered. */
export class CallLog {
  readonly #entries: SimulatedCall[] = [];

  get entries(): readonly SimulatedCall[] {
    return this.#entries;
  }

  add(call: SimulatedCall): void {
    this.#entries.push(call);
  }
}
