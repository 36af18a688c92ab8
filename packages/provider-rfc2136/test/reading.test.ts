import type { RecordKey } from '@domainproof/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLASS, TYPE } from '../src/wire/codes.js';
import { nameOctets } from '../src/wire/name.js';
import { answer, signed } from './support/answer.js';
import { type Primary, startPrimary } from './support/primary.js';
import { failureOf, key, providerFor, testCall, zone } from './support/provider.js';
import { RCODE } from './support/zone-data.js';

let primary: Primary;
beforeEach(async () => {
  primary = await startPrimary();
});
afterEach(() => primary.close());

const NAME = '_dnsauth.example.org.';

async function read(of: RecordKey = key()) {
  const call = testCall();
  const set = await providerFor(primary).readRecordSet(zone, of, call);
  return { set, told: call.told };
}

function add(name: string, type: number, rdata: Buffer, ttl = 300) {
  primary.records.push({ name, type, ttl, rdata });
}

describe('a record set', () => {
  it('that is not there is undefined, after one question', async () => {
    expect(await read()).toEqual({ set: undefined, told: ['Query TXT ok'] });
  });

  it('is made sure of by what the zone holds, since an answer may be made up', async () => {
    primary.put(NAME, 'TXT', ['one', 'two'], 900);
    const { set, told } = await read();
    expect(set).toMatchObject({ key: key(), ttl: 900, values: ['one', 'two'], conflicts: [] });
    expect(told).toEqual(['Query TXT ok', 'Check ok']);
    const { answers, authority } = primary.requests[1]!.message;
    expect(answers.map(({ class: rclass }) => rclass)).toEqual([CLASS.IN, CLASS.IN]);
    expect(authority).toEqual([]);
  });

  it('that a wildcard makes up is not there, whatever the type', async () => {
    primary.put('*.example.org.', 'TXT', ['everything']);
    expect(await read()).toEqual({
      set: undefined,
      told: ['Query TXT ok', 'Check NXRRSET', 'Query TXT ok', 'Check ok'],
    });
    expect((await read(key('_dnsauth', 'CNAME'))).set).toBeUndefined();
    primary.put('*.example.org.', 'CNAME', ['target.example.net.']);
    expect((await read()).set).toBeUndefined();
    expect((await read(key('*', 'CNAME'))).set?.values).toEqual(['target.example.net.']);
  });

  it('that changes between question and check is read anew', async () => {
    primary.put(NAME, 'TXT', ['old']);
    let isChanged = false;
    primary.respond = ({ operation }) => {
      if (operation === 'Check' && !isChanged) primary.put(NAME, 'TXT', ['new', 'newer']);
      isChanged ||= operation === 'Check';
      return undefined;
    };
    expect((await read()).set?.values).toEqual(['new', 'newer']);
  });

  it('that never stays the same only has to be there in the end', async () => {
    let count = 0;
    primary.respond = ({ operation }) => {
      if (operation === 'Check') primary.put(NAME, 'TXT', [`value ${count++}`]);
      return undefined;
    };
    primary.put(NAME, 'TXT', ['first']);
    expect((await read()).set?.values).toEqual(['value 1']);
    expect(count).toBe(3);
  });

  it('has the smallest TTL of its records, each value once, and no value that cannot be read', async () => {
    add(NAME, TYPE.TXT, Buffer.from('\x03one'), 900);
    add(NAME, TYPE.TXT, Buffer.from('\x02on\x01e'), 600);
    add(NAME, TYPE.TXT, Buffer.from('\x09short'), 700);
    add(NAME, TYPE.TXT, Buffer.from('\x01\xfc', 'latin1'), 700);
    add(NAME, TYPE.TXT, Buffer.from('\x00'), 700);
    const { set } = await read();
    expect(set?.values).toEqual(['one', 'ü', '']);
    expect(set?.ttl).toBe(600);
  });

  it.each([
    ['A', Buffer.alloc(3)],
    ['AAAA', Buffer.alloc(4)],
    ['CNAME', Buffer.alloc(0)],
    ['MX', Buffer.alloc(0)],
  ])('of type %s with RDATA of a wrong length has no value', async (type, rdata) => {
    add(NAME, TYPE[type as 'A'], rdata);
    expect((await read(key('_dnsauth', type))).set?.values).toEqual([]);
  });

  it('of another class, or another name in the same answer, is left out', async () => {
    primary.put('other.example.org.', 'TXT', ['other']);
    primary.respond = (seen) => {
      if (seen.operation === 'Check') return undefined;
      const [other] = primary.records.slice(-1) as [(typeof primary.records)[number]];
      return answer(seen, { flags: 0x0400, answers: [other, { ...other, name: NAME, class: 3 }] });
    };
    expect((await read()).set).toBeUndefined();
  });
});

