import { inspect } from 'node:util';
import type { DnsError } from '@domainproof/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureOf, key, refusal, startServer, type TestServer, testCall, zone } from './support/server.js';
import { TRANSPORTS } from './support/transports.js';

describe.each(TRANSPORTS)('over $name', ({ providerFor }) => {
  const SECRETS = {
    accessKeyId: 'LTAI5tSecretKeyId',
    accessKeySecret: 'aVery/Secret+Secret=',
    securityToken: 'CAISsecret/token+0123=',
  };

  let server: TestServer;
  beforeEach(async () => {
    server = await startServer();
  });
  afterEach(() => server.close());

  /** Everything that a log, a report or a crash could show of an error and of the call's event. */
  async function everythingSeen(options = {}): Promise<{ error: DnsError; seen: string }> {
    const call = testCall();
    const provider = providerFor(server, { ...SECRETS, timeoutMs: 500, ...options });
    const error = await failureOf(
      provider.applyChange(zone, undefined, { key: key(), add: ['token-1'], remove: [], ttl: 600 }, call),
    );
    const shown = [
      error.message,
      error.stack,
      JSON.stringify(error),
      inspect(error, { depth: 20, showHidden: true }),
    ];
    return { error, seen: [...shown, inspect(call.events, { depth: 20 }), ...call.warnings].join('\n') };
  }

  function expectNoSecret(seen: string) {
    for (const secret of Object.values(SECRETS)) {
      expect(seen).not.toContain(secret);
      expect(seen).not.toContain(encodeURIComponent(secret));
    }
    expect(seen).not.toMatch(/Signature=[0-9a-f]{16}/);
  }

  describe('no secret is seen', () => {
    it('when the server repeats what it signed', async () => {
      server.respond = ({ headers }) =>
        refusal(
          'SignatureDoesNotMatch',
          `The request signature does not conform to Alibaba Cloud standards. server's StringToSign is [ACS3-HMAC-SHA256 abc], server's CanonicalRequest is [POST / x-acs-accesskey-id:${headers['x-acs-accesskey-id']} x-acs-security-token:${headers['x-acs-security-token']} ${headers.authorization}]`,
        );
      const { error, seen } = await everythingSeen();
      expectNoSecret(seen);
      expect(error).toMatchObject({ code: 'AUTH_INVALID', retryable: false });
      expect(error.message).toBe(
        'AddDomainRecord was refused: The request signature does not conform to Alibaba Cloud standards.',
      );
      expect(server.requests).toHaveLength(1);
    });

    it('when the server repeats the older form of it', async () => {
      server.respond = () =>
        refusal(
          'SignatureDoesNotMatch',
          `Specified signature is not matched with our calculation. server string to sign is:POST&%2F&AccessKeyId%3D${SECRETS.accessKeyId}%26Action%3DAddDomainRecord`,
        );
      const { error, seen } = await everythingSeen();
      expectNoSecret(seen);
      expect(error.message).not.toContain('POST&');
    });

    it('when the server puts it into every field', async () => {
      server.respond = ({ headers }) => ({
        status: 400,
        headers: { 'x-leak': SECRETS.accessKeySecret },
        body: {
          Code: `Leak.${SECRETS.accessKeyId}`,
          Message: `${SECRETS.accessKeySecret} ${SECRETS.securityToken} ${encodeURIComponent(SECRETS.securityToken)} ${headers.authorization}`,
          RequestId: SECRETS.securityToken,
          AccessDeniedDetail: { AuthPrincipalDisplayName: SECRETS.accessKeyId },
        },
      });
      expectNoSecret((await everythingSeen()).seen);
    });

    it('when it would come back in a successful answer', async () => {
      server.respond = () => ({
        body: { RequestId: SECRETS.accessKeyId, RecordId: SECRETS.accessKeySecret },
      });
      expectNoSecret((await everythingSeen()).seen);
    });

    it.each([
      ['a page', { status: 502, body: `<html>${SECRETS.accessKeySecret}</html>` }],
      ['a reset', 'reset' as const],
      ['silence', 'hang' as const],
    ])('after %s', async (_, behaviour) => {
      server.respond = () => behaviour;
      expectNoSecret((await everythingSeen()).seen);
    });

    it('when nobody listens', async () => {
      expectNoSecret((await everythingSeen({ endpoint: 'http://127.0.0.1:1' })).seen);
    });
  });
});
