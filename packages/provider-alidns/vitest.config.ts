import { defineProject } from 'vitest/config';

export default defineProject({
  test: {
    maxWorkers: 2,
    sequence: { groupOrder: 0 },
    name: 'provider-alidns',
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
