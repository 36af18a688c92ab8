import { defineProject } from 'vitest/config';

export default defineProject({
  test: {
    maxWorkers: 2,
    sequence: { groupOrder: 0 },
    name: 'provider-huaweicloud',
    include: ['test/**/*.test.ts'],
    // No test waits for long by itself, but the machine may have other work.
    testTimeout: 60_000,
  },
});
