import { defineProject } from 'vitest/config';

export default defineProject({
  test: {
    maxWorkers: 1,
    sequence: { groupOrder: 1 },
    name: 'workspace',
    include: ['*.test.ts'],
    testTimeout: 60_000,
  },
});
