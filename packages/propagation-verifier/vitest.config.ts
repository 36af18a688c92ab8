import { defineProject } from 'vitest/config';

export default defineProject({
  test: {
    maxWorkers: 1,
    sequence: { groupOrder: 1 },
    name: 'propagation-verifier',
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
  },
});
