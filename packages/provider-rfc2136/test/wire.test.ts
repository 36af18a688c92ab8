import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLASS, OPCODE, rcodeName, TYPE, tsigErrorName, typeName } from '../src/wire/codes.js';
import { decodeMessage } from '../src/wire/message.js';
import { canonicalName, nameOctets, nameText } from '../src/wire/name.js';
import { decodeRdata, encodeRdata, isValue } from '../src/wire/rdata.js';
import { MalformedPacket, PacketReader } from '../src/wire/reader.js';
import { queryRequest, updateRequest } from '../src/wire/request.js';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const readName = (hex: string, offset = 0) => {
  const reader = new PacketReader(bytes(hex));
  reader.offset = offset;
  return { text: nameText(reader.name()), offset: reader.offset };
};

describe('a name', () => {
  it.each([
    ['example.org.', '076578616d706c65036f726700'],
    ['example.org', '076578616d706c65036f726700'],
    ['.', '00'],
  ])('%s has a wire form', (text, hex) => {
    expect(nameOctets(text)?.toString('hex')).toBe(hex);
  });

  it.each(['two..dots', '.x', `${'x'.repeat(64)}.`, 'a b', 'ü', Array(128).fill('a').join('.')])(
    '%s has none',
    (text) => {
      expect(nameOctets(text)).toBeUndefined();
    },
  );

  it('of the greatest length has one', () => {
    const longest = Array(127).fill('a').join('.');
    expect(nameOctets(longest)).toHaveLength(255);
    expect(readName(nameOctets(longest)!.toString('hex')).text).toBe(`${longest}.`);
  });

  it('is read where it points to, and reading goes on after the pointer', () => {
    expect(readName('036f726700 0765 78 61 6d 70 6c 65 c000 ff', 5)).toEqual({
      text: 'example.org.',
      offset: 15,
    });
  });

  it('never takes two different names for one', () => {
    expect(readName('03 61 2e 62 00').text).toBe('a\\046b.');
    expect(readName('01 5c 00').text).toBe('\\092.');
    expect(readName('02 c3 bc 00').text).toBe('\\195\\188.');
    expect(readName('03 41 2d 5f 00').text).toBe('a-_.');
  });

  it.each([
    ['', 0, 'ends within a name'],
    ['03 61', 0, 'ends within a name'],
    ['01 61', 0, 'ends within a name'],
    ['c0', 0, 'ends within a name'],
    ['c000', 0, 'does not point backwards'],
    ['0161 c000', 0, 'does not point backwards'],
    ['0161 c002', 2, 'does not point backwards'],
    ['c002 0161 c000', 2, 'does not point backwards'],
    ['c005 00', 0, 'does not point backwards'],
    ['40 00', 0, 'label of an unknown kind'],
    ['80 00', 0, 'label of an unknown kind'],
    [`${'01 61'.repeat(128)} 00`, 0, 'longer than 255'],
  ])('%s from %d on is bounded', (hex, offset, message) => {
    expect(() => readName(hex, offset)).toThrow(message);
  });

  it('is signed in lower case', () => {
    expect(canonicalName(nameOctets('KEY.Example.ORG')!)).toEqual(nameOctets('key.example.org'));
  });
});

const QUERY = queryRequest(0x1234, '_dnsauth.example.org.', TYPE.TXT).packet;

describe('a request', () => {
  it('asks without recursion', () => {
    expect(QUERY.toString('hex')).toBe(
      `123400000001000000000000${nameOctets('_dnsauth.example.org.')!.toString('hex')}00100001`,
    );
  });

  it('has each name once, and points to it then', () => {
    const zone = 'example.org.';
    const record = (name: string) => ({
      name,
      type: TYPE.TXT,
      class: CLASS.IN,
      ttl: 1,
      rdata: Buffer.from('\x01x'),
    });
    const names = ['a.example.org.', 'b.a.example.org.', 'a.example.org.', zone, 'c.b.a.example.org.'];
    const { packet } = updateRequest(1, zone, [], names.map(record));
    const { authority, questions, opcode } = decodeMessage(packet);
    expect(questions).toEqual([{ name: zone, type: TYPE.SOA }]);
    expect(opcode).toBe(OPCODE.UPDATE);
    expect(authority.map(({ name }) => name)).toEqual(names);
    expect(packet.length).toBe(12 + 17 + 5 * 12 + (4 + 4 + 2 + 2 + 4));
  });

  it('does not point farther than a pointer reaches', () => {
    const rdata = encodeRdata('TXT', 'x'.repeat(20_000));
    const far = [1, 2, 3].map((index) => ({
      name: `far${index % 2}.example.org.`,
      type: TYPE.TXT,
      class: CLASS.IN,
      ttl: 1,
      rdata,
    }));
    const { authority } = decodeMessage(updateRequest(1, 'example.org.', [], far).packet);
    expect(authority.map(({ name }) => name)).toEqual(far.map(({ name }) => name));
  });
});

