/** How `dns-packet` reads a packet: the judge of our own codec in differential tests. */
import packet, { type Answer } from 'dns-packet';

/** A decoder of the library, which leaves the octets that it read in its own property. */
interface Decoder<T> {
  (octets: Buffer, offset: number): T;
  bytes: number;
}
const library = packet as unknown as Record<'name' | 'question' | 'answer', { decode: Decoder<unknown> }>;

/** Types whose data our codec reads. */
const READ = new Set([1, 2, 5, 6, 16, 28, 43, 46, 48, 257]);
const DNSKEY = 48;

export type Sections = [answers: Answer[], authority: Answer[], additional: Answer[]];

/**
 * All records. Where the library reads more than we do, and so refuses more, that is passed over: the data of types that
 * we leave out (MX, NSEC, …), of other classes than IN, of keys for another protocol, and EDNS options.
 * Of a packet that says that it is truncated, the records before the first that the library cannot read.
 *
 * @throws what the library throws.
 */
export function readByLibrary(octets: Buffer): Sections {
  const sections: Sections = [[], [], []];
  try {
    readSections(octets, sections);
  } catch (error) {
    const isTruncated = (octets[2]! & 0x02) !== 0;
    if (!isTruncated) throw error;
  }
  return sections;
}

function readSections(octets: Buffer, sections: Sections): void {
  let offset = 12;
  for (let left = octets.readUInt16BE(4); left > 0; left -= 1) {
    library.question.decode(octets, offset);
    offset += library.question.decode.bytes;
  }
  sections.forEach((section, index) => {
    for (let left = octets.readUInt16BE(6 + 2 * index); left > 0; left -= 1) {
      library.name.decode(octets, offset);
      const fields = offset + library.name.decode.bytes;
      const type = octets.readUInt16BE(fields);
      const isIn = octets.readUInt16BE(fields + 2) === 1;
      const otherProtocol = type === DNSKEY && octets[fields + 12] !== 3;
      if (READ.has(type) && isIn && !otherProtocol) {
        section.push(library.answer.decode(octets, offset) as Answer);
        offset += library.answer.decode.bytes;
      } else offset = fields + 10 + octets.readUInt16BE(fields + 8);
    }
  });
}

/** A name of our codec as the library writes it, which does not tell a dot in a label from one between labels; in lower case. */
export function libraryName(name: string): string {
  if (name === '.') return name;
  const octets = name
    .slice(0, -1)
    .replace(/\\(\d{3}|.)/g, (_, escaped: string) =>
      escaped.length === 3 ? String.fromCharCode(Number(escaped)) : escaped,
    );
  return Buffer.from(octets, 'latin1').toString();
}

/** ASCII only, as DNS compares. */
export function lowerCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
