const GROUPS = 8;

/**
 * An IPv6 address of eight 16-bit groups, as `canonicalValue` of core writes it: in lower case, the longest run of zeros as
 * `::` (RFC 5952 section 4), and the last two groups as IPv4 in `::ffff:192.0.2.1` and `::192.0.2.1`.
 */
export function formatIpv6(groups: readonly number[]): string {
  const { start, length } = longestZeros(groups);
  const mapped = start === 0 && length === 5 && groups[5] === 0xffff;
  if (start === 0 && (length === 6 || mapped)) return `${mapped ? '::ffff:' : '::'}${formatIpv4(groups)}`;
  if (length < 2) return hex(groups, 0, GROUPS);
  return `${hex(groups, 0, start)}::${hex(groups, start + length, GROUPS)}`;
}

/** The first of the longest runs. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 0 };
  let start = 0;
  for (let index = 0; index <= GROUPS; index += 1) {
    if (groups[index] === 0) continue;
    if (index - start > best.length) best = { start, length: index - start };
    start = index + 1;
  }
  return best;
}

function formatIpv4(groups: readonly number[]): string {
  const [high, low] = groups.slice(6) as [number, number];
  return `${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
}

function hex(groups: readonly number[], start: number, end: number): string {
  let text = '';
  for (let index = start; index < end; index += 1)
    text += index === start ? groups[index]!.toString(16) : `:${groups[index]!.toString(16)}`;
  return text;
}

/** The 4 or 16 octets of an address; undefined for what is no address. A scope (`%eth0`) means something on one machine only, so it is refused. */
export function addressOctets(text: string): Buffer | undefined {
  const { isIPv4, isIPv6 } = process.getBuiltinModule('node:net');
  if (isIPv4(text)) return Buffer.from(text.split('.').map(Number));
  // Node takes 15 ms to prepare the test for an IPv6 address, so it is left alone where there can be none.
  if (!text.includes(':') || text.includes('%') || !isIPv6(text)) return undefined;
  const [head = '', tail = ''] = text.split('::');
  const before = groupOctets(head);
  const after = groupOctets(tail);
  return Buffer.concat([before, Buffer.alloc(16 - before.length - after.length), after]);
}

function groupOctets(groups: string): Buffer {
  if (groups === '') return Buffer.alloc(0);
  const octets = groups
    .split(':')
    .map((group) =>
      group.includes('.')
        ? Buffer.from(group.split('.').map(Number))
        : Buffer.from(group.padStart(4, '0'), 'hex'),
    );
  return Buffer.concat(octets);
}
