import { configDefaults, defineProject } from 'vitest/config';
import { LOAD } from './vitest.config.load.js';

export default defineProject({
  test: {
    maxWorkers: 2,
    sequence: { groupOrder: 0 },
    name: 'workspace',
    include: ['*.test.ts'],
    exclude: [...configDefaults.exclude, ...LOAD],
    testTimeout: 60_000,
  },
});
