import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.js';

// Split in both formats: what loads with the first call has a file of its own.
export default defineConfig({ ...base, splitting: true });
