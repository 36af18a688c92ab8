import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['packages/*', 'tests', 'tests/vitest.config.load.ts', 'e2e'],
    reporters: ['default'],
  },
});
