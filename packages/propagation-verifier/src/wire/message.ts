import { canonicalValue } from '@domainproof/core';
import { type Answer, type DecodedPacket, decode, type OptAnswer } from 'dns-packet';

interface Owned {
  /** In lower case with final dot. */
  name: string;
  /** Seconds. */
  ttl: number;
}

/** What this package reads of a record. Names are in lower case with final dot. Records of other types and classes are left out. */
export type ResourceRecord = Owned &
  (
    | { type: 'TXT'; strings: readonly Buffer[] /** The strings joined. */; text: Buffer }
    | { type: 'CNAME' | 'NS'; target: string }
    | { type: 'A' | 'AAAA'; address: string }
    | { type: 'SOA'; serial: number /** Seconds. */; minimum: number }
    | { type: 'CAA'; critical: boolean; tag: string; value: string }
    | { type: 'DS'; keyTag: number; algorithm: number; digestType: number; digest: Buffer }
    | { type: 'DNSKEY'; keyTag: number; flags: number; algorithm: number }
    | {
        type: 'RRSIG';
        covered: string;
        keyTag: number;
        /** Seconds since 1970. */
        inception: number;
        expiration: number;
        signer: string;
      }
  );

/** An extended error (RFC 8914). */
export interface ExtendedError {
  code: number;
  text: string;
}

export interface Message {
  /** `NOERROR`, `NXDOMAIN`, …; `RCODE_16` and up for the extended codes of EDNS (`BADVERS` is `RCODE_16`). */
  rcode: string;
  authoritative: boolean;
  truncated: boolean;
  recursionAvailable: boolean;
  /** AD: a validating resolver vouches for it. */
  authenticData: boolean;
  /** The OPT record; undefined if the server sent none. */
  edns: Edns | undefined;
  answers: readonly ResourceRecord[];
  authority: readonly ResourceRecord[];
  additional: readonly ResourceRecord[];
  /** Length of the packet. */
  bytes: number;
}

export interface Edns {
  version: number;
  errors: readonly ExtendedError[];
  nsid: Buffer | undefined;
  /** Scope prefix length of an EDNS Client Subnet answer; undefined if the server did not heed the subnet. */
  subnetScope: number | undefined;
}

const HEADER_BYTES = 12;
/** Smallest question and smallest record on the wire: a root or a pointer as the name, and the fixed fields. */
const MIN_QUESTION_BYTES = 5;
const MIN_RECORD_BYTES = 11;
/** No honest answer holds more, and compressed names in many records would cost much time to expand. */
const MAX_RECORDS = 500;

export function isTruncated(packet: Buffer): boolean {
  return (packet[2]! & 0x02) !== 0;
}

/**
 * Reads a packet that `matchResponse` took.
 *
 * @throws Error if it breaks the protocol or holds more records than any honest answer.
 */
export function decodeMessage(packet: Buffer): Message {
  // The library makes arrays of the header's counts before it reads, so that 12 bytes could cost megabytes.
  const records = packet.readUInt16BE(6) + packet.readUInt16BE(8) + packet.readUInt16BE(10);
  const leastBytes = HEADER_BYTES + MIN_QUESTION_BYTES + MIN_RECORD_BYTES * records;
  if (leastBytes > packet.length || records > MAX_RECORDS)
    throw new Error('The header counts more records than the packet holds.');
  const decoded = decode(packet) as DecodedPacket & { rcode: string };
  const opt = decoded.additionals?.find((record): record is OptAnswer => record.type === 'OPT');
  return {
    rcode: opt?.extendedRcode ? `RCODE_${(opt.extendedRcode << 4) | (packet[3]! & 0x0f)}` : decoded.rcode,
    authoritative: decoded.flag_aa,
    truncated: decoded.flag_tc,
    recursionAvailable: decoded.flag_ra,
    authenticData: decoded.flag_ad,
    edns: opt && { version: opt.ednsVersion, errors: [], nsid: undefined, subnetScope: undefined },
    answers: readRecords(decoded.answers),
    authority: readRecords(decoded.authorities),
    additional: readRecords(decoded.additionals),
    bytes: packet.length,
  };
}

function readRecords(records: readonly Answer[] | undefined): ResourceRecord[] {
  return (records ?? []).flatMap((record) => readRecord(record) ?? []);
}

function readRecord(record: Answer): ResourceRecord | undefined {
  if (record.type === 'OPT' || (record as { class?: string }).class !== 'IN') return undefined;
  const owned = { name: absolute(record.name), ttl: (record as { ttl?: number }).ttl ?? 0 };
  switch (record.type) {
    case 'TXT':
      return {
        ...owned,
        type: 'TXT',
        strings: record.data as Buffer[],
        text: Buffer.concat(record.data as Buffer[]),
      };
    case 'CNAME':
    case 'NS':
      return { ...owned, type: record.type, target: absolute(record.data) };
    case 'A':
    case 'AAAA':
      return { ...owned, type: record.type, address: canonicalValue(record.type, record.data) };
    case 'SOA':
      return { ...owned, type: 'SOA', serial: record.data.serial ?? 0, minimum: record.data.minimum ?? 0 };
    case 'CAA':
      return {
        ...owned,
        type: 'CAA',
        critical: record.data.issuerCritical ?? false,
        tag: record.data.tag,
        value: record.data.value,
      };
    case 'DS':
      return { ...owned, type: 'DS', ...record.data };
    default:
      return undefined;
  }
}

function absolute(name: string): string {
  return name === '.' ? name : `${name.toLowerCase()}.`;
}
