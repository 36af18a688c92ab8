/** The family of what is known to be an address. Node takes 15 ms before its own test of a text can say so for the first time. */
export function isV6(address: string): boolean {
  return address.includes(':');
}
