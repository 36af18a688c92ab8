/** Octets of a name on the wire and of one label (RFC 1035 section 2.3.4). */
export const MAX_NAME_OCTETS = 255;
const MAX_LABEL_OCTETS = 63;

/** What stands in a zone file as it is. */
const PLAIN = /^[a-z0-9_*-]$/;

/** An absolute name without escapes (an `Fqdn`, or the name of a key) in wire form, not compressed. Undefined if it is none. */
export function nameOctets(name: string): Buffer | undefined {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  const labels = bare === '' ? [] : bare.split('.');
  if (labels.some((label) => !/^[\x21-\x7e]{1,63}$/.test(label))) return undefined;
  const octets = Buffer.from(
    `${labels.map((label) => String.fromCharCode(label.length) + label).join('')}\0`,
    'latin1',
  );
  return octets.length > MAX_NAME_OCTETS ? undefined : octets;
}

/**
 * A name in wire form as text: in lower case, with final dot. What is no letter, digit, hyphen, underscore or asterisk is
 * escaped as in zone files, so that two different names are never one text.
 */
export function nameText(name: Buffer): string {
  const octets = canonicalName(name);
  let text = '';
  for (let offset = 0; octets[offset] !== 0; ) {
    const end = offset + 1 + octets[offset]!;
    const label = octets.toString('latin1', offset + 1, end);
    for (const character of label)
      text += PLAIN.test(character) ? character : `\\${String(character.charCodeAt(0)).padStart(3, '0')}`;
    text += '.';
    offset = end;
  }
  return text === '' ? '.' : text;
}

/** The same name in lower case, as TSIG signs it (RFC 8945 section 4.3.3). */
export function canonicalName(octets: Buffer): Buffer {
  const canonical = Buffer.from(octets);
  // A length is below 64, and so never in the range of the capitals.
  for (const [index, octet] of canonical.entries())
    if (octet >= 0x41 && octet <= 0x5a) canonical[index] = octet + 0x20;
  return canonical;
}

export function isLabelLength(octet: number): boolean {
  return octet <= MAX_LABEL_OCTETS;
}
