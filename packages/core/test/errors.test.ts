import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { abortError, DnsError, isDnsError, redact } from '../src/index.js';

describe('DnsError', () => {
  test('its JSON has what is set, and neither cause nor stack', () => {
    const error = new DnsError('THROTTLED', 'Slow down.', {
      provider: 'alidns',
      retryAfterMs: 500,
      cause: new Error('inner'),
    });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: 'THROTTLED',
      message: 'Slow down.',
      provider: 'alidns',
      retryable: true,
      retryAfterMs: 500,
    });
  });

  test.each(['THROTTLED', 'BUSY', 'TRANSIENT', 'TIMEOUT'] as const)('%s is worth another try', (code) => {
    expect(new DnsError(code, '').retryable).toBe(true);
  });

  test.each(['AUTH_INVALID', 'FORBIDDEN', 'RECORD_CONFLICT', 'PROTOCOL', 'ABORTED'] as const)(
    '%s is not',
    (code) => {
      expect(new DnsError(code, '').retryable).toBe(false);
    },
  );

  test('is recognised across copies of the package', () => {
    const foreign = Object.assign(new Error('x'), { name: 'DnsError', code: 'BUSY' });
    expect(isDnsError(foreign)).toBe(true);
    expect(isDnsError(foreign, 'BUSY')).toBe(true);
    expect(isDnsError(foreign, 'TIMEOUT')).toBe(false);
    expect(isDnsError(new Error('x'))).toBe(false);
  });
});

describe('abortError', () => {
  test('tells an interruption from a deadline', async () => {
    const interrupted = abortError(AbortSignal.abort());
    expect(interrupted.code).toBe('ABORTED');
    const deadline = AbortSignal.timeout(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(abortError(deadline).code).toBe('TIMEOUT');
    expect(abortError(deadline).retryable).toBe(false);
  });

  test('passes a DnsError reason through', () => {
    const reason = new DnsError('BUSY', 'later');
    expect(abortError(AbortSignal.abort(reason))).toBe(reason);
  });
});

describe('redact', () => {
  test.each([
    ['Code: SignatureDoesNotMatch AccessKeyId=LTAI123&x=1', 'LTAI123'],
    ['Authorization: SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=deadbeef', 'deadbeef'],
    ['GET /?SecurityToken=CAIS%2Babc&Action=X failed', 'CAIS%2Babc'],
    ['{"x-auth-token":"MIIabc"}', 'MIIabc'],
  ])('masks what looks like a credential in %j', (text, secret) => {
    expect(redact(text, [])).not.toContain(secret);
  });

  test('masks given secrets raw and percent-encoded', () => {
    const clean = redact('a s3cr/et= b s3cr%2Fet%3D c', ['s3cr/et=', undefined]);
    expect(inspect(clean)).toBe("'a [redacted] b [redacted] c'");
  });
});
