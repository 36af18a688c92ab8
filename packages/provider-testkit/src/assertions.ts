import assert from 'node:assert/strict';
import { type DnsError, type DnsErrorCode, isDnsError } from '@domainproof/core';

/** The `DnsError` that a promise rejects with; of one of the codes, if any are given. */
export async function failureOf(work: Promise<unknown>, ...codes: DnsErrorCode[]): Promise<DnsError> {
  let value: unknown;
  try {
    value = await work;
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error; // A finding of the test itself, and no answer of the adapter.
    assert.ok(isDnsError(error), `rejected with something that is no DnsError: ${String(error)}`);
    if (codes.length > 0)
      assert.ok(
        codes.includes(error.code),
        `expected ${codes.join(' or ')}, got ${error.code}: ${error.message}`,
      );
    return error;
  }
  assert.fail(`expected a rejection, got ${JSON.stringify(value)}`);
}

/** Both lists hold the same values the same number of times. */
export function sameValues(
  actual: readonly string[] | undefined,
  expected: readonly string[],
  what?: string,
): void {
  assert.deepEqual([...(actual ?? [])].sort(), [...expected].sort(), what);
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
