import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLASS, TYPE } from '../src/wire/codes.js';
import { answer } from './support/answer.js';
import { type Primary, startPrimary } from './support/primary.js';
import { failureOf, key, providerFor, testCall, zone } from './support/provider.js';
import { RCODE } from './support/zone-data.js';

let primary: Primary;
beforeEach(async () => {
  primary = await startPrimary();
});
afterEach(() => primary.close());

const NAME = '_dnsauth.example.org.';

function change(parts: { add?: string[]; remove?: string[]; host?: string; type?: string; ttl?: number }) {
  const { add = [], remove = [], host, type, ttl = 120 } = parts;
  return { key: key(host, type), add, remove, ttl };
}

/** A change of a set that nobody has read, and the messages that it took. */
async function apply(parts: Parameters<typeof change>[0]) {
  const call = testCall();
  const receipt = await providerFor(primary).applyChange(zone, undefined, change(parts), call);
  return { receipt, told: call.told };
}

/** Class, type and number of octets of RDATA. */
const shapes = (index: number, section: 'answers' | 'authority') =>
  primary.requests[index]!.message[section].map(({ name, class: rclass, type, rdata, ttl }) => [
    name,
    rclass,
    type,
    rdata.toString('latin1'),
    ttl,
  ]);

describe('adding', () => {
  it('takes one message where nothing is there, and makes sure of that', async () => {
    const { receipt, told } = await apply({ add: ['one', 'two'] });
    expect(receipt).toEqual({ settled: true, present: [], absent: [] });
    expect(told).toEqual(['Update ok']);
    expect(shapes(0, 'answers')).toEqual([
      [NAME, CLASS.NONE, TYPE.TXT, '', 0],
      [NAME, CLASS.NONE, TYPE.CNAME, '', 0],
    ]);
    expect(shapes(0, 'authority')).toEqual([
      [NAME, CLASS.IN, TYPE.TXT, '\x03one', 120],
      [NAME, CLASS.IN, TYPE.TXT, '\x03two', 120],
    ]);
    expect(primary.held(NAME)).toEqual(['one 120', 'two 120']);
  });

  it('joins what is there: with its TTL, on condition that it is as it was read', async () => {
    primary.put(NAME, 'TXT', ['theirs', 'both'], 900);
    const { receipt, told } = await apply({ add: ['ours', 'both'] });
    expect(receipt).toEqual({ settled: true, present: ['both'], absent: [] });
    expect(told).toEqual(['Update YXRRSET', 'Query TXT ok', 'Update ok']);
    expect(shapes(2, 'answers')).toEqual([
      [NAME, CLASS.IN, TYPE.TXT, '\x06theirs', 0],
      [NAME, CLASS.IN, TYPE.TXT, '\x04both', 0],
    ]);
    expect(primary.held(NAME)).toEqual(['theirs 900', 'both 900', 'ours 900']);
  });

  it('writes nothing if all is there', async () => {
    primary.put(NAME, 'TXT', ['ours']);
    const { receipt, told } = await apply({ add: ['ours'] });
    expect(receipt).toEqual({ settled: true, present: ['ours'], absent: [] });
    expect(told).toEqual(['Update YXRRSET', 'Query TXT ok']);
  });

  it('goes on what was read before, and reads again if that is old', async () => {
    primary.put(NAME, 'TXT', ['theirs']);
    const provider = providerFor(primary);
    const current = await provider.readRecordSet(zone, key(), testCall());
    primary.put(NAME, 'TXT', ['theirs', 'newer']);
    const call = testCall();
    await provider.applyChange(zone, current, change({ add: ['ours'] }), call);
    expect(call.told).toEqual(['Update NXRRSET', 'Query TXT ok', 'Update ok']);
    expect(primary.held(NAME)).toEqual(['theirs 300', 'newer 300', 'ours 300']);
  });

  it('takes a value that another writer put there meanwhile for theirs', async () => {
    primary.put(NAME, 'TXT', ['theirs']);
    const provider = providerFor(primary);
    const current = await provider.readRecordSet(zone, key(), testCall());
    primary.put(NAME, 'TXT', ['theirs', 'ours']);
    const receipt = await provider.applyChange(zone, current, change({ add: ['ours'] }), testCall());
    expect(receipt.present).toEqual(['ours']);
  });

  it('refuses a text beside an alias', async () => {
    primary.put(NAME, 'CNAME', ['target.example.net.']);
    const error = await failureOf(apply({ add: ['ours'] }));
    expect(error).toMatchObject({ code: 'RECORD_CONFLICT', outcomeUnknown: false });
    expect(error.message).toBe(
      'A TXT record cannot be added at _dnsauth.example.org.: a CNAME record is there.',
    );
    expect(primary.held(NAME)).toEqual([]);
  });

  it('makes an alias only where nothing is', async () => {
    const { told } = await apply({ add: ['target.example.net.'], type: 'CNAME' });
    expect(told).toEqual(['Update ok']);
    expect(shapes(0, 'answers')).toEqual([[NAME, CLASS.NONE, TYPE.ANY, '', 0]]);
    const again = await apply({ add: ['target.example.net.'], type: 'CNAME' });
    expect(again.receipt.present).toEqual(['target.example.net.']);
    const other = await failureOf(apply({ add: ['other.example.net.'], type: 'CNAME' }));
    expect(other.message).toContain('another CNAME record is there');
  });

  it('names what is in the way of an alias', async () => {
    primary.put(NAME, 'TXT', ['theirs']);
    const error = await failureOf(apply({ add: ['target.example.net.'], type: 'CNAME' }));
    expect(error.message).toContain('a TXT record is there');
  });

  it('is not misled by a wildcard that holds the very value', async () => {
    primary.put('*.example.org.', 'TXT', ['ours']);
    const { receipt } = await apply({ add: ['ours'] });
    expect(receipt.present).toEqual([]);
    expect(primary.held(NAME)).toEqual(['ours 120']);
  });

  it('refuses what a set of BIND does not hold', async () => {
    const theirs = Array.from({ length: 100 }, (_, index) => `theirs ${index}`);
    primary.put(NAME, 'TXT', theirs);
    const error = await failureOf(apply({ add: ['ours'] }));
    expect(error).toMatchObject({ code: 'QUOTA_EXCEEDED', outcomeUnknown: false });
    expect(primary.held(NAME)).toHaveLength(100);
    const { receipt } = await apply({ add: ['ours'], remove: ['theirs 7'] });
    expect(receipt.absent).toEqual([]);
  });

  it('refuses what fits in no message before anything is sent', async () => {
    const error = await failureOf(apply({ add: ['a', 'b', 'c'].map((letter) => letter.repeat(32_000)) }));
    expect(error.code).toBe('QUOTA_EXCEEDED');
    expect(error.hint).toContain('64 KiB');
    expect(primary.requests).toEqual([]);
  });

  it('writes and removes a text of the greatest length', async () => {
    const long = 'x'.repeat(32_000);
    await apply({ add: [long] });
    const { receipt, told } = await apply({ remove: [long] });
    expect([receipt.absent, told]).toEqual([[], ['Update ok']]);
    expect(primary.held(NAME)).toEqual([]);
  });

  it.each([
    ['A', '192.0.2.7', 'c0000207'],
    ['AAAA', '2001:db8::7', '20010db8000000000000000000000007'],
    ['AAAA', '::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['AAAA', '1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['AAAA', '::', '00000000000000000000000000000000'],
    ['AAAA', '2001:db8::', '20010db8000000000000000000000000'],
    ['MX', '300 mail.example.net.', '012c046d61696c076578616d706c65036e657400'],
  ])('writes %s %s, and reads it again', async (type, value, rdata) => {
    await apply({ add: [value], type });
    expect(shapes(0, 'authority')[0]?.[3]).toBe(Buffer.from(rdata, 'hex').toString('latin1'));
    const set = await providerFor(primary).readRecordSet(zone, key('_dnsauth', type), testCall());
    expect(set?.values).toEqual([value]);
  });

  it.each([
    ['A', 'no address', 'INVALID_VALUE'],
    ['AAAA', 'no address', 'INVALID_VALUE'],
    ['CNAME', 'two..dots', 'INVALID_VALUE'],
    ['MX', '10', 'INVALID_VALUE'],
    ['NAPTR', 'whatever', 'UNSUPPORTED'],
  ])('refuses %s %s', async (type, value, code) => {
    expect(await failureOf(apply({ add: [value], type }))).toMatchObject({ code });
    expect(primary.requests).toEqual([]);
  });

  it('knows no lines', async () => {
    const ours = { ...change({ add: ['ours'] }), key: { ...key(), line: 'telecom' } };
    const error = await failureOf(providerFor(primary).applyChange(zone, undefined, ours, testCall()));
    expect(error.code).toBe('UNSUPPORTED');
  });
});

describe('removing', () => {
  it('takes one message if nothing else is there', async () => {
    primary.put(NAME, 'TXT', ['one', 'two']);
    const { receipt, told } = await apply({ remove: ['two', 'one'] });
    expect(receipt).toEqual({ settled: true, present: [], absent: [] });
    expect(told).toEqual(['Update ok']);
    expect(shapes(0, 'authority').map(([, rclass]) => rclass)).toEqual([CLASS.NONE, CLASS.NONE]);
    expect(primary.held(NAME)).toEqual([]);
  });

  it('leaves what others have there', async () => {
    primary.put(NAME, 'TXT', ['theirs', 'ours']);
    const { receipt, told } = await apply({ remove: ['ours', 'never there'] });
    expect(receipt.absent).toEqual(['never there']);
    expect(told).toEqual(['Update NXRRSET', 'Query TXT ok', 'Update ok']);
    expect(primary.held(NAME)).toEqual(['theirs 300']);
  });

  it('takes every form of a text away that is split elsewhere', async () => {
    primary.put(NAME, 'TXT', ['token']);
    primary.records.push({ name: NAME, type: TYPE.TXT, ttl: 300, rdata: Buffer.from('\x03tok\x02en') });
    const { receipt } = await apply({ remove: ['token'] });
    expect(receipt.absent).toEqual([]);
    expect(primary.held(NAME)).toEqual([]);
  });

  it('does not take Latin-1 for the same text in UTF-8', async () => {
    primary.records.push({ name: NAME, type: TYPE.TXT, ttl: 300, rdata: Buffer.from('\x01ü', 'latin1') });
    const { receipt } = await apply({ remove: ['ü'] });
    expect(receipt.absent).toEqual(['ü']);
    expect(primary.held(NAME)).toHaveLength(1);
  });

  it('finds an alias however it is capitalised', async () => {
    const rdata = Buffer.from('\x06TARGET\x07example\x03NET\x00');
    primary.records.push({ name: NAME, type: TYPE.CNAME, ttl: 300, rdata });
    const { receipt } = await apply({ remove: ['target.example.net.'], type: 'CNAME' });
    expect(receipt.absent).toEqual([]);
    expect(primary.held(NAME, 'CNAME')).toEqual([]);
  });

  it('takes it for gone if nothing, or only an alias, is there', async () => {
    expect((await apply({ remove: ['ours'] })).receipt.absent).toEqual(['ours']);
    primary.put(NAME, 'CNAME', ['target.example.net.']);
    expect((await apply({ remove: ['ours'] })).receipt.absent).toEqual(['ours']);
    expect(primary.held(NAME, 'CNAME')).toHaveLength(1);
  });

  it('is not misled by a wildcard that holds the very value', async () => {
    primary.put('*.example.org.', 'TXT', ['ours', 'more']);
    const { receipt, told } = await apply({ remove: ['ours'] });
    expect(receipt.absent).toEqual(['ours']);
    expect(told.at(-1)).toBe('Check ok');
    expect(primary.held('*.example.org.')).toHaveLength(2);
  });

  it('does both in one message', async () => {
    primary.put(NAME, 'TXT', ['old']);
    const current = await providerFor(primary).readRecordSet(zone, key(), testCall());
    const call = testCall();
    const swap = change({ add: ['new'], remove: ['old'] });
    await providerFor(primary).applyChange(zone, current, swap, call);
    expect(call.told).toEqual(['Update ok']);
    expect(primary.held(NAME)).toEqual(['new 300']);
  });
});

describe('a server that finds no values that differ in case only, as PowerDNS', () => {
  beforeEach(() => {
    primary.respond = (seen) =>
      seen.message.answers.some(({ class: rclass }) => rclass === CLASS.IN)
        ? answer(seen, { rcode: RCODE.NXRRSET })
        : undefined;
    primary.put(NAME, 'TXT', ['token', 'TOKEN'], 900);
  });

  it('still has them read', async () => {
    const set = await providerFor(primary).readRecordSet(zone, key(), testCall());
    expect(set?.values).toEqual(['token', 'TOKEN']);
  });

  it('still has the right one removed', async () => {
    const { receipt } = await apply({ remove: ['TOKEN'] });
    expect(receipt.absent).toEqual([]);
    expect(primary.held(NAME)).toEqual(['token 900']);
  });

  it('still has another one added', async () => {
    const { receipt } = await apply({ add: ['Token', 'token'] });
    expect(receipt.present).toEqual(['token']);
    expect(primary.held(NAME)).toEqual(['token 900', 'TOKEN 900', 'Token 900']);
  });

  it('is asked whether nothing is there, and not only whether these are', async () => {
    primary.put(NAME, 'TXT', []);
    primary.put('*.example.org.', 'TXT', ['token', 'TOKEN']);
    expect(await providerFor(primary).readRecordSet(zone, key(), testCall())).toBeUndefined();
    expect((await apply({ remove: ['TOKEN'] })).receipt.absent).toEqual(['TOKEN']);
  });
});

describe('other writers', () => {
  it('come through one after the other, and lose nothing', async () => {
    const values = Array.from({ length: 10 }, (_, index) => `value ${index}`);
    const receipts = await Promise.all(values.map((value) => apply({ add: [value] })));
    expect(primary.held(NAME).sort()).toEqual(values.map((value) => `${value} 120`));
    expect(receipts.flatMap(({ receipt }) => receipt.present)).toEqual([]);
    await Promise.all(values.map((value) => apply({ remove: [value] })));
    expect(primary.held(NAME)).toEqual([]);
  });

  it('may come between every time: then the set only has to be there', async () => {
    let others = 0;
    primary.respond = ({ operation }) => {
      if (operation === 'Update') primary.put(NAME, 'TXT', [`of others ${others++}`]);
      return undefined;
    };
    const call = testCall();
    const work = providerFor(primary).applyChange(zone, undefined, change({ add: ['ours'] }), call);
    expect(await work).toMatchObject({ present: [] });
    expect(others).toBe(4);
    expect(primary.held(NAME)).toContain('ours 300'); // With the TTL that the set has.
    expect(primary.held(NAME)).toHaveLength(2);
  });

  it('can be waited for no longer when the signal fires', async () => {
    const controller = new AbortController();
    let updates = 0;
    primary.respond = (seen) => {
      if (seen.operation !== 'Update') return undefined;
      updates += 1;
      if (updates === 2) setTimeout(() => controller.abort(), 1);
      return answer(seen, { rcode: RCODE.NXRRSET });
    };
    const call = testCall(controller.signal);
    const work = providerFor(primary).applyChange(zone, undefined, change({ add: ['ours'] }), call);
    expect(await failureOf(work)).toMatchObject({ code: 'ABORTED' });
  });
});

describe('an answer that got lost', () => {
  it.each(['hang', 'reset', 'close'] as const)(
    'by "%s" leaves it open whether the write was carried out',
    async (way) => {
      primary.put(NAME, 'TXT', ['theirs', 'both']);
      const provider = providerFor(primary, { timeoutMs: 300 });
      const current = await provider.readRecordSet(zone, key(), testCall());
      primary.respond = (_, own) => {
        own();
        return way;
      };
      const work = provider.applyChange(zone, current, change({ add: ['ours', 'both'] }), testCall());
      const error = await failureOf(work);
      expect(error).toMatchObject({ outcomeUnknown: true, retryable: true, present: ['both'] });
      expect(primary.held(NAME)).toContain('ours 300');
    },
  );

  it('is not asked for again by the adapter itself', async () => {
    primary.respond = () => 'reset';
    await failureOf(apply({ add: ['ours'] }));
    expect(primary.requests).toHaveLength(1);
  });
});
