import { execFileSync } from 'node:child_process';

/**
 * What openssl reads from a file that begins with a certificate and goes on with those between it and the root.
 *
 * @param root file of the authority's root certificate
 * @returns the names that the certificate is good for, sorted
 * @throws Error with what openssl says, if it does not lead to the root
 */
export function verifiedNames(file: string, root: string): string[] {
  openssl('verify', '-CAfile', root, '-untrusted', file, file);
  const names = openssl('x509', '-noout', '-ext', 'subjectAltName', '-in', file);
  return [...names.matchAll(/DNS:([^\s,]+)/g)].map(([, name]) => name as string).sort();
}

function openssl(...args: readonly string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' });
}
