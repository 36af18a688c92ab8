export { defineConformanceSuite } from './conformance.js';
export type * from './facts.js';
export type { SuiteOptions, TestFunction } from './suite.js';
export type * from './world.js';
