import { createHmac } from 'node:crypto';
import { KNOWN_KEYS, type TsigKey } from './keys.js';
import { COUNTS_AT, TSIG, tsigOf, wireName } from './message.js';

const ANY = 255;

/** The fields of a signature that a server or an attacker may choose. */
export interface SignatureFields {
  /** Seconds since 1970. Default: now. */
  seconds?: number;
  /** Seconds. Default 300. */
  fudge?: number;
  /** Default 0. */
  error?: number;
  /** Default: none. */
  other?: Buffer;
  /** The MAC of the request, for an answer. */
  requestMac?: Buffer;
}

/** Written from RFC 8945 and not from the adapter, so that each checks the other. */
export function signed(bare: Buffer, key: TsigKey, fields: SignatureFields = {}): Buffer {
  const {
    seconds = Math.floor(Date.now() / 1_000),
    fudge = 300,
    error = 0,
    other = Buffer.alloc(0),
    requestMac,
  } = fields;
  const time = Buffer.alloc(8);
  time.writeUIntBE(seconds, 0, 6);
  time.writeUInt16BE(fudge, 6);
  const keyName = wireName(key.name);
  const algorithm = wireName(key.algorithm);
  const end = Buffer.concat([uint16(error), uint16(other.length), other]);
  const mac = createHmac(key.algorithm.replace('hmac-', ''), Buffer.from(key.secret, 'base64'))
    .update(requestMac ? Buffer.concat([uint16(requestMac.length), requestMac]) : '')
    .update(bare)
    .update(Buffer.concat([keyName, uint16(ANY), Buffer.alloc(4), algorithm, time, end]))
    .digest();
  const data = Buffer.concat([algorithm, time, uint16(mac.length), mac, bare.subarray(0, 2), end]);
  const head = Buffer.concat([keyName, uint16(TSIG), uint16(ANY), Buffer.alloc(4), uint16(data.length)]);
  const message = Buffer.concat([bare, head, data]);
  message.writeUInt16BE(message.readUInt16BE(COUNTS_AT.additional) + 1, COUNTS_AT.additional);
  return message;
}

/** A message without its signature. */
export function unsigned(message: Buffer): Buffer {
  const tsig = tsigOf(message);
  if (!tsig) return message;
  const bare = Buffer.from(message.subarray(0, tsig.at));
  bare.writeUInt16BE(bare.readUInt16BE(COUNTS_AT.additional) - 1, COUNTS_AT.additional);
  return bare;
}

/** Signs an answer as the server would, with the key that the request names. Without a key in the request, or with one that no server knows, it stays as it is. */
export function signedAnswer(answer: Buffer, request: Buffer): Buffer {
  const tsig = tsigOf(request);
  const key = KNOWN_KEYS.find(({ name }) => name === tsig?.name);
  return tsig && key ? signed(answer, key, { requestMac: tsig.mac }) : answer;
}

function uint16(number: number): Buffer {
  return Buffer.from([number >> 8, number & 0xff]);
}
