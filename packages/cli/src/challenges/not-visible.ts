import { DnsError } from '@domainproof/core';
import type { RecordReport } from '@domainproof/propagation-verifier';
import { formatDuration } from '../duration.js';
import { describeSeen } from '../output/chain.js';
import { bySeverity } from '../output/findings.js';
import { showName } from '../output/record-text.js';

/** A record did not become visible in time, or waiting cannot help. It is still there, and leased. */
export class NotVisibleError extends DnsError {
  /** What each name server said, and the findings. */
  readonly report: RecordReport;

  /** `TIMEOUT`, with what the worst finding says to do; `retryable` unless waiting cannot help. */
  constructor(report: RecordReport) {
    const { name, type, elapsedMs, verdict } = report;
    const findings = bySeverity(report.findings);
    const causes = findings.map(({ code, message }) => `${code}: ${message}`);
    const seen = `${showName(name)} ${type} is visible ${describeSeen(report)} after ${formatDuration(elapsedMs)}.`;
    super('TIMEOUT', [seen, ...causes].join(' '), {
      retryable: verdict !== 'blocked',
      hint: findings[0]?.remedy,
    });
    this.report = report;
  }
}
