import { defineProject } from 'vitest/config';

export default defineProject({ test: { name: 'provider-huaweicloud', include: ['test/**/*.test.ts'] } });
