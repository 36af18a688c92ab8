/** Names in this package are absolute, with the final dot; the root is `.`. Keys of zones and caches are in lower case. */

/** `com.` for `example.com.`, `.` for `com.`, undefined for the root. */
export function parentOf(name: string): string | undefined {
  if (name === '.') return undefined;
  return name.slice(name.indexOf('.') + 1) || '.';
}

/** `name` itself and every name above it, the root last. */
export function* upwards(name: string): Generator<string> {
  for (let at: string | undefined = name; at !== undefined; at = parentOf(at)) yield at;
}

/** True if `name` is `ancestor` or lies below it, on a label boundary. Both in lower case. */
export function isWithin(name: string, ancestor: string): boolean {
  return ancestor === '.' || name === ancestor || name.endsWith(`.${ancestor}`);
}

/** Number of labels; 0 for the root. */
export function depthOf(name: string): number {
  return name === '.' ? 0 : name.split('.').length - 1;
}

/** True if the name fits the wire (RFC 1035 section 2.3.4) and holds printable ASCII only, no escapes. */
export function isWireName(name: string): boolean {
  if (name === '.') return true;
  return (
    name.length <= 254 &&
    /^([!-[\]-~]+\.)+$/.test(name) &&
    name.split('.').every((label) => label.length <= 63) &&
    !name.includes('..')
  );
}