describe('what excludes a set', () => {
  it('is an alias, for a text', async () => {
    primary.put(NAME, 'CNAME', ['target.example.net.']);
    const { set, told } = await read();
    expect(set).toMatchObject({ values: [], conflicts: [key('_dnsauth', 'CNAME')] });
    expect(told).toEqual(['Query TXT ok', 'Check ok']);
  });

  it('is whatever is there, for an alias, but for what a signed zone keeps at every name', async () => {
    primary.put(NAME, 'TXT', ['theirs']);
    primary.put(NAME, 'A', ['192.0.2.1']);
    add(NAME, TYPE.RRSIG, Buffer.alloc(30));
    add(NAME, TYPE.NSEC, Buffer.alloc(30));
    add(NAME, 99, Buffer.alloc(3));
    const { set, told } = await read(key('_dnsauth', 'CNAME'));
    expect(set?.conflicts.map(({ type }) => type)).toEqual(['A', 'TXT', 'TYPE99']);
    expect(told).toEqual(['Query CNAME ok', 'Query ANY ok', 'Check ok']);
  });

  it('is nothing at a name with names below it only', async () => {
    primary.put(`x.${NAME}`, 'TXT', ['below']);
    expect((await read(key('_dnsauth', 'CNAME'))).set).toBeUndefined();
    expect((await read()).set).toBeUndefined();
  });

  it.each([
    ['answers ANY with HINFO alone', undefined],
    ['refuses ANY', RCODE.REFUSED],
    ['does not know ANY', RCODE.NOTIMP],
  ])('is asked for type by type where the server %s', async (_, rcode) => {
    primary.put(NAME, 'TXT', ['theirs']);
    primary.put(NAME, 'MX', ['10 mail.example.net.']);
    const hinfo = { name: NAME, type: TYPE.HINFO, ttl: 300, rdata: Buffer.from('\x07RFC8482\x00') };
    primary.respond = (seen) => {
      if (seen.operation !== 'Query ANY') return undefined;
      return answer(seen, rcode === undefined ? { flags: 0x0400, answers: [hinfo] } : { rcode });
    };
    const { set } = await read(key('_dnsauth', 'CNAME'));
    expect(set?.conflicts.map(({ type }) => type).sort()).toEqual(['MX', 'TXT']);
  });

  it('is not made up when the question for it fails', async () => {
    primary.put(NAME, 'TXT', ['theirs']);
    primary.respond = (seen) =>
      seen.operation === 'Query ANY' ? answer(seen, { rcode: RCODE.SERVFAIL }) : undefined;
    expect(await failureOf(read(key('_dnsauth', 'CNAME')))).toMatchObject({ vendorCode: 'SERVFAIL' });
  });
});

