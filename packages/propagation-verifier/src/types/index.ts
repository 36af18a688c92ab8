export type * from './delegation.js';
export type * from './events.js';
export type * from './expectation.js';
export type * from './options.js';
export type * from './report.js';
export type * from './verifier.js';
