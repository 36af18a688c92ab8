import { type Simulator, startSimulator } from '@domainproof/simulator';
import { afterEach, expect, test } from 'vitest';
import { createVerifier } from '../src/index.js';

let simulator: Simulator;
afterEach(() => simulator.close());

function verifier() {
  return createVerifier({ resolvers: [simulator.resolver], authoritativePort: simulator.authoritativePort });
}

const zone = (name: string, cloud: 'huaweicloud' | 'alidns', owner = '_dnsauth') => {
  return { name, cloud, records: [{ name: owner, type: 'TXT', value: `value in ${name}` }] };
};

test('a hosted sub-zone at the other cloud is found through the referral of its parent', async () => {
  simulator = await startSimulator({
    zones: [zone('example.com', 'huaweicloud'), zone('sub.example.com', 'alidns')],
  });
  const name = '_dnsauth.sub.example.com';
  const delegation = await verifier().delegation(name);
  expect(delegation.zone).toBe('sub.example.com.');
  expect(delegation.nameServers.map(({ host }) => host).sort()).toEqual([
    'ns1.alidns.com.',
    'ns2.alidns.com.',
  ]);
  const report = await verifier().wait([{ name, type: 'TXT', value: 'value in sub.example.com' }], {
    timeoutMs: 5_000,
  });
  expect(report.records[0]).toMatchObject({ visible: true, zone: 'sub.example.com.' });
});

test('the zone hint leads to the same servers', async () => {
  simulator = await startSimulator({
    zones: [zone('example.com', 'huaweicloud'), zone('sub.example.com', 'alidns')],
  });
  const delegation = await verifier().delegation('_dnsauth.sub.example.com', { zone: 'sub.example.com' });
  expect(delegation.zone).toBe('sub.example.com.');
});

test('names of two clouds are verified together', async () => {
  simulator = await startSimulator({
    zones: [zone('example.com', 'huaweicloud'), zone('example.net', 'alidns')],
  });
  const report = await verifier().check([
    { name: '_dnsauth.example.com', type: 'TXT', value: 'value in example.com' },
    { name: '_dnsauth.example.net', type: 'TXT', value: 'value in example.net' },
    { name: '_dnsauth.example.net', type: 'TXT', value: 'another' },
  ]);
  expect(report.records.map(({ visible }) => visible)).toEqual([true, true, false]);
  expect(report.ok).toBe(false);
});

test('no question for a challenge name reaches the resolver, so none is remembered as absent there', async () => {
  simulator = await startSimulator();
  await verifier().wait([{ name: '_dnsauth.www.example.com', type: 'TXT', value: 'x' }], { timeoutMs: 300 });
  const asked = simulator.questions
    .filter(({ server }) => server === 'resolver')
    .map(({ name }) => name.toLowerCase());
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((name) => name.includes('_dnsauth') || name.includes('www'))).toEqual([]);
});

test('an unregistered domain is told', async () => {
  simulator = await startSimulator();
  await expect(verifier().delegation('_dnsauth.nowhere-at-all.com')).rejects.toMatchObject({
    code: 'ZONE_NOT_FOUND',
  });
});