describe('many record sets', () => {
  const keys = Array.from({ length: 12 }, (_, index) => key(`_dnsauth.h${index}`));
  const readMany = async (wanted = keys) => {
    const call = testCall();
    const sets = await providerFor(primary).readRecordSets!(zone, wanted, call);
    return { sets, told: call.told };
  };

  it('of which nothing is there take one message', async () => {
    const { sets, told } = await readMany([...keys, key('alias', 'CNAME')]);
    expect(sets).toEqual(Array(13).fill(undefined));
    expect(told).toEqual(['Check ok']);
  });

  it('are read one by one otherwise, and made sure of together', async () => {
    primary.put('_dnsauth.h0.example.org.', 'TXT', ['theirs']);
    primary.put('_dnsauth.h1.example.org.', 'CNAME', ['target.example.net.']);
    const { sets, told } = await readMany();
    expect(sets[0]?.values).toEqual(['theirs']);
    expect(sets[1]?.conflicts).toEqual([key('_dnsauth.h1', 'CNAME')]);
    expect(sets.slice(2)).toEqual(Array(10).fill(undefined));
    expect(told).toEqual(['Check YXRRSET', ...Array(12).fill('Query TXT ok'), 'Check ok']);
  });

  it('are made sure of by themselves if one of them is made up', async () => {
    primary.put('_dnsauth.h0.example.org.', 'TXT', ['theirs']);
    primary.put('*.h1.example.org.', 'TXT', ['everything']);
    const { sets } = await readMany();
    expect(sets.map((set) => set?.values)).toEqual([['theirs'], ...Array(11).fill(undefined)]);
  });

  it('are none if none are asked for', async () => {
    expect(await readMany([])).toEqual({ sets: [], told: [] });
  });

  it('went away between check and question, and nothing is left to be made sure of', async () => {
    primary.put('_dnsauth.h0.example.org.', 'TXT', ['theirs']);
    primary.respond = (seen, own) => {
      const right = own();
      if (seen.operation === 'Check') primary.put('_dnsauth.h0.example.org.', 'TXT', []);
      return right;
    };
    const { sets, told } = await readMany();
    expect(sets).toEqual(Array(12).fill(undefined));
    expect(told).toHaveLength(13);
  });

  it('that fill more than one message are made sure of one by one', async () => {
    const wanted = keys.slice(0, 3);
    for (const { name } of wanted) primary.put(name, 'TXT', ['x'.repeat(30_000)]);
    const { sets, told } = await readMany(wanted);
    expect(sets.map((set) => set?.values[0]?.length)).toEqual([30_000, 30_000, 30_000]);
    expect(told.filter((one) => one === 'Check ok')).toHaveLength(3);
  });

  it('are not taken for missing if a question fails', async () => {
    primary.put('_dnsauth.h0.example.org.', 'TXT', ['theirs']);
    primary.respond = (seen) =>
      seen.operation === 'Query TXT' && seen.message.questions[0]?.name === keys[7]!.name
        ? answer(seen, { rcode: RCODE.SERVFAIL })
        : undefined;
    expect(await failureOf(readMany())).toMatchObject({ code: 'TRANSIENT' });
    primary.respond = (seen) => answer(seen, { rcode: RCODE.REFUSED });
    expect(await failureOf(readMany())).toMatchObject({ code: 'FORBIDDEN' });
  });
});

it('an answer with compressed names is read as the names that they stand for', async () => {
  primary.put(NAME, 'MX', ['10 mail.example.org.']);
  primary.respond = (seen) => {
    if (seen.operation === 'Check') return undefined;
    // The owner is the name of the question, and the host ends in its last two labels.
    const whole = answer(seen, { flags: 0x0400, answers: [primary.records.at(-1)!] }, 'unsigned');
    const plain = nameOctets(NAME)!;
    const ownerAt = whole.indexOf(plain, 12 + plain.length);
    const rdata = Buffer.concat([Buffer.from('000a046d61696cc0', 'hex'), Buffer.from([12 + 9])]);
    const compressed = Buffer.concat([
      whole.subarray(0, ownerAt),
      Buffer.from('c00c', 'hex'),
      whole.subarray(ownerAt + plain.length, ownerAt + plain.length + 8),
      Buffer.from([0, rdata.length]),
      rdata,
    ]);
    return signed(compressed, seen.message);
  };
  expect((await read(key('_dnsauth', 'MX'))).set?.values).toEqual(['10 mail.example.org.']);
});
