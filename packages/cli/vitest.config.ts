import { defineProject } from 'vitest/config';

export default defineProject({
  test: {
    name: 'cli',
    // The template of create-provider is a package that works as it stands.
    include: ['test/**/*.test.ts', 'templates/provider/test/**/*.test.ts'],
    testTimeout: 30_000,
  },
});
