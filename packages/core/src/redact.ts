const MASK = '[redacted]';

/** Signatures, tokens and credentials as the two clouds' headers and query strings spell them. */
const PATTERNS: readonly RegExp[] = [
  /(\b(?:Signature|SecurityToken|AccessKeyId|AccessKeySecret|Access|Credential)=)[^&,\s"']+/gi,
  /((?:authorization|x-security-token|x-auth-token|x-acs-security-token|x-acs-accesskey-id)["']?\s*[:=]\s*["']?)[^"'\r\n]+/gi,
];

/**
 * A text from a vendor or a client library made fit for messages and logs: the given secrets are masked wherever they stand
 * (also percent-encoded), and so is whatever looks like a signature or a token.
 */
export function redact(text: string, secrets: readonly (string | undefined)[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (!secret) continue;
    clean = clean.replaceAll(secret, MASK).replaceAll(encodeURIComponent(secret), MASK);
  }
  for (const pattern of PATTERNS) clean = clean.replace(pattern, `$1${MASK}`);
  return clean;
}
