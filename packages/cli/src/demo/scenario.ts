import { type DesiredRecord, isWithin, toFqdn } from '@domainproof/core';
import type { SimulatedZone, Simulator } from '@domainproof/simulator';

/** A value that stands at a challenge's name before the demo and must stand there afterwards. */
export interface ForeignValue {
  zone: SimulatedZone;
  name: string;
  value: string;
}

export interface Scenario {
  zones: readonly SimulatedZone[];
  foreign: readonly ForeignValue[];
}

const FOREIGN_TEXT = 'written by another tool';

/** Exists in the simulated parent, and neither cloud hosts it. */
const ELSEWHERE = toFqdn('example.org');

/**
 * The zones that the records need: example.com at Huawei Cloud, example.net at Alibaba Cloud, and for other names
 * their last two labels, at the two clouds in turn. A value of someone else stands at every TXT name.
 */
export function scenarioFor(records: readonly DesiredRecord[]): Scenario {
  const zones: SimulatedZone[] = [
    { name: 'example.com', cloud: 'huaweicloud' },
    { name: 'example.net', cloud: 'alidns' },
  ];
  for (const { name } of records) {
    const known = zones.some((zone) => isWithin(toFqdn(name), toFqdn(zone.name)));
    if (known || isWithin(toFqdn(name), ELSEWHERE)) continue;
    const apex = name.split('.').slice(-3, -1).join('.');
    zones.push({ name: apex, cloud: zones.length % 2 === 0 ? 'huaweicloud' : 'alidns' });
  }
  const textNames = [...new Set(records.filter(({ type }) => type === 'TXT').map(({ name }) => name))];
  const foreign = textNames.flatMap((name) => {
    const zone = zones.find((candidate) => isWithin(toFqdn(name), toFqdn(candidate.name)));
    return zone ? [{ zone, name, value: FOREIGN_TEXT }] : [];
  });
  return {
    zones: zones.map((zone) => ({
      ...zone,
      records: foreign
        .filter((planted) => planted.zone === zone)
        .map(({ name, value }) => ({ name, type: 'TXT', value })),
    })),
    foreign,
  };
}

/** Whether a value is in the simulated account, by the simulator's own records. */
export function isStored(
  simulator: Simulator,
  zones: readonly SimulatedZone[],
  record: { name: string; type: string; value: string },
): boolean {
  return zones
    .flatMap((zone) => simulator.records(zone.cloud, zone.name))
    .some((set) => set.name === record.name && set.type === record.type && set.values.includes(record.value));
}
