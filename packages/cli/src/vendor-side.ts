import {
  type Call,
  type DnsProvider,
  type Finding,
  type Fqdn,
  isDnsError,
  isWithin,
  type RecordKey,
  type RecordSet,
  type Zone,
} from '@domainproof/core';
import type { DiagnosedFinding, Diagnosis, Evidence, Operator } from '@domainproof/propagation-verifier';
import { mayServe, operatorOf, serversOf } from './operator.js';
import { showName, showValue } from './output/record-text.js';

/** Values of a set that evidence quotes. */
const QUOTED = 4;

/** A name, or a record, as `doctor` was asked about it. */
export interface Subject {
  name: Fqdn;
  type?: string;
  value?: string;
}

/** What an account knows that DNS does not show. */
export interface VendorSide {
  operator: Operator;
  findings: readonly DiagnosedFinding[];
}

/** Asks a provider for the zone of the name and for the record. Reads only; an account that cannot be asked is a finding. */
export async function askVendor(
  provider: DnsProvider,
  title: string,
  subject: Subject,
  call: Call,
): Promise<VendorSide> {
  try {
    const zones = await provider.findZones(subject.name, call);
    const [zone] = zones
      .filter(({ name }) => isWithin(subject.name, name))
      .sort((one, other) => other.name.length - one.name.length);
    if (!zone) return { operator: operatorOf(provider, title, []), findings: [] };
    const findings = await findingsIn(provider, title, zone, subject, call);
    return { operator: operatorOf(provider, title, await serversOf(provider, zone, call)), findings };
  } catch (error) {
    if (call.signal.aborted || !isDnsError(error)) throw error;
    const finding: Finding = {
      code: 'PROVIDER_NOT_ASKED',
      severity: 'info',
      message: `${title} could not be asked what its account holds: ${error.message}`,
      remedy:
        error.hint ?? 'What DNS itself shows is told all the same; for the rest, look into the console.',
    };
    return { operator: operatorOf(provider, title, []), findings: [{ ...finding, evidence: [] }] };
  }
}

/**
 * The diagnosis with what the accounts know. An account that the domain is not delegated to explains nothing, so there it is
 * only worth knowing. That an account lacks the record is left out if it is visible, or if something graver explains why it is not;
 * where it is told, nobody is told to wait for it.
 */
export function withVendorSides(diagnosis: Diagnosis, sides: readonly VendorSide[]): Diagnosis {
  const isExplained = diagnosis.visible || diagnosis.findings.some(({ severity }) => severity === 'fatal');
  const findings = sides.flatMap(({ operator, findings: own }) =>
    own
      .filter(({ code }) => !(isExplained && code === 'NOT_IN_ACCOUNT'))
      .map((finding) =>
        mayServe(operator, diagnosis.delegation) ? finding : { ...finding, severity: 'info' as const },
      ),
  );
  const isMissing = findings.some(({ code, severity }) => code === 'NOT_IN_ACCOUNT' && severity !== 'info');
  const seen = diagnosis.findings.filter(({ code }) => !(isMissing && code === 'NOT_VISIBLE_YET'));
  return { ...diagnosis, findings: [...findings, ...seen] };
}

async function findingsIn(
  provider: DnsProvider,
  title: string,
  zone: Zone,
  { name, type, value }: Subject,
  call: Call,
): Promise<readonly DiagnosedFinding[]> {
  const saw = (question: string, answer: string): Evidence[] => [
    { server: `${title} API`, question, answer, at: new Date().toISOString() },
  ];
  const zoneName = showName(zone.name);
  if (zone.status === 'inactive')
    return [
      {
        code: 'PAUSED',
        severity: 'fatal',
        message: `${title} holds the zone ${zoneName}, but does not serve it: it is paused, frozen or expired.`,
        remedy:
          'Enable the zone in the console, or settle what froze it (arrears, real-name verification, expiry).',
        evidence: saw(`zone ${zoneName}`, 'inactive'),
      },
    ];
  if (type === undefined || value === undefined || !provider.capabilities.types.includes(type)) return [];
  const key: RecordKey = { name, type, line: 'default' };
  const set = await provider.readRecordSet(zone, key, call);
  const explained = (await provider.explain?.(zone, key, call)) ?? [];
  const question = `${showName(name)} ${type} on the default line`;
  return [
    ...recordFindings(title, zoneName, question, set, value).map((finding) => ({
      ...finding,
      evidence: saw(question, describeSet(set)),
    })),
    ...explained.map((finding) => ({ ...finding, evidence: saw(question, describeSet(set)) })),
  ];
}

function recordFindings(
  title: string,
  zone: string,
  question: string,
  set: RecordSet | undefined,
  value: string,
): Finding[] {
  if (!set?.values.includes(value))
    return [
      {
        code: 'NOT_IN_ACCOUNT',
        severity: 'warning',
        message: `The zone ${zone} at ${title} has no such value at ${question}.`,
        remedy:
          'Write it: domainproof prove with the same words. If the console shows it, compare its line, name and value with what was asked for.',
      },
    ];
  if (set.unserved === undefined) return [];
  return [
    {
      code: 'PAUSED',
      severity: 'fatal',
      message: `${title} holds the value, but does not serve it: the status of ${question} is ${set.unserved}.`,
      remedy: 'Enable the record in the console, or settle what froze it.',
    },
  ];
}

function describeSet(set: RecordSet | undefined): string {
  if (!set || set.values.length === 0) return 'not there';
  const quoted = set.values.slice(0, QUOTED).map(showValue);
  const more = set.values.length > QUOTED ? ` and ${set.values.length - QUOTED} more` : '';
  return `${set.unserved ?? 'served'} ${quoted.join(', ')}${more} TTL ${set.ttl}`;
}
