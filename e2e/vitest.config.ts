import { defineProject } from 'vitest/config';

export default defineProject({
  test: {
    maxWorkers: 2,
    sequence: { groupOrder: 2 },
    name: 'e2e',
    include: ['*.test.ts'],
    // A client that asks again and again waits longer each time; most of a test is that.
    testTimeout: 180_000,
    hookTimeout: 60_000,
    maxConcurrency: 4,
    // Pebble asks its resolver once, for two seconds: on a busy machine that is too short now and then, and says nothing of domainproof.
    retry: 2,
  },
});
