export type { AlidnsSwitches } from './alidns/cloud.js';
export type { SimulatedCall } from './call-log.js';
export type { SimulatedQuestion } from './dns/question-log.js';
export type { Fault } from './faults.js';
export type { HuaweicloudSwitches } from './huaweicloud/cloud.js';
export type { SimulatedRecordSet, SimulatedZone } from './scenario.js';
export { type Simulator, type SimulatorOptions, startSimulator } from './simulator.js';
