import { type Call, type RecordKey, toFqdn } from '@domainproof/core';
import { alidns } from '@domainproof/provider-alidns';
import { huaweicloud } from '@domainproof/provider-huaweicloud';
import { type Simulator, startSimulator } from '@domainproof/simulator';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

const clouds = [
  { cloud: 'huaweicloud', zone: 'example.com', open: huaweicloud },
  { cloud: 'alidns', zone: 'example.net', open: alidns },
] as const;
const call: Call = {
  signal: new AbortController().signal,
  log: { debug() {}, info() {}, warn() {} },
  onApiCall() {},
};

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

test.each(clouds)(
  'what $cloud is given as a TXT value is read back as the same, and removed by it',
  {
    timeout: 300_000,
  },
  async ({ zone: zoneName, open }) => {
    const provider = open({ environment: simulator.env });
    const [zone] = await provider.findZones(toFqdn(zoneName), call);
    if (zone === undefined) throw new Error('The simulator lost its zone.');
    const key: RecordKey = { name: toFqdn(`_dnsauth.${zoneName}`), type: 'TXT', line: 'default' };
    const { txtBytes, txtForbidden } = provider.capabilities.limits;
    const unit = fc.oneof(
      fc.constantFrom(
        'a',
        ' ',
        ';',
        '=',
        'é',
        '中',
        '😀',
        '👩‍👩‍👧',
        '\u00a0',
        "'",
        '`',
        '&',
        '+',
        '%20',
        '<',
      ),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    );
    const text = fc
      .oneof(
        fc.string({ unit, minLength: 1, maxLength: 80 }),
        fc.string({ unit, minLength: 1, maxLength: Math.floor(txtBytes / 4), size: 'max' }),
      )
      // The canonical form of a raw value: white space around it is dropped.
      .map((value) => value.trim())
      .filter((value) => value !== '' && Buffer.byteLength(value) <= txtBytes)
      .filter(
        (value) => ![...(txtForbidden?.characters ?? '')].some((character) => value.includes(character)),
      );
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const change = { key, ttl: 600, add: [], remove: [] };
        await provider.applyChange(zone, undefined, { ...change, add: [value] }, call);
        const set = await provider.readRecordSet(zone, key, call);
        expect(set?.values).toEqual([value]);
        await provider.applyChange(zone, set, { ...change, remove: [value] }, call);
        expect((await provider.readRecordSet(zone, key, call))?.values ?? []).toEqual([]);
      }),
      { numRuns: 60, endOnFailure: true }, // To shrink a long value takes minutes.
    );
  },
);
