/** A record, and where its parts stand in the message. */
export interface PlacedRecord {
  name: string;
  type: number;
  at: number;
  typeAt: number;
  classAt: number;
  ttlAt: number;
  lengthAt: number;
  dataAt: number;
  end: number;
}

/** A message taken apart far enough to see what it asks for and to tamper with each of its fields. */
export interface Dissected {
  id: number;
  opcode: number;
  question: { name: string; type: number; at: number; typeAt: number; classAt: number; end: number };
  /** The prerequisites of an UPDATE. */
  answers: readonly PlacedRecord[];
  /** The changes of an UPDATE. */
  authority: readonly PlacedRecord[];
  additional: readonly PlacedRecord[];
}

/** A TSIG record (RFC 8945 section 4.2), and where its fields stand in the message. */
export interface PlacedTsig extends PlacedRecord {
  algorithmAt: number;
  timeAt: number;
  fudgeAt: number;
  macLengthAt: number;
  mac: Buffer;
  macAt: number;
  originalIdAt: number;
  errorAt: number;
  otherLengthAt: number;
}

export const TSIG = 250;
export const UPDATE = 5;
/** Labels and pointers that a name may take. */
const MAX_STEPS = 255;
/** Offsets of the four counts of records. */
export const COUNTS_AT = { question: 4, answers: 6, authority: 8, additional: 10 } as const;

/** @throws Error if the message is none */
export function dissect(message: Buffer): Dissected {
  let offset = 12;

  function name(): string {
    const start = offset;
    offset = endOfName(message, start);
    return nameAt(message, start);
  }

  function question(): Dissected['question'] {
    const at = offset;
    // An answer to what a server could not read is a header alone.
    if (message.readUInt16BE(COUNTS_AT.question) === 0)
      return { name: '', type: 0, at, typeAt: at, classAt: at, end: at };
    const text = name();
    offset += 4;
    return {
      name: text,
      type: message.readUInt16BE(offset - 4),
      at,
      typeAt: offset - 4,
      classAt: offset - 2,
      end: offset,
    };
  }

  function records(countAt: number): PlacedRecord[] {
    return Array.from({ length: message.readUInt16BE(countAt) }, () => {
      const at = offset;
      const text = name();
      const typeAt = offset;
      const dataAt = typeAt + 10;
      offset = dataAt + message.readUInt16BE(typeAt + 8);
      const type = message.readUInt16BE(typeAt);
      return {
        name: text,
        type,
        at,
        typeAt,
        classAt: typeAt + 2,
        ttlAt: typeAt + 4,
        lengthAt: typeAt + 8,
        dataAt,
        end: offset,
      };
    });
  }

  return {
    id: message.readUInt16BE(0),
    opcode: (message.readUInt8(2) >> 3) & 0xf,
    question: question(),
    answers: records(COUNTS_AT.answers),
    authority: records(COUNTS_AT.authority),
    additional: records(COUNTS_AT.additional),
  };
}

/** The signature of a message, if it has one. */
export function tsigOf(message: Buffer): PlacedTsig | undefined {
  const record = dissect(message).additional.at(-1);
  if (record?.type !== TSIG) return undefined;
  const timeAt = endOfName(message, record.dataAt);
  const macLengthAt = timeAt + 8;
  const macAt = macLengthAt + 2;
  const originalIdAt = macAt + message.readUInt16BE(macLengthAt);
  return {
    ...record,
    algorithmAt: record.dataAt,
    timeAt,
    fudgeAt: timeAt + 6,
    macLengthAt,
    mac: message.subarray(macAt, originalIdAt),
    macAt,
    originalIdAt,
    errorAt: originalIdAt + 2,
    otherLengthAt: originalIdAt + 4,
  };
}

/** Where a name ends that stands at an offset; what a pointer leads to is elsewhere. */
function endOfName(message: Buffer, at: number): number {
  let offset = at;
  for (;;) {
    const length = message.readUInt8(offset);
    if (length >= 0xc0) return offset + 2;
    offset += 1 + length;
    if (length === 0) return offset;
  }
}

/** Without final dot, in lower case. */
function nameAt(message: Buffer, at: number): string {
  const labels: string[] = [];
  let offset = at;
  // Bounded, since pointers may lead in a circle.
  for (let steps = 0; steps < MAX_STEPS; steps += 1) {
    const length = message.readUInt8(offset);
    if (length === 0) break;
    if (length >= 0xc0) {
      offset = message.readUInt16BE(offset) & 0x3fff;
      continue;
    }
    labels.push(message.toString('latin1', offset + 1, offset + 1 + length));
    offset += 1 + length;
  }
  return labels.join('.').toLowerCase();
}

/** A name without pointers. */
export function wireName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}