describe('a message', () => {
  it('is not read past its end, whatever its header counts', () => {
    for (const at of [4, 6, 8, 10]) {
      const lying = Buffer.from(QUERY);
      lying.writeUInt16BE(0xffff, at);
      expect(() => decodeMessage(lying)).toThrow(MalformedPacket);
    }
  });

  const withRecord = (section: 6 | 8 | 10, hex: string, count = 1) => {
    const packet = Buffer.concat([QUERY, bytes(hex)]);
    packet.writeUInt16BE(count, section);
    return packet;
  };
  const TSIG = `00 00fa 00ff 00000000 0011 00 000000000001 012c 0000 1234 0000 0000`;

  it.each([
    ['RDATA beyond the end', withRecord(6, '00 0010 0001 00000000 0005 0161')],
    ['a name that fills less than its RDATA', withRecord(6, '00 0005 0001 00000000 0003 00 0000')],
    ['a name that fills more than its RDATA', withRecord(6, '00 0005 0001 00000000 0001 0161 00')],
    ['an MX of one octet', withRecord(6, '00 000f 0001 00000000 0001 00')],
    ['an SOA cut short', withRecord(8, '00 0006 0001 00000000 0003 00 00 00')],
    ['a TSIG record among the answers', withRecord(6, TSIG)],
    ['a TSIG record that is not the last one', withRecord(10, TSIG + TSIG, 2)],
    ['a TSIG record of a wrong class', withRecord(10, TSIG.replace('00ff', '0001'))],
    ['a TSIG record with a TTL', withRecord(10, TSIG.replace('00000000', '00000001'))],
    ['a TSIG record with something after its fields', withRecord(10, `${TSIG.replace('0011', '0012')}00`)],
    ['a TSIG record whose MAC is longer than it', withRecord(10, TSIG.replace('012c 0000', '012c ffff'))],
    ['an additional record beyond the end', withRecord(10, '00 0029 0001 00000000 0005')],
  ])('with %s is refused', (_, packet) => {
    expect(() => decodeMessage(packet)).toThrow(MalformedPacket);
  });

  it('may have other additional records before the TSIG record', () => {
    const { tsig } = decodeMessage(withRecord(10, `00 0029 1000 00000000 0004 00030000 ${TSIG}`, 2));
    expect(tsig).toMatchObject({ timeSigned: 1, fudge: 300, originalId: 0x1234, error: 0 });
    expect(tsig?.offset).toBe(QUERY.length + 15);
    expect(decodeMessage(withRecord(10, '00 0029 1000 00000000 0000')).tsig).toBeUndefined();
  });

  it('that nobody honest has written is refused as such, or read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(4), (noise, records) => {
        const packet = Buffer.concat([QUERY, noise]);
        for (const at of [6, 8, 10]) packet.writeUInt16BE(records, at);
        try {
          decodeMessage(packet);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedPacket);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('of the greatest length full of pointers is read in no time', () => {
    const record = bytes('c00c 0001 0001 00000000 0000');
    const count = Math.floor((65_535 - QUERY.length) / record.length);
    const packet = Buffer.concat([QUERY, ...Array<Buffer>(count).fill(record)]);
    packet.writeUInt16BE(count, 6);
    const startedAt = performance.now();
    expect(decodeMessage(packet).answers).toHaveLength(count);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe('a value', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 900 });

  it('of any text comes back as it was', () => {
    fc.assert(
      fc.property(text, (value) => {
        const clean = Buffer.from(value).toString();
        const rdata = encodeRdata('TXT', clean);
        expect(decodeRdata('TXT', rdata)).toBe(clean);
        expect(isValue('TXT', rdata, clean)).toBe(true);
        expect(isValue('TXT', rdata, `${clean}x`)).toBe(false);
      }),
    );
  });

  it.each(['', 'x'.repeat(255), 'x'.repeat(256), 'ü'.repeat(200)])(
    'of %j bytes is split in time',
    (value) => {
      expect(decodeRdata('TXT', encodeRdata('TXT', value))).toBe(value);
    },
  );
});

it('numbers without a name are told as numbers', () => {
  expect([typeName(TYPE.TXT), typeName(4711)]).toEqual(['TXT', 'TYPE4711']);
  expect([rcodeName(5), rcodeName(15)]).toEqual(['REFUSED', 'RCODE15']);
  expect([tsigErrorName(0), tsigErrorName(18), tsigErrorName(5)]).toEqual([undefined, 'BADTIME', 'TSIG5']);
});
