/** Raw packets for tests of the wire: what no library would encode. */

export const HEADER_OCTETS = 12;
/** Where the name of the question begins, for compression pointers. */
export const TO_QUESTION = Buffer.from([0xc0, HEADER_OCTETS]);

export interface Header {
  id?: number;
  flags?: number;
  counts?: readonly [questions: number, answers: number, authority: number, additional: number];
}

export function header({ id = 0x1234, flags = 0x84_00, counts = [1, 0, 0, 0] }: Header = {}): Buffer {
  const octets = Buffer.alloc(HEADER_OCTETS);
  [id, flags, ...counts].forEach((value, index) => {
    octets.writeUInt16BE(value, 2 * index);
  });
  return octets;
}

/** Labels, each as text or octets; closed by the root. */
export function wireName(...labels: readonly (string | Buffer)[]): Buffer {
  const parts = labels.map((label) => {
    const octets = Buffer.from(label as string);
    return Buffer.concat([Buffer.from([octets.length]), octets]);
  });
  return Buffer.concat([...parts, Buffer.from([0])]);
}

export function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

export function uint32(value: number): Buffer {
  return Buffer.concat([uint16(value >>> 16), uint16(value & 0xffff)]);
}

export function question(name: Buffer, type = 16): Buffer {
  return Buffer.concat([name, uint16(type), uint16(1)]);
}

export interface RawRecord {
  owner?: Buffer;
  type: number;
  rclass?: number;
  ttl?: number;
  data: Buffer;
  /** The length that the record claims, if not that of its data. */
  length?: number;
}

export function record({
  owner = TO_QUESTION,
  type,
  rclass = 1,
  ttl = 60,
  data,
  length = data.length,
}: RawRecord): Buffer {
  return Buffer.concat([owner, uint16(type), uint16(rclass), uint32(ttl), uint16(length), data]);
}

export const QUESTION_NAME = wireName('_acme-challenge', 'example', 'test');

/** A response about `_acme-challenge.example.test. TXT` with these records as its answers, or in another section. */
export function response(records: readonly Buffer[], section = 0, flags?: number): Buffer {
  const counts: [number, number, number, number] = [1, 0, 0, 0];
  counts[section + 1] = records.length;
  return Buffer.concat([header({ counts, flags }), question(QUESTION_NAME), ...records]);
}

export function opt(options: readonly [code: number, data: Buffer][], ttl = 0, owner = wireName()): Buffer {
  const data = Buffer.concat(
    options.flatMap(([code, octets]) => [uint16(code), uint16(octets.length), octets]),
  );
  return record({ owner, type: 41, rclass: 1_232, ttl, data });
}

export function txtData(...strings: readonly string[]): Buffer {
  return Buffer.concat(
    strings.map((string) => Buffer.concat([Buffer.from([string.length]), Buffer.from(string)])),
  );
}
