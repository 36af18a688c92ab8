import { subnetOption } from './client-subnet.js';
import { OPTION, TYPE } from './codes.js';
import { MalformedPacket } from './malformed.js';
import type { Edns, ExtendedError } from './message.js';
import type { PacketReader } from './reader.js';

/** The largest UDP answer that passes without fragments nearly everywhere (DNS flag day 2020). */
const UDP_PAYLOAD_OCTETS = 1_232;
const DNSSEC_OK = 0x8000;
const NO_OPTIONS = Buffer.alloc(0);
/** An empty option: code and length. */
const NSID_REQUEST = Buffer.from([0, OPTION.NSID, 0, 0]);

export const OPT_HEAD_OCTETS = 11;

export interface EdnsRequest {
  dnssec?: boolean | undefined;
  clientSubnet?: string | undefined;
  nsid?: boolean | undefined;
}

/**
 * The options of a query, encoded.
 *
 * @throws DnsError `INVALID_VALUE` for a client subnet that is none.
 */
export function encodeOptions({ clientSubnet, nsid }: EdnsRequest): Buffer {
  const subnet = clientSubnet === undefined ? NO_OPTIONS : subnetOption(clientSubnet);
  return nsid ? Buffer.concat([subnet, NSID_REQUEST]) : subnet;
}

/** Writes the OPT record (RFC 6891 section 6.1.2), version 0. Returns the offset after it. */
export function writeOpt(bytes: Buffer, start: number, dnssec: boolean, options: Buffer): number {
  bytes[start] = 0;
  bytes.writeUInt16BE(TYPE.OPT, start + 1);
  bytes.writeUInt16BE(UDP_PAYLOAD_OCTETS, start + 3);
  bytes.writeUInt16BE(0, start + 5);
  bytes.writeUInt16BE(dnssec ? DNSSEC_OK : 0, start + 7);
  bytes.writeUInt16BE(options.length, start + 9);
  options.copy(bytes, start + OPT_HEAD_OCTETS);
  return start + OPT_HEAD_OCTETS + options.length;
}

/** What an OPT record says; its upper eight bits of the response code aside, which belong to the message. */
export function readOpt(reader: PacketReader, version: number, end: number): Edns {
  const errors: ExtendedError[] = [];
  let nsid: Buffer | undefined;
  let subnetScope: number | undefined;
  while (reader.offset < end) {
    const code = reader.uint16();
    const data = reader.octets(reader.uint16());
    if (reader.offset > end) throw new MalformedPacket('An EDNS option is longer than its record.');
    switch (code) {
      case OPTION.NSID:
        nsid = data;
        break;
      case OPTION.CLIENT_SUBNET:
        if (data.length < 4) throw new MalformedPacket('A client subnet is too short.');
        subnetScope = data[3]!;
        break;
      case OPTION.EXTENDED_ERROR:
        if (data.length < 2) throw new MalformedPacket('An extended error is too short.');
        // Some servers close the text with a null octet, which RFC 8914 section 2 foresees.
        errors.push({ code: data.readUInt16BE(0), text: data.toString('utf8', 2).replace(/\0+$/, '') });
        break;
    }
  }
  return { version, errors, nsid, subnetScope };
}
