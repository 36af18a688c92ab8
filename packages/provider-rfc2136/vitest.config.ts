import { defineProject } from 'vitest/config';

export default defineProject({
  test: {
    name: 'provider-rfc2136',
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
