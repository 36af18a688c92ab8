import { abortError, DnsError, type DnsErrorCode, type DnsErrorDetails } from '@domainproof/core';
import { manifest } from './manifest.js';
import { type ServerAddress, serverText } from './server-address.js';
import type { NoAnswer } from './tcp.js';
import { FUDGE_SECONDS, type TsigKey } from './tsig.js';
import type { TsigRecord } from './wire/message.js';

/** What is known about a request that failed. */
export interface FailedRequest {
  operation: string;
  write: boolean;
  server: ServerAddress;
  key: TsigKey | undefined;
  /** The name that was asked for, or the zone of an update. */
  name: string;
}

interface RcodeRow {
  code: DnsErrorCode;
  /** `{name}`, `{key}` and `{server}` are put in. */
  message: string;
  hint?: string;
}

/** Response codes of an update, and those of a question that are no answer (RFC 2136 section 2.2). */
const RCODE_ROWS: Readonly<Record<string, RcodeRow>> = {
  FORMERR: {
    code: 'PROTOCOL',
    message: '{server} does not understand the request (FORMERR).',
    hint: 'It may be no server that takes dynamic updates, or none that knows TSIG.',
  },
  SERVFAIL: {
    code: 'TRANSIENT',
    message: '{server} failed (SERVFAIL).',
    hint: 'Its log tells why; often it may not write its zone file or journal.',
  },
  NOTIMP: {
    code: 'UNSUPPORTED',
    message: '{server} does not take dynamic updates (NOTIMP).',
    hint: 'Switch them on (PowerDNS: dnsupdate=yes), or name the primary server.',
  },
  REFUSED: {
    code: 'FORBIDDEN',
    message: '{server} refuses it for {name} (REFUSED).',
    hint: 'Allow {key} to update the record (BIND: update-policy; Knot: acl; PowerDNS: TSIG-ALLOW-DNSUPDATE), and name the primary server.',
  },
  YXDOMAIN: { code: 'RECORD_CONFLICT', message: 'Another record is at the name (YXDOMAIN).' },
  YXRRSET: { code: 'RECORD_CONFLICT', message: 'A record set is there that must not be (YXRRSET).' },
  NXRRSET: { code: 'RECORD_CONFLICT', message: 'A record set is not as it was read (NXRRSET).' },
  NXDOMAIN: { code: 'RECORD_CONFLICT', message: 'The name is not there (NXDOMAIN).' },
  NOTAUTH: {
    code: 'ZONE_NOT_FOUND',
    message: '{server} does not take updates for the zone {name} (NOTAUTH).',
    hint: 'Name the primary server of the zone. A secondary one says this too, and so does Knot DNS to {key} if it may not update the zone.',
  },
  NOTZONE: {
    code: 'INVALID_NAME',
    message: 'A record does not lie in the zone {name} (NOTZONE).',
    hint: 'Check the zone that was asked for.',
  },
};

/** Codes that tell which prerequisite does not hold. */
export const PREREQUISITE_RCODES: ReadonlySet<string> = new Set(
  Object.keys(RCODE_ROWS).filter((rcode) => RCODE_ROWS[rcode]?.code === 'RECORD_CONFLICT'),
);

/**
 * @param isProved false if the answer should have been signed and was not: then it may come from anybody, and tells
 * nothing about a write
 */
export function refused(rcode: string, isProved: boolean, request: FailedRequest): DnsError {
  const row = RCODE_ROWS[rcode] ?? {
    code: 'PROTOCOL' as const,
    message: `{server} answers with ${rcode}.`,
  };
  // A question has no zone that the server could lack authority for: this is PowerDNS's answer to a key that it does not take.
  if (rcode === 'NOTAUTH' && request.operation.startsWith('Query ')) return unknownKey(rcode, request);
  const doubt = isProved
    ? ''
    : ' The answer is not signed, so this is no proof, and the server may not have accepted the signature.';
  return failure(row.code, `${filled(row.message, request)}${doubt}`, request, {
    vendorCode: rcode,
    hint: row.hint && filled(row.hint, request),
    outcomeUnknown: request.write && (!isProved || rcode === 'SERVFAIL'),
  });
}

