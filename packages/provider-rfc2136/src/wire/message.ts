import { CLASS, TYPE } from './codes.js';
import { nameText } from './name.js';
import { MalformedPacket, PacketReader } from './reader.js';

/*
 * Not dns-packet: it writes class NONE as 0, reads an empty RDATA as if a value were there, decodes text as UTF-8 for better or
 * worse, and does not tell where the TSIG record begins, which its MAC depends on.
 */

export interface Question {
  /** In lower case with final dot. */
  name: string;
  type: number;
}

export interface ResourceRecord extends Question {
  class: number;
  /** Seconds. */
  ttl: number;
  /** Names in it are not compressed. */
  rdata: Buffer;
}

/** The TSIG record at the end of a message (RFC 8945 section 4.2). */
export interface TsigRecord {
  /** Where it begins: the MAC covers what is before. */
  offset: number;
  /** In wire form, as written. */
  keyName: Buffer;
  algorithm: Buffer;
  /** Seconds since 1970. */
  timeSigned: number;
  /** Seconds. */
  fudge: number;
  mac: Buffer;
  originalId: number;
  error: number;
  otherData: Buffer;
}

export interface Message {
  id: number;
  isResponse: boolean;
  opcode: number;
  isAuthoritative: boolean;
  isTruncated: boolean;
  rcode: number;
  /** Called the zone in an UPDATE. */
  questions: readonly Question[];
  answers: readonly ResourceRecord[];
  authority: readonly ResourceRecord[];
  tsig: TsigRecord | undefined;
}

export const HEADER_OCTETS = 12;

/**
 * Reads every record of a packet; its length bounds the work, whatever its header counts.
 *
 * @throws MalformedPacket also for octets after the last record: no signature covers them
 */
export function decodeMessage(packet: Buffer): Message {
  const reader = new PacketReader(packet);
  const id = reader.uint16();
  const flags = reader.uint16();
  const [questionCount, answerCount, authorityCount, additionalCount] = [
    reader.uint16(),
    reader.uint16(),
    reader.uint16(),
    reader.uint16(),
  ] as const;
  const questions = readAll(questionCount, () => {
    const question = { name: nameText(reader.name()), type: reader.uint16() };
    reader.uint16();
    return question;
  });
  const answers = readAll(answerCount, () => readRecord(reader));
  const authority = readAll(authorityCount, () => readRecord(reader));
  let tsig: TsigRecord | undefined;
  for (let left = additionalCount; left > 0; left -= 1) tsig = readAdditional(reader, left === 1);
  if (reader.offset !== packet.length) throw new MalformedPacket('Octets follow the last record.');
  return {
    id,
    isResponse: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 0x0f,
    isAuthoritative: (flags & 0x0400) !== 0,
    isTruncated: (flags & 0x0200) !== 0,
    rcode: flags & 0x0f,
    questions,
    answers,
    authority,
    tsig,
  };
}

function readAll<T>(count: number, read: () => T): T[] {
  const all: T[] = [];
  while (all.length < count) all.push(read());
  return all;
}

interface Head {
  name: Buffer;
  type: number;
  class: number;
  ttl: number;
  /** Offset after the RDATA. */
  end: number;
}

function readHead(reader: PacketReader): Head {
  const name = reader.name();
  const [type, rclass, ttl, length] = [reader.uint16(), reader.uint16(), reader.uint32(), reader.uint16()];
  const end = reader.offset + length;
  if (end > reader.packet.length) throw new MalformedPacket('The packet ends within a record.');
  return { name, type, class: rclass, ttl, end };
}

function readRecord(reader: PacketReader): ResourceRecord {
  const { name, type, class: rclass, ttl, end } = readHead(reader);
  if (type === TYPE.TSIG) throw new MalformedPacket('A TSIG record is not the last one.');
  const rdata = readRdata(reader, type, end);
  if (reader.offset !== end) throw new MalformedPacket('The fields of a record do not fill it.');
  return { name: nameText(name), type, class: rclass, ttl, rdata };
}

/** Names are compressed in types of RFC 1035 only (RFC 3597 section 4). */
function readRdata(reader: PacketReader, type: number, end: number): Buffer {
  switch (reader.offset === end ? undefined : type) {
    case TYPE.CNAME:
    case TYPE.NS:
      return reader.name();
    case TYPE.MX:
      return Buffer.concat([reader.octets(2), reader.name()]);
    case TYPE.SOA:
      return Buffer.concat([reader.name(), reader.name(), reader.octets(20)]);
    default:
      return reader.octets(end - reader.offset);
  }
}

function readAdditional(reader: PacketReader, isLast: boolean): TsigRecord | undefined {
  const offset = reader.offset;
  const { name: keyName, type, class: rclass, ttl, end } = readHead(reader);
  if (type !== TYPE.TSIG) {
    reader.offset = end;
    return undefined;
  }
  if (!isLast) throw new MalformedPacket('A TSIG record is not the last one.');
  if (rclass !== CLASS.ANY || ttl !== 0)
    throw new MalformedPacket('The class or TTL of a TSIG record is wrong.');
  const algorithm = reader.name();
  const timeSigned = reader.octets(6).readUIntBE(0, 6);
  const fudge = reader.uint16();
  const mac = reader.octets(reader.uint16());
  const [originalId, error] = [reader.uint16(), reader.uint16()];
  const otherData = reader.octets(reader.uint16());
  if (reader.offset !== end) throw new MalformedPacket('The fields of a record do not fill it.');
  return { offset, keyName, algorithm, timeSigned, fudge, mac, originalId, error, otherData };
}
