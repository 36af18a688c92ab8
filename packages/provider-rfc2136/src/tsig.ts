import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { CLASS, TYPE } from './wire/codes.js';
import type { TsigRecord } from './wire/message.js';
import { canonicalName } from './wire/name.js';

/** A shared key (RFC 8945). The secret is a `KeyObject`, so that nothing which prints the key prints the secret. */
export interface TsigKey {
  /** As given, for messages. */
  title: string;
  /** In wire form and lower case. */
  name: Buffer;
  /** Name of the digest in Node: `sha256`. */
  digest: string;
  /** Name of the algorithm in wire form. */
  algorithm: Buffer;
  secret: KeyObject;
}

/** Seconds that two clocks may be apart (recommended in RFC 8945 section 10). */
export const FUDGE_SECONDS = 300;

const ADDITIONAL_COUNT_AT = 10;

export interface Signed {
  packet: Buffer;
  mac: Buffer;
}

/** @param seconds the time, in seconds since 1970 */
export function sign(packet: Buffer, key: TsigKey, seconds: number): Signed {
  const signed = { timeSigned: seconds, fudge: FUDGE_SECONDS, error: 0, otherData: Buffer.alloc(0) };
  const mac = macOf(key, undefined, packet, signed);
  const rdata = Buffer.concat([
    key.algorithm,
    times(signed),
    uint16(mac.length),
    mac,
    packet.subarray(0, 2),
    uint16(0),
    uint16(0),
  ]);
  const head = Buffer.concat([uint16(TYPE.TSIG), uint16(CLASS.ANY), Buffer.alloc(4), uint16(rdata.length)]);
  const whole = Buffer.concat([packet, key.name, head, rdata]);
  whole.writeUInt16BE(whole.readUInt16BE(ADDITIONAL_COUNT_AT) + 1, ADDITIONAL_COUNT_AT);
  return { packet: whole, mac };
}

/**
 * Whether a response was signed with the key, for this very request. A MAC that was cut short is none here: no server cuts it
 * unless it is set up to.
 */
export function isSigned(packet: Buffer, tsig: TsigRecord, key: TsigKey, requestMac: Buffer): boolean {
  if (!canonicalName(tsig.keyName).equals(key.name)) return false;
  if (!canonicalName(tsig.algorithm).equals(key.algorithm)) return false;
  const bare = Buffer.from(packet.subarray(0, tsig.offset));
  bare.writeUInt16BE(tsig.originalId, 0);
  bare.writeUInt16BE(bare.readUInt16BE(ADDITIONAL_COUNT_AT) - 1, ADDITIONAL_COUNT_AT);
  const expected = macOf(key, requestMac, bare, tsig);
  return tsig.mac.length === expected.length && timingSafeEqual(tsig.mac, expected);
}

/** Section 4.3.3: the MAC of the request for a response, the message, and the fields of the TSIG record. */
function macOf(
  key: TsigKey,
  requestMac: Buffer | undefined,
  packet: Buffer,
  tsig: Pick<TsigRecord, 'timeSigned' | 'fudge' | 'error' | 'otherData'>,
): Buffer {
  const hmac = createHmac(key.digest, key.secret);
  if (requestMac) hmac.update(uint16(requestMac.length)).update(requestMac);
  return hmac
    .update(packet)
    .update(key.name)
    .update(uint16(CLASS.ANY))
    .update(Buffer.alloc(4))
    .update(key.algorithm)
    .update(times(tsig))
    .update(uint16(tsig.error))
    .update(uint16(tsig.otherData.length))
    .update(tsig.otherData)
    .digest();
}

function times({ timeSigned, fudge }: Pick<TsigRecord, 'timeSigned' | 'fudge'>): Buffer {
  const octets = Buffer.alloc(8);
  octets.writeUIntBE(timeSigned, 0, 6);
  octets.writeUInt16BE(fudge, 6);
  return octets;
}

function uint16(number: number): Buffer {
  return Buffer.from([number >> 8, number & 0xff]);
}
