import { defineProject } from 'vitest/config';

export default defineProject({ test: { name: 'provider-testkit', include: ['test/**/*.test.ts'] } });
