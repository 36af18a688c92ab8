import { type DnsError, isDnsError, type PreparedChange, type Receipt } from '@domainproof/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answer } from './support/answer.js';
import { type Primary, startPrimary } from './support/primary.js';
import { failureOf, key, providerFor, testCall, zone } from './support/provider.js';
import { RCODE } from './support/zone-data.js';

let primary: Primary;
beforeEach(async () => {
  primary = await startPrimary();
});
afterEach(() => primary.close());

const HOSTS = Array.from({ length: 8 }, (_, index) => `_dnsauth.h${index}`);
const nameOf = (index: number) => `_dnsauth.h${index}.example.org.`;

async function prepare(parts: { add?: string[]; remove?: string[] }): Promise<PreparedChange[]> {
  const sets = await providerFor(primary).readRecordSets!(
    zone,
    HOSTS.map((host) => key(host)),
    testCall(),
  );
  primary.requests.splice(0);
  return HOSTS.map((host, index) => ({
    current: sets[index],
    change: { key: key(host), add: [], remove: [], ttl: 120, ...parts },
  }));
}

async function apply(changes: readonly PreparedChange[]) {
  const call = testCall();
  const outcomes = await providerFor(primary).applyChanges!(zone, changes, call);
  return { outcomes, told: call.told };
}

const codes = (outcomes: readonly (Receipt | DnsError)[]) =>
  outcomes.map((outcome) => (isDnsError(outcome) ? outcome.code : 'ok'));

describe('many changes', () => {
  it('are one message, and each has a receipt of its own', async () => {
    primary.put(nameOf(2), 'TXT', ['ours', 'theirs'], 900);
    primary.put(nameOf(3), 'TXT', ['theirs'], 900);
    const { outcomes, told } = await apply(await prepare({ add: ['ours'] }));
    expect(told).toEqual(['Update ok']);
    expect(outcomes.map((outcome) => (outcome as Receipt).present)).toEqual([
      [],
      [],
      ['ours'],
      [],
      [],
      [],
      [],
      [],
    ]);
    expect(primary.held(nameOf(3))).toEqual(['theirs 900', 'ours 900']);
    expect(primary.held(nameOf(7))).toEqual(['ours 120']);
    const removal = await apply(await prepare({ remove: ['ours', 'never there'] }));
    expect(removal.told).toEqual(['Update ok']);
    expect(removal.outcomes.every((outcome) => (outcome as Receipt).absent?.join() === 'never there')).toBe(
      true,
    );
    expect(primary.held(nameOf(3))).toEqual(['theirs 900']);
    expect(primary.held(nameOf(7))).toEqual([]);
  });

  it('take no message if there is nothing to do', async () => {
    const { outcomes, told } = await apply(await prepare({ remove: ['never there'] }));
    expect(told).toEqual([]);
    expect(codes(outcomes)).toEqual(Array(8).fill('ok'));
  });

  it('are split into as many messages as it takes', async () => {
    const { outcomes, told } = await apply(await prepare({ add: ['x'.repeat(20_000)] }));
    expect(told).toEqual(Array(4).fill('Update ok'));
    expect(codes(outcomes)).toEqual(Array(8).fill('ok'));
    for (const { packet } of primary.requests) expect(packet.length).toBeLessThan(48_000);
    const longest = await apply([
      { current: undefined, change: { key: key('long'), add: ['x'.repeat(32_000)], remove: [], ttl: 120 } },
    ]);
    expect(codes(longest.outcomes)).toEqual(['ok']);
  });

  it('are halved until the one is found that is in the way', async () => {
    const changes = await prepare({ add: ['ours'] });
    primary.put(nameOf(5), 'CNAME', ['target.example.net.']);
    const { outcomes, told } = await apply(changes);
    expect(codes(outcomes)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'RECORD_CONFLICT', 'ok', 'ok']);
    expect(told).toHaveLength(7);
    expect(primary.held(nameOf(5))).toEqual([]);
    for (const index of [0, 1, 2, 3, 4, 6, 7]) expect(primary.held(nameOf(index))).toEqual(['ours 120']);
  });

  it('are halved until the one is found that the key may not write', async () => {
    primary.respond = (seen) =>
      seen.message.authority.some(({ name }) => name === nameOf(0))
        ? answer(seen, { rcode: RCODE.REFUSED })
        : undefined;
    const { outcomes } = await apply(await prepare({ add: ['ours'] }));
    expect(codes(outcomes)).toEqual(['FORBIDDEN', ...Array(7).fill('ok')]);
  });

  it('with one that cannot be written carry the others out', async () => {
    const changes = await prepare({ add: ['ours'] });
    const strange = { ...key('_dnsauth.h1'), line: 'telecom' };
    changes[1] = { current: undefined, change: { ...changes[1]!.change, key: strange } };
    primary.put(nameOf(2), 'CNAME', ['target.example.net.']);
    changes[2] = { ...changes[2]!, current: (await prepare({}))[2]?.current };
    const { outcomes, told } = await apply(changes);
    expect(codes(outcomes)).toEqual(['ok', 'UNSUPPORTED', 'RECORD_CONFLICT', ...Array(5).fill('ok')]);
    expect(told).toEqual(['Update ok']);
  });

  it('reject as a whole if nothing was carried out', async () => {
    const changes = await prepare({ add: ['x'.repeat(20_000)] });
    primary.respond = (seen) => answer(seen, { rcode: RCODE.NOTAUTH });
    expect(await failureOf(apply(changes))).toMatchObject({ code: 'ZONE_NOT_FOUND', outcomeUnknown: false });
    expect(primary.requests).toHaveLength(1);
  });

  it('after a lost answer leave it open for its changes, and are not begun for the others', async () => {
    primary.put(nameOf(3), 'TXT', ['theirs'], 900);
    const changes = await prepare({ add: ['x'.repeat(20_000), 'theirs'] });
    primary.respond = (_, own, nth) => {
      const right = own();
      return nth === 2 ? 'reset' : right;
    };
    const { outcomes, told } = await apply(changes);
    expect(codes(outcomes)).toEqual(['ok', 'ok', ...Array(6).fill('TRANSIENT')]);
    expect(outcomes.map((outcome) => isDnsError(outcome) && outcome.outcomeUnknown)).toEqual([
      ...[false, false, true, true],
      ...[false, false, false, false],
    ]);
    expect((outcomes[3] as DnsError).present).toEqual(['theirs']);
    expect(told).toEqual(['Update ok', 'Update TRANSIENT']);
  });

  it('tell it of each if the only message got lost', async () => {
    const changes = await prepare({ add: ['ours'] });
    primary.respond = () => 'reset';
    const { outcomes } = await apply(changes);
    expect(outcomes.every((outcome) => isDnsError(outcome) && outcome.outcomeUnknown)).toBe(true);
  });

  it('are not halved for an answer that proves nothing', async () => {
    const changes = await prepare({ add: ['ours'] });
    primary.respond = (seen) => answer(seen, { rcode: RCODE.REFUSED }, 'unsigned');
    const { outcomes, told } = await apply(changes);
    expect(told).toEqual(['Update REFUSED']);
    expect(outcomes.every((outcome) => isDnsError(outcome) && outcome.outcomeUnknown)).toBe(true);
  });
});
