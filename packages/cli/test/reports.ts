import type { Fqdn } from '@domainproof/core';
import type {
  DiagnosedFinding,
  Diagnosis,
  PerspectiveReport,
  RecordReport,
  Report,
  ServerReport,
  VerifierEvent,
} from '@domainproof/propagation-verifier';

/** Reports and events as a verifier makes them, with what a test does not care about filled in. */

const fqdn = (name: string) => name as Fqdn;

export function server(given: Partial<ServerReport> = {}): ServerReport {
  const status = given.status ?? 'visible';
  return {
    host: fqdn('ns1.example.net.'),
    address: '192.0.2.1',
    name: fqdn('a.example.net.'),
    zone: fqdn('example.net.'),
    status,
    values: [],
    rttMs: 3,
    visibleAfterMs: null,
    questions: 1,
    history: [{ atMs: 5, status }],
    ...given,
  };
}

export function finding(given: Partial<DiagnosedFinding> = {}): DiagnosedFinding {
  return {
    code: 'OLD_VALUE_ONLY',
    severity: 'warning',
    message: 'Another value is there.',
    remedy: 'Remove it.',
    evidence: [],
    ...given,
  };
}

export function perspective(given: Partial<PerspectiveReport> = {}): PerspectiveReport {
  return {
    name: 'cloudflare',
    region: 'ARIN',
    status: 'visible',
    values: [],
    rttMs: 12,
    clearsInMs: null,
    ...given,
  };
}

export function record(given: Partial<RecordReport> = {}): RecordReport {
  const visible = given.visible ?? true;
  const value = given.value ?? 'v';
  return {
    name: fqdn('a.example.net.'),
    type: 'TXT',
    value,
    values: [value],
    zone: fqdn('example.net.'),
    visible,
    verdict: visible ? 'visible' : 'pending',
    elapsedMs: 1_000,
    chain: [],
    servers: [server({ status: visible ? 'visible' : 'absent' })],
    perspectives: [],
    findings: [],
    ...given,
  };
}

export function report(records: readonly RecordReport[], elapsedMs = 1_000): Report {
  return { ok: records.every(({ visible }) => visible), elapsedMs, questions: 1, records };
}

export function diagnosis(given: Partial<Diagnosis> = {}): Diagnosis {
  return {
    ...record(),
    delegation: {
      zone: fqdn('example.net.'),
      nameServers: [{ host: fqdn('ns1.example.net.'), addresses: ['192.0.2.1'] }],
    },
    ...given,
  };
}

/** Name servers `ns1`, `ns2`, … of a zone, at 127.0.0.1, 127.0.0.2, … */
export function delegationEvent(
  name: string,
  zone: string,
  servers: number,
  target = name,
): VerifierEvent & { type: 'delegation' } {
  return {
    type: 'delegation',
    name: fqdn(name),
    target: fqdn(target),
    zone: fqdn(zone),
    nameServers: Array.from({ length: servers }, (_, index) => ({
      host: fqdn(`ns${index + 1}.${zone}`),
      addresses: [`127.0.0.${index + 1}`],
    })),
  };
}

/** Who an event is about. */
const subject = (name: string, value: string) =>
  ({ name: fqdn(name), recordType: 'TXT', value, elapsedMs: 1 }) as const;

export function answerEvent(name: string, value: string, given: Partial<ServerReport>): VerifierEvent {
  return { type: 'answer', ...subject(name, value), server: server({ name: fqdn(name), ...given }) };
}

export function findingEvent(name: string, value: string, given: Partial<DiagnosedFinding>): VerifierEvent {
  return { type: 'finding', ...subject(name, value), finding: finding(given) };
}

export function perspectiveEvent(
  name: string,
  value: string,
  given: Partial<PerspectiveReport>,
): VerifierEvent {
  return { type: 'perspective', ...subject(name, value), perspective: perspective(given) };
}
