import { randomInt } from 'node:crypto';
import { abortError, type Call, DnsError, isDnsError } from '@domainproof/core';
import {
  type FailedRequest,
  PREREQUISITE_RCODES,
  refused,
  tsigRefused,
  unanswered,
  unreliable,
} from './failure.js';
import { manifest } from './manifest.js';
import type { Settings } from './settings.js';
import { askOverTcp, NoAnswer } from './tcp.js';
import { FUDGE_SECONDS, isSigned, sign } from './tsig.js';
import { OPCODE, rcodeName, tsigErrorName, typeName } from './wire/codes.js';
import { decodeMessage, type Message, type ResourceRecord } from './wire/message.js';
import { MAX_MESSAGE_OCTETS, queryRequest, type Request, updateRequest } from './wire/request.js';

/** Octets that the TSIG record takes at the most: two names, the longest MAC, and its fixed fields. */
const TSIG_OCTETS = 2 * 255 + 64 + 32;
export const MAX_REQUEST_OCTETS = MAX_MESSAGE_OCTETS - TSIG_OCTETS;

export interface Api {
  /** @throws DnsError `ABORTED`; `UNSUPPORTED`, `AUTH_INVALID`, `INVALID_NAME` for settings that cannot be used */
  settings(call: Call): Settings;
  /**
   * An answer with NOERROR or NXDOMAIN, signed if there is a key.
   *
   * @throws DnsError
   */
  query(name: string, type: number, call: Call): Promise<Message>;
  /**
   * One UPDATE; without `updates` it only asks whether the prerequisites hold.
   *
   * @throws DnsError `RECORD_CONFLICT` if a prerequisite does not hold; `QUOTA_EXCEEDED` if it fits in no message
   */
  update(
    zone: string,
    prerequisites: readonly ResourceRecord[],
    updates: readonly ResourceRecord[],
    call: Call,
  ): Promise<void>;
}

/**
 * @param open reads the settings, at the first call
 * @param timeoutMs milliseconds for one request, connecting included
 */
export function createApi(open: () => Settings, timeoutMs: number): Api {
  let opened: Settings | undefined;
  const settings = ({ signal }: Call) => {
    if (signal.aborted) throw abortError(signal, { provider: manifest.id });
    opened ??= open();
    return opened;
  };
  return {
    settings,
    query: (name, type, call) =>
      send(settings, timeoutMs, `Query ${typeName(type)}`, false, queryRequest(newId(), name, type), call),
    async update(zone, prerequisites, updates, call) {
      const write = updates.length > 0;
      const request = updateRequest(newId(), zone, prerequisites, updates);
      if (request.packet.length > MAX_REQUEST_OCTETS) throw tooLarge(zone);
      await send(settings, timeoutMs, write ? 'Update' : 'Check', write, request, call);
    },
  };
}

function newId(): number {
  return randomInt(0x1_0000);
}

async function send(
  settings: (call: Call) => Settings,
  timeoutMs: number,
  operation: string,
  write: boolean,
  request: Request,
  call: Call,
): Promise<Message> {
  const { server, key } = settings(call);
  const asked: FailedRequest = { operation, write, server, key, name: request.name };
  const startedAt = performance.now();
  let outcome: Message | DnsError;
  try {
    outcome = await exchange(request, asked, timeoutMs, call);
  } catch (error) {
    if (!isDnsError(error)) throw error;
    outcome = error;
  }
  const failed = isDnsError(outcome) ? outcome : undefined;
  call.onApiCall({
    provider: manifest.id,
    operation,
    write,
    elapsedMs: performance.now() - startedAt,
    outcome: failed?.code ?? 'ok',
    ...(failed?.vendorCode && { vendorCode: failed.vendorCode }),
  });
  if (isDnsError(outcome)) throw outcome;
  return outcome;
}

async function exchange(
  request: Request,
  asked: FailedRequest,
  timeoutMs: number,
  { signal }: Call,
): Promise<Message> {
  const { server, key } = asked;
  const signed = key ? sign(request.packet, key, now()) : { packet: request.packet, mac: undefined };
  let packet: Buffer;
  try {
    packet = await askOverTcp(server, signed.packet, (message) => isAnswerTo(request, message), {
      signal,
      timeoutMs,
    });
  } catch (error) {
    if (error instanceof NoAnswer) throw unanswered(error, signal, asked);
    throw error;
  }
  return accepted(packet, request, signed.mac, asked);
}

/** Header only: what else is wrong with an answer is told, and not waited past. */
function isAnswerTo({ id, opcode }: Request, packet: Buffer): boolean {
  return (
    packet.length >= 4 && packet.readUInt16BE(0) === id && packet.readUInt16BE(2) >> 11 === (0x10 | opcode)
  );
}

function accepted(
  packet: Buffer,
  request: Request,
  requestMac: Buffer | undefined,
  asked: FailedRequest,
): Message {
  const message = decoded(packet, asked);
  const rcode = rcodeName(message.rcode);
  if (!isAbout(message, request)) throw unreliable('is about another name', asked);
  const isProved = requestMac === undefined || isProvedBy(packet, message, requestMac, asked);
  const tsigError = requestMac && message.tsig && tsigErrorName(message.tsig.error);
  if (tsigError) throw tsigRefused(tsigError, message.tsig!, isProved, asked);
  const isSuccess = rcode === 'NOERROR' || (rcode === 'NXDOMAIN' && request.opcode === OPCODE.QUERY);
  // What a prerequisite tells is acted on as an answer is.
  if (!isProved && (isSuccess || PREREQUISITE_RCODES.has(rcode)))
    throw unreliable('is not signed', asked, 'The server must sign its answers with the key of the request.');
  if (!isSuccess) throw refused(rcode, isProved, asked);
  if (message.isTruncated) throw unreliable('is cut short', asked);
  return message;
}

function decoded(packet: Buffer, asked: FailedRequest): Message {
  try {
    return decodeMessage(packet);
  } catch (error) {
    throw unreliable(`cannot be read (${(error as Error).message})`, asked);
  }
}

/** An update's answer, and one that tells of an error, may leave the question out (RFC 2136 section 3.8). */
function isAbout({ questions, rcode }: Message, { name, type, opcode }: Request): boolean {
  const [question] = questions;
  if (!question) return opcode === OPCODE.UPDATE || rcode !== 0;
  return questions.length === 1 && question.name === name && question.type === type;
}

/**
 * False: not signed at all, which is how a server answers that cannot check our signature (RFC 8945 section 5.2).
 *
 * @throws DnsError `PROTOCOL` for a signature that is not the server's
 */
function isProvedBy(packet: Buffer, { tsig }: Message, requestMac: Buffer, asked: FailedRequest): boolean {
  if (!tsig || tsig.mac.length === 0) return false;
  if (!isSigned(packet, tsig, asked.key!, requestMac))
    throw unreliable(
      'has a wrong signature',
      asked,
      'Somebody on the way may have changed it, or the server signs with another key.',
    );
  const isAboutTime = tsigErrorName(tsig.error) === 'BADTIME';
  if (!isAboutTime && Math.abs(now() - tsig.timeSigned) > FUDGE_SECONDS)
    throw unreliable('was signed at another time than now', asked, 'Set both clocks by NTP.');
  return true;
}

/** Seconds since 1970. */
function now(): number {
  return Math.floor(Date.now() / 1_000);
}

function tooLarge(zone: string): DnsError {
  return new DnsError('QUOTA_EXCEEDED', `The change in ${zone} does not fit in one DNS message.`, {
    provider: manifest.id,
    hint: 'A record set that is changed has to fit in 64 KiB with all its values: take old ones away.',
  });
}
