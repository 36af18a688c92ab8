import type { SimulatedCall } from '@domainproof/simulator';

/** How often each cloud's API was called, by operation. */
export type CallCount = Record<
  'huaweicloud' | 'alidns',
  { total: number; operations: Record<string, number> }
>;

/** Counts calls of the simulator's log. */
export function countCalls(calls: readonly SimulatedCall[]): CallCount {
  const counts: CallCount = {
    huaweicloud: { total: 0, operations: {} },
    alidns: { total: 0, operations: {} },
  };
  for (const { cloud, operation } of calls) {
    const { operations } = counts[cloud];
    counts[cloud].total += 1;
    operations[operation] = (operations[operation] ?? 0) + 1;
  }
  return counts;
}

/** `huaweicloud 3 (ListPublicZones, CreateRecordSet 2), alidns 2 (AddDomainRecord 2)`. */
export function describeCalls(counts: CallCount): string {
  return Object.entries(counts)
    .map(([cloud, { total, operations }]) => {
      const parts = Object.entries(operations).map(([name, times]) =>
        times > 1 ? `${name} ${times}` : name,
      );
      return parts.length > 0 ? `${cloud} ${total} (${parts.join(', ')})` : `${cloud} 0`;
    })
    .join(', ');
}
