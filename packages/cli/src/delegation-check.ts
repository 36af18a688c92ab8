import type { DnsProvider, Lease } from '@domainproof/core';
import type { Delegation, DiagnosedFinding, Report } from '@domainproof/propagation-verifier';
import { showName } from './output/record-text.js';

/**
 * What is odd about writing to a zone that the world is not pointed to: a finding for each such zone, by the zone's name.
 * A vendor also serves under names that customers choose, so this is a warning and no error.
 */
export function zonesDelegatedElsewhere(
  leases: readonly Lease[],
  delegations: readonly Delegation[],
  providers: readonly DnsProvider[],
): Map<string, DiagnosedFinding> {
  const findings = new Map<string, DiagnosedFinding>();
  for (const { zone, provider: id } of leases) {
    const provider = providers.find((candidate) => candidate.id === id);
    const hosts = delegations
      .find((delegation) => delegation.zone === zone)
      ?.nameServers.map(({ host }) => showName(host));
    if (!provider || !hosts || provider.capabilities.nameServerPatterns.length === 0) continue;
    const isOwn = hosts.some((host) =>
      provider.capabilities.nameServerPatterns.some((pattern) => pattern.test(host)),
    );
    if (isOwn) continue;
    findings.set(zone, {
      evidence: [],
      code: 'NOT_DELEGATED_HERE',
      severity: 'warning',
      message: `${showName(zone)} is delegated to ${hosts.join(', ')}, which are no known name servers of ${id}.`,
      remedy: `Add the record where the domain is served, or change its name servers at the registrar to those of ${id}.`,
    });
  }
  return findings;
}

/** The report with the finding of its zone at every record that did not become visible. */
export function withZoneFindings(report: Report, findings: ReadonlyMap<string, DiagnosedFinding>): Report {
  return {
    ...report,
    records: report.records.map((record) => {
      const finding = record.visible || record.zone === null ? undefined : findings.get(record.zone);
      return finding ? { ...record, findings: [finding, ...record.findings] } : record;
    }),
  };
}
