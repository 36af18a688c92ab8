import { defineProject } from 'vitest/config';

export default defineProject({
  test: {
    maxWorkers: 2,
    sequence: { groupOrder: 0 },
    name: 'provider-testkit',
    include: ['test/**/*.test.ts'],
  },
});
