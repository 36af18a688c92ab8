import { defineProject } from 'vitest/config';

export default defineProject({
  test: {
    maxWorkers: 2,
    sequence: { groupOrder: 0 },
    name: 'cli',
    // The template of create-provider works as it stands, but for the package.json, which has another name here.
    include: ['test/**/*.test.ts', 'templates/provider/test/**/*.test.ts'],
    exclude: ['templates/provider/test/package.test.ts'],
    testTimeout: 30_000,
  },
});
