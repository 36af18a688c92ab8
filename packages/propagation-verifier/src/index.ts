export type * from './types.js';
export { createVerifier } from './verifier.js';
