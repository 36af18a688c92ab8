import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Refusal } from './answer.js';

/**
 * Checks the `Authorization` header of requests: the token as Basic password, whatever the user (lego sends `HTTPREQ_USERNAME` and
 * `HTTPREQ_PASSWORD` so), or as Bearer. What it takes does not depend on how much of the token is right.
 */
export function authenticator(token: string): (header: string | undefined) => void {
  const key = randomBytes(32);
  // Digests are of one length, whatever was sent.
  const digest = (text: string) => createHmac('sha256', key).update(text).digest();
  const expected = digest(token);
  return (header) => {
    if (!timingSafeEqual(digest(shownToken(header) ?? ''), expected)) throw unauthorized(header);
  };
}

/** A digest of what is no token is none either: an empty one is refused at the start. */
function shownToken(header: string | undefined): string | undefined {
  const [, scheme, credentials] = /^(basic|bearer) +(\S+) *$/i.exec(header ?? '') ?? [];
  if (credentials === undefined || scheme?.toLowerCase() === 'bearer') return credentials;
  const pair = Buffer.from(credentials, 'base64').toString('utf8');
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : undefined;
}

function unauthorized(header: string | undefined): Refusal {
  return new Refusal(
    401,
    {
      code: 'UNAUTHORIZED',
      message:
        header === undefined
          ? 'A token is required.'
          : 'The token is not the one that this server was started with.',
      hint: 'lego and Traefik send it with HTTPREQ_USERNAME (any name) and HTTPREQ_PASSWORD (the token), or HTTPREQ_PASSWORD_FILE.',
    },
    { 'WWW-Authenticate': 'Basic realm="domainproof", charset="UTF-8"' },
  );
}
