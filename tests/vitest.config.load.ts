import { defineProject } from 'vitest/config';

/** Tests that take the whole machine: each alone. */
export const LOAD = [
  'many-processes.test.ts',
  'rfc2136-many-processes.test.ts',
  'crash-safety.test.ts',
  'real-servers.test.ts',
];

export default defineProject({
  test: {
    maxWorkers: 1,
    sequence: { groupOrder: 1 },
    name: 'load',
    include: LOAD,
    testTimeout: 60_000,
  },
});
