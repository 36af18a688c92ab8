import type { ServerReport } from '../types/index.js';
import type { BulkRecord, Mutable } from './record.js';

/** One record that is to be asked at one address. */
export interface Ask {
  record: BulkRecord;
  /** What the address says, taken down here. */
  server: Mutable<ServerReport>;
  round: number;
}

/** Whether anybody still waits for this answer. */
export function isWanted({ record, round }: Ask): boolean {
  return record.round === round;
}

/** What became of a question. */
export interface AskOutcomes {
  /** An authoritative answer with exactly the one text. */
  exact(ask: Ask, rttMs: number, now: number): void;
  /** Any other response to the question, to be read in full. */
  packet(ask: Ask, packet: Buffer, rttMs: number, now: number): void;
  /** Also for a question that is wanted no more. */
  failed(ask: Ask, status: 'timeout' | 'no-route'): void;
}
