import type { Simulator, SimulatorOptions } from './simulator.js';

export type { AlidnsSwitches } from './alidns/cloud.js';
export type { SimulatedCall } from './call-log.js';
export type { SimulatedQuestion } from './dns/question-log.js';
export type { Fault } from './faults.js';
export type { RateLimit } from './http/traffic.js';
export type { HuaweicloudSwitches } from './huaweicloud/cloud.js';
export type { PolicyDocument } from './policy.js';
export type { SeededRecord, SimulatedRecordSet, SimulatedZone } from './scenario.js';
export type { Simulator, SimulatorOptions } from './simulator.js';

/**
 * Starts both clouds and their name servers on loopback addresses and ports that the system chooses, without network or root
 * rights. Servers and wire format are loaded by the first call.
 *
 * @throws RangeError for a delay or TTL that is none, TypeError for a policy document that its cloud would not take, Error for zones that cannot be (see `Simulator.addZone`), or the
 * system's error if no port can be bound.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await import('./simulator.js');
  return simulator.startSimulator(options);
}
