import type { DesiredRecord, ReleaseReport } from '@domainproof/core';
import { count, showRecord } from './record-text.js';

/** The JSON of what was taken away. @param excluded records whose values cannot be there */
export function removalDocument(reports: readonly ReleaseReport[], excluded: readonly DesiredRecord[]) {
  const number = (outcome: ReleaseReport['outcome']) =>
    reports.filter((report) => report.outcome === outcome).length;
  return {
    removed: number('removed'),
    absent: number('absent') + excluded.length,
    kept: number('kept'),
    leases: [
      ...reports.map(({ lease, outcome }) => ({ ...lease, outcome })),
      ...excluded.map(({ name, type, value }) => ({ name, type, value, outcome: 'absent' as const })),
    ],
  };
}

/** The same for people. */
export function removalLines(
  reports: readonly ReleaseReport[],
  excluded: readonly DesiredRecord[],
): string[] {
  const { removed, absent, kept } = removalDocument(reports, excluded);
  return [
    `${count(removed, 'value')} removed, ${absent} gone before, ${kept} kept`,
    ...excluded.map(
      (record) => `${showRecord(record)} is not there: another record at the name excludes it, and stays.`,
    ),
    ...reports
      .filter(({ outcome }) => outcome === 'kept')
      .map(
        ({ lease }) =>
          `${showRecord(lease)} was there before its lease; to remove it all the same, name it in full.`,
      ),
  ];
}
