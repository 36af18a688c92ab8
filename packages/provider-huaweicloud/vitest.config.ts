import { defineProject } from 'vitest/config';

export default defineProject({
  test: {
    name: 'provider-huaweicloud',
    include: ['test/**/*.test.ts'],
    // No test waits for long by itself, but the machine may have other work.
    testTimeout: 60_000,
  },
});
