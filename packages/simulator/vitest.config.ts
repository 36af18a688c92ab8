import { defineProject } from 'vitest/config';

export default defineProject({
  test: {
    maxWorkers: 2,
    sequence: { groupOrder: 0 },
    name: 'simulator',
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
  },
});