function unknownKey(rcode: string, request: FailedRequest): DnsError {
  const { server, key } = request;
  const message = key
    ? `${serverText(server)} does not accept the TSIG key ${key.title} (${rcode}).`
    : `${serverText(server)} wants a signed question (${rcode}).`;
  return failure('AUTH_INVALID', message, request, {
    vendorCode: rcode,
    hint: "Name, algorithm and secret must be those of the server's own key.",
  });
}

function filled(text: string, { name, key, server }: FailedRequest): string {
  return text
    .replaceAll('{name}', name)
    .replaceAll('{server}', serverText(server))
    .replaceAll('{key}', key ? `the key ${key.title}` : "this client's address");
}

/** The server says what is wrong with our signature (RFC 8945 section 5.2). */
export function tsigRefused(
  error: string,
  tsig: TsigRecord,
  isProved: boolean,
  request: FailedRequest,
): DnsError {
  const [server, key] = [serverText(request.server), request.key?.title];
  const digest = request.key?.digest;
  const rows: Record<string, [message: string, hint: string]> = {
    BADKEY: [
      `${server} does not know the TSIG key ${key} with hmac-${digest} (BADKEY).`,
      "Name and algorithm must be those of the server's key statement, letter for letter. Knot says this too of a key that its acl does not let change the record.",
    ],
    BADSIG: [
      `${server} does not accept the signature of the TSIG key ${key} (BADSIG).`,
      "The secret is not the server's: copy it again.",
    ],
    BADTIME: [`The clocks of ${server} and of this machine are too far apart (BADTIME).`, clocks(tsig)],
    BADTRUNC: [
      `${server} wants a longer signature of the TSIG key ${key} (BADTRUNC).`,
      'Set the key up without a shortened algorithm.',
    ],
  };
  const [message, hint] = rows[error] ?? [
    `${server} refuses the signature of the TSIG key ${key} (${error}).`,
  ];
  return failure('AUTH_INVALID', message, request, {
    vendorCode: error,
    hint,
    outcomeUnknown: request.write && !isProved,
  });
}

/** With BADTIME the server tells its own time, in seconds since 1970 (RFC 8945 section 5.2.3). */
function clocks({ otherData, timeSigned }: TsigRecord): string {
  if (otherData.length !== 6) return 'Set both clocks by NTP.';
  const theirs = otherData.readUIntBE(0, 6);
  const apart = Math.abs(theirs - timeSigned);
  return `The server's clock says ${clockText(theirs)}, this machine's ${clockText(timeSigned)}: ${apart} seconds apart, and ${FUDGE_SECONDS} are allowed. Set both by NTP.`;
}

function clockText(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z');
}

/** An answer came, but not one that can be relied on. Whether the write was carried out is looked at by the engine. */
export function unreliable(what: string, request: FailedRequest, hint?: string): DnsError {
  return failure('PROTOCOL', `The answer of ${serverText(request.server)} ${what}.`, request, {
    hint,
    outcomeUnknown: request.write,
    retryable: request.write,
  });
}

export function unanswered(no: NoAnswer, signal: AbortSignal, request: FailedRequest): DnsError {
  const server = serverText(request.server);
  const outcomeUnknown = request.write && no.isSent;
  switch (no.reason) {
    case 'aborted':
      return abortError(signal, { ...facts(request), outcomeUnknown });
    case 'timeout':
      return failure('TIMEOUT', `${server} gave ${no.detail}.`, request, {
        outcomeUnknown,
        hint: no.isSent
          ? undefined
          : 'No connection came about: check the address, and that TCP is let through to the port.',
      });
    case 'unreachable':
      return failure('TRANSIENT', `${server} could not be reached (${no.detail}).`, request, {
        hint: 'Check the address, and that TCP is let through to the port.',
      });
    case 'broken':
      return failure('TRANSIENT', `The connection to ${server} broke (${no.detail}).`, request, {
        outcomeUnknown,
      });
  }
}

function failure(
  code: DnsErrorCode,
  message: string,
  request: FailedRequest,
  details: DnsErrorDetails,
): DnsError {
  return new DnsError(code, message, { ...facts(request), ...details });
}

function facts({ operation }: FailedRequest): Pick<DnsErrorDetails, 'provider' | 'operation'> {
  return { provider: manifest.id, operation };
}
