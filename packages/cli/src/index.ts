export { type DomainproofConfig, defineConfig, type ProviderEntry } from './config/define-config.js';
export type { ErrorJson, Leftover } from './errors.js';
export { EXIT, type ExitCode } from './exit-codes.js';
export type { Io, OutputStream } from './io.js';
export { run } from './run.js';
