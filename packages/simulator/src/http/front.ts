import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallLog, SimulatedCall } from '../call-log.js';
import { type AnswerFault, type CommitFault, type Fault, type FaultList, isCommitFault } from '../faults.js';
import { type Exchange, readExchange, UnreadableRequest } from './exchange.js';
import { type Reply, sendBroken, sendReply } from './reply.js';
import { Latency, RateLimiter, type TrafficSwitches } from './traffic.js';

/** What one cloud does with a request; the front does what both have in common: reading, faults, the call log, sending. */
export interface Backend {
  cloud: SimulatedCall['cloud'];
  /** Bytes. */
  maxBody: number;
  now(): number;
  newRequestId(): string;
  /** Which operation it is. `Unknown` operations are answered by `run` as well. */
  identify(exchange: Exchange): { operation: string; isWrite: boolean };
  /** Throws the cloud's own error for a request that is not signed as it must be, or that its key may not make. */
  authenticate(exchange: Exchange): void;
  /** Carries the request out. Throws the cloud's own errors. */
  run(exchange: Exchange, requestId: string, fault: CommitFault | undefined): Reply;
  /** The answer for what `authenticate` or `run` threw. */
  refuse(error: unknown, requestId: string): Reply;
  /** The answer for a request that could not be read. */
  unreadable(error: UnreadableRequest, requestId: string): Reply;
  /** The answer of a fault that has one of its own. */
  fail(kind: RefusingFault, requestId: string): Reply;
}

export type RefusingFault = Extract<
  AnswerFault,
  'throttle' | 'service-throttle' | 'internal-error' | 'unavailable' | 'unavailable-html' | 'busy'
>;
type BreakingFault = Exclude<AnswerFault, RefusingFault>;

const BREAKING: readonly string[] = ['empty-body', 'truncated-body', 'hang', 'reset'];

function isBreaking(kind: AnswerFault): kind is BreakingFault {
  return BREAKING.includes(kind);
}

/** One cloud's HTTP front: a handler for Node's server. */
export class Front {
  readonly #backend: Backend;
  readonly #faults: FaultList;
  readonly #calls: CallLog;
  readonly #latency: Latency;
  readonly #rate: RateLimiter;
  readonly #hanging = new Set<ServerResponse>();

  constructor(backend: Backend, faults: FaultList, calls: CallLog, traffic: TrafficSwitches) {
    this.#backend = backend;
    this.#faults = faults;
    this.#calls = calls;
    this.#latency = new Latency(traffic.latencyMs ?? 0);
    this.#rate = new RateLimiter(traffic.rateLimit, () => backend.now());
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    this.#answer(request, response).catch(() => response.destroy());
  }

  /** Ends the connections that a `hang` fault left open, and what still waits. */
  close(): void {
    this.#latency.close();
    for (const response of this.#hanging) response.destroy();
    this.#hanging.clear();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const backend = this.#backend;
    const requestId = backend.newRequestId();
    const log = (operation: string, httpStatus: number, vendorCode: string | undefined, at: number) =>
      this.#calls.add({
        cloud: backend.cloud,
        operation,
        method: request.method ?? 'GET',
        httpStatus,
        ...(vendorCode === undefined ? {} : { vendorCode }),
        at,
      });

    let exchange: Exchange;
    try {
      exchange = await readExchange(request, backend.maxBody);
    } catch (error) {
      if (!(error instanceof UnreadableRequest)) throw error;
      const reply = backend.unreadable(error, requestId);
      log('Unknown', reply.status, reply.vendorCode, backend.now());
      sendReply(response, reply);
      return;
    }

    const at = backend.now();
    const { operation, isWrite } = backend.identify(exchange);
    await this.#latency.half();
    let fault: Fault | undefined;
    const attempt = (step: () => Reply): Reply => {
      try {
        return step();
      } catch (error) {
        return backend.refuse(error, requestId);
      }
    };
    const run = (commitFault?: CommitFault) => attempt(() => backend.run(exchange, requestId, commitFault));
    const reply = attempt(() => {
      backend.authenticate(exchange);
      if (!this.#rate.admit()) return backend.fail('throttle', requestId);
      fault = this.#faults.take(backend.cloud, operation, isWrite);
      if (fault === undefined) return run();
      const { kind } = fault;
      if (isCommitFault(kind)) return run(kind);
      // A broken answer to a read is the real answer, broken: reading changes nothing.
      const done = fault.afterCommit || (isBreaking(kind) && !isWrite) ? run() : undefined;
      if (isBreaking(kind)) return done ?? backend.fail('internal-error', requestId);
      return backend.fail(kind, requestId);
    });

    await this.#latency.half();
    if (fault !== undefined && !isCommitFault(fault.kind) && isBreaking(fault.kind)) {
      if (fault.kind === 'hang') {
        this.#hanging.add(response);
        response.on('close', () => this.#hanging.delete(response));
      }
      const success = { ...reply, status: reply.vendorCode === undefined ? reply.status : 200 };
      log(operation, sendBroken(response, fault.kind, success), undefined, at);
      return;
    }
    log(operation, reply.status, reply.vendorCode, at);
    sendReply(response, reply);
  }
}
