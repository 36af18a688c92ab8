export type { Clock } from './clock.js';
export { FAILURES, type FailureCode, type FailureFacts } from './diagnosis/codes.js';
export type { CaseLost, Endpoint, Flooded, Received, SendOptions, Transport } from './transport/transport.js';
export type * from './types/index.js';
export { createVerifier } from './verifier.js';
export type { Query } from './wire/query.js';
