import type { DesiredRecord, Lease, ReleaseReport } from '@domainproof/core';
import type { RecordReport } from '@domainproof/propagation-verifier';

/** A record that is written, and what the name servers showed of it. */
export interface Presented {
  lease: Lease;
  /** `report.visible` is false if the time was over first, or if waiting cannot help; then its findings say why. */
  report: Visible | RecordReport;
}

/** Every name server shows the record. */
export interface Visible {
  visible: true;
  /** Milliseconds from the start of the wait. */
  elapsedMs: number;
}

/**
 * Challenge records of a program that stays: those that are asked for at about the same time become one write for each record set and one
 * wait for all of them.
 */
export interface Challenges {
  /**
   * Writes a record, then waits until every name server shows it.
   *
   * @param signal ends this caller's waiting; what others asked for goes on, and what was written stays
   * @throws DnsError if it cannot be written; what may have been written is in the journal
   */
  present(record: DesiredRecord, signal?: AbortSignal): Promise<Presented>;
  /**
   * Takes the value away: by its lease, whichever process made it; a value that no lease of the journal covers as it is found at the
   * provider. A value that was there before its lease is kept.
   */
  cleanup(record: DesiredRecord, signal?: AbortSignal): Promise<ReleaseReport['outcome']>;
  /** Resolved when nothing is under way any more. What is asked for later is refused with `ABORTED`. */
  close(): Promise<void>;
}
