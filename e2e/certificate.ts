import { runTool } from '../packages/provider-rfc2136/test/servers/tool.js';

/**
 * What openssl reads from a file that begins with a certificate and goes on with those between it and the root.
 *
 * @param root file of the authority's root certificate
 * @returns the names that the certificate is good for, sorted
 * @throws Error with what openssl says, if it does not lead to the root
 */
export async function verifiedNames(file: string, root: string): Promise<string[]> {
  await runTool('openssl', ['verify', '-CAfile', root, '-untrusted', file, file]);
  const names = await runTool('openssl', ['x509', '-noout', '-ext', 'subjectAltName', '-in', file]);
  return [...names.matchAll(/DNS:([^\s,]+)/g)].map(([, name]) => name as string).sort();
}
