import { formatIpv6 } from './address.js';
import { TYPE, typeName } from './codes.js';
import { MalformedPacket } from './malformed.js';
import type { ResourceRecord } from './message.js';
import type { PacketReader } from './reader.js';

const DNSSEC_PROTOCOL = 3;
const RSA_MD5 = 1;

/**
 * The data of one record of class IN, up to `end`; undefined for a type that is not read.
 * The caller checks that exactly the data has been read.
 */
export function readRdata(
  reader: PacketReader,
  type: number,
  end: number,
  name: string,
  ttl: number,
): ResourceRecord | undefined {
  switch (type) {
    case TYPE.TXT:
      return readTxt(reader, end, name, ttl);
    case TYPE.CNAME:
      return { name, ttl, type: 'CNAME', target: reader.domainName() };
    case TYPE.NS:
      return { name, ttl, type: 'NS', target: reader.domainName() };
    case TYPE.A:
      return { name, ttl, type: 'A', address: readIpv4(reader) };
    case TYPE.AAAA:
      return { name, ttl, type: 'AAAA', address: readIpv6(reader) };
    case TYPE.SOA:
      return readSoa(reader, name, ttl);
    case TYPE.CAA:
      return readCaa(reader, end, name, ttl);
    case TYPE.DS:
      return {
        name,
        ttl,
        type: 'DS',
        keyTag: reader.uint16(),
        algorithm: reader.uint8(),
        digestType: reader.uint8(),
        digest: rest(reader, end),
      };
    case TYPE.DNSKEY:
      return readDnskey(reader, end, name, ttl);
    case TYPE.RRSIG:
      return readRrsig(reader, end, name, ttl);
    default:
      return undefined;
  }
}

function readTxt(reader: PacketReader, end: number, name: string, ttl: number): ResourceRecord {
  const strings: Buffer[] = [];
  // One string at least (RFC 1035 section 3.3.14).
  do {
    strings.push(reader.characterString());
  } while (reader.offset < end);
  const text = strings.length === 1 ? strings[0]! : Buffer.concat(strings);
  return { name, ttl, type: 'TXT', strings, text };
}

function readIpv4(reader: PacketReader): string {
  return `${reader.uint8()}.${reader.uint8()}.${reader.uint8()}.${reader.uint8()}`;
}

function readIpv6(reader: PacketReader): string {
  const groups: number[] = [];
  for (let left = 8; left > 0; left -= 1) groups.push(reader.uint16());
  return formatIpv6(groups);
}

function readSoa(reader: PacketReader, name: string, ttl: number): ResourceRecord {
  reader.domainName();
  reader.domainName();
  const serial = reader.uint32();
  // Refresh, retry, expire.
  reader.skip(12);
  return { name, ttl, type: 'SOA', serial, minimum: reader.uint32() };
}

function readCaa(reader: PacketReader, end: number, name: string, ttl: number): ResourceRecord {
  const critical = (reader.uint8() & 0x80) !== 0;
  const tag = reader.octets(reader.uint8()).toString('latin1');
  if (tag === '') throw new MalformedPacket('A CAA record has an empty tag.');
  return { name, ttl, type: 'CAA', critical, tag, value: rest(reader, end).toString() };
}

function readDnskey(
  reader: PacketReader,
  end: number,
  name: string,
  ttl: number,
): ResourceRecord | undefined {
  const data = rest(reader, end);
  if (data.length < 4) throw new MalformedPacket('A DNSKEY record is too short.');
  // A key of another protocol is none (RFC 4034 section 2.1.2).
  if (data[2] !== DNSSEC_PROTOCOL) return undefined;
  return {
    name,
    ttl,
    type: 'DNSKEY',
    keyTag: keyTagOf(data),
    flags: data.readUInt16BE(0),
    algorithm: data[3]!,
  };
}

/** RFC 4034 appendix B. */
function keyTagOf(data: Buffer): number {
  if (data[3] === RSA_MD5) return data.length < 7 ? 0 : data.readUInt16BE(data.length - 3);
  let sum = 0;
  for (let index = 0; index < data.length; index += 1)
    sum += index % 2 === 0 ? data[index]! << 8 : data[index]!;
  return (sum + (sum >>> 16)) & 0xffff;
}

function readRrsig(reader: PacketReader, end: number, name: string, ttl: number): ResourceRecord {
  const covered = typeName(reader.uint16());
  // Algorithm, labels, original TTL.
  reader.skip(6);
  const expiration = reader.uint32();
  const inception = reader.uint32();
  const keyTag = reader.uint16();
  const signer = reader.domainName();
  rest(reader, end);
  return { name, ttl, type: 'RRSIG', covered, keyTag, inception, expiration, signer };
}

function rest(reader: PacketReader, end: number): Buffer {
  if (reader.offset > end) throw new MalformedPacket('A field is longer than its record.');
  return reader.octets(end - reader.offset);
}
