import { defineProject } from 'vitest/config';

export default defineProject({
  test: { name: 'propagation-verifier', include: ['test/**/*.test.ts'], testTimeout: 30_000 },
});
