import { abortError, type Call, DnsError, type DnsErrorDetails, isDnsError } from '@domainproof/core';
import { manifest } from '../manifest.js';
import type { JsonObject } from './body.js';
import { MalformedAnswer } from './fields.js';
import { isWrite, type Operation } from './operations.js';
import { vendorError } from './vendor-error.js';

/** One call in the vendor's terms, whatever carries it there. */
export interface ApiRequest {
  operation: Operation;
  zoneId?: string;
  recordSetId?: string;
  query?: Readonly<Record<string, string>>;
  body?: object;
}

/** What came back, with whatever HTTP status. */
export interface Answer {
  httpStatus: number;
  /** Undefined if it was not a JSON object. */
  body: JsonObject | undefined;
  /** What it was instead. */
  flaw?: string;
  /** The vendor gave a code that did not get here: its own client drops the codes of the DNS service. */
  codeDropped?: boolean;
  /** Milliseconds that the vendor asked to wait. */
  retryAfterMs?: number;
}

/** Carries calls to the vendor. */
export interface Transport {
  /** What messages call the other side: host and port, if they are known. */
  peer: string;
  /** Masks the secrets in a text. */
  clean(text: string): string;
  /** Makes a request ready, without sending anything. */
  prepare(request: ApiRequest): Promise<Send>;
}

/**
 * Sends the request, and adds to `details` what the answer tells of itself (HTTP status, request id), even if it breaks off.
 *
 * @throws DnsError if no usable answer came.
 */
export type Send = (call: Call, details: DnsErrorDetails) => Promise<Answer>;

/** Takes what is needed out of an answer; throws `MalformedAnswer` for one that lacks it. */
type Read<T> = (body: JsonObject) => T;

/**
 * One request, reported to `call.onApiCall` when it ended.
 *
 * @throws DnsError
 */
export type Api = <T>(request: ApiRequest, call: Call, read: Read<T>) => Promise<T>;

export function createApi({ peer, clean, prepare }: Transport): Api {
  return async (request, call, read) => {
    const { operation } = request;
    const write = isWrite(operation);
    const details: DnsErrorDetails = { provider: manifest.id, operation };
    const send = await prepare(request);
    if (call.signal.aborted) throw abortError(call.signal, details);
    const started = performance.now();
    let failure: DnsError | undefined;
    try {
      const answer = await send(call, details);
      details.requestId ??= requestIdOf(answer.body?.request_id, clean);
      return outcome(operation, answer, details, read);
    } catch (error) {
      if (isDnsError(error)) failure = error;
      throw error;
    } finally {
      call.onApiCall({
        provider: manifest.id,
        operation,
        write,
        elapsedMs: Math.round(performance.now() - started),
        outcome: failure?.code ?? 'ok',
        httpStatus: details.httpStatus,
        requestId: details.requestId,
        vendorCode: failure?.vendorCode,
      });
    }
  };

  function outcome<T>(operation: Operation, answer: Answer, details: DnsErrorDetails, read: Read<T>): T {
    const { httpStatus, body, flaw = 'it is not a JSON object', retryAfterMs, codeDropped } = answer;
    const write = isWrite(operation);
    if (httpStatus < 200 || httpStatus > 299)
      throw vendorError({
        operation,
        httpStatus,
        body,
        codeDropped,
        clean,
        details: { ...details, retryAfterMs, outcomeUnknown: write && httpStatus >= 500 },
      });
    try {
      if (body) return read(body);
      throw new MalformedAnswer(flaw);
    } catch (error) {
      if (!(error instanceof MalformedAnswer)) throw error;
      throw new DnsError(
        'PROTOCOL',
        `The answer of ${peer} to ${operation} is not usable: ${error.message}.`,
        {
          ...details,
          outcomeUnknown: write,
          hint: 'Check that the endpoint is the host of the DNS service, and that no proxy answers in its place.',
        },
      );
    }
  }
}

/** A request id of the vendor's making, or undefined for anything that is not fit to be shown. */
export function requestIdOf(value: unknown, clean: (text: string) => string): string | undefined {
  return typeof value === 'string' && /^[\w.:-]{1,128}$/.test(value) ? clean(value) : undefined;
}
