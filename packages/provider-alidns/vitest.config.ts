import { defineProject } from 'vitest/config';

export default defineProject({ test: { name: 'provider-alidns', include: ['test/**/*.test.ts'] } });
