import { createHash } from 'node:crypto';
import { DnsError, type DnsErrorCode } from '@domainproof/core';
import { describe, expect, test } from 'vitest';
import { digest, leaseOf, post, replyOf, TOKEN, useServers } from './world.js';

const start = useServers();
const fqdn = '_acme-challenge.shop.test.';

describe('what lego sends', () => {
  test('the default mode is the record itself', async () => {
    const { url, double } = await start();
    const value = digest();
    const presented = await post(`${url}/present`, { fqdn, value });
    expect([presented.status, presented.body]).toEqual([
      200,
      { visible: true, name: fqdn, lease: `double-${value.slice(0, 8)}` },
    ]);
    const cleaned = await post(`${url}/cleanup`, { fqdn, value });
    expect([cleaned.status, cleaned.body]).toEqual([200, { outcome: 'removed', name: fqdn }]);
    const record = { name: fqdn, type: 'TXT', value };
    expect([double.presented, double.cleaned]).toEqual([[record], [record]]);
  });

  test('the RAW mode is what the record is made of', async () => {
    const { url, double } = await start();
    const keyAuth = `tok.${digest()}`;
    for (const path of ['present', 'cleanup'])
      expect((await post(`${url}/${path}`, { domain: 'shop.test', token: 'tok', keyAuth })).status).toBe(200);
    const value = createHash('sha256').update(keyAuth).digest('base64url');
    const record = { name: fqdn, type: 'TXT', value };
    expect([double.presented, double.cleaned]).toEqual([[record], [record]]);
  });

  test('other fields and a media type with parameters change nothing', async () => {
    const { url, double } = await start();
    const headers = { 'Content-Type': 'Application/JSON; charset=utf-8' };
    expect(
      (await post(`${url}/present`, { fqdn, value: digest(), ttl: {}, token: 1 }, { headers })).status,
    ).toBe(200);
    expect(double.presented).toHaveLength(1);
  });
});

describe('bodies that are refused with 400', () => {
  const value = digest();
  test.each([
    ['{', 'INVALID_JSON', undefined],
    ['', 'INVALID_JSON', undefined],
    ['[]', 'INVALID_BODY', undefined],
    ['null', 'INVALID_BODY', undefined],
    ['{}', 'INVALID_BODY', undefined],
    [{ token: 'tok' }, 'INVALID_BODY', undefined],
    [{ fqdn }, 'INVALID_BODY', 'value'],
    [{ value }, 'INVALID_BODY', 'fqdn'],
    [{ fqdn: 7, value }, 'INVALID_BODY', 'fqdn'],
    [{ fqdn, value: ['x'] }, 'INVALID_BODY', 'value'],
    [{ fqdn, value: '' }, 'INVALID_BODY', 'value'],
    [{ fqdn: '', value }, 'INVALID_BODY', 'fqdn'],
    [{ domain: 'shop.test', token: 'tok' }, 'INVALID_BODY', 'keyAuth'],
    [{ domain: null, keyAuth: `tok.${value}` }, 'INVALID_BODY', 'domain'],
    [{ domain: 'shop.test', token: 1, keyAuth: `tok.${value}` }, 'INVALID_BODY', 'token'],
    [{ fqdn: 'a..b.', value }, 'INVALID_NAME', 'fqdn'],
    [{ domain: `${'x'.repeat(64)}.test`, keyAuth: `tok.${value}` }, 'INVALID_NAME', 'domain'],
    // Whoever has the token must not be able to write just any TXT record.
    [{ fqdn: 'shop.test.', value: 'v=spf1 -all' }, 'INVALID_VALUE', 'value'],
    [{ domain: 'shop.test', keyAuth: 'no-thumbprint' }, 'INVALID_VALUE', 'keyAuth'],
  ])('%j', async (body, code, field) => {
    const { url, double } = await start();
    const { status, body: answer } = await post(`${url}/present`, body as object | string);
    expect([status, answer.error.code, answer.error.field]).toEqual([400, code, field]);
    expect(double.presented).toEqual([]);
  });

  test('no message repeats what was sent', async () => {
    const { url, stderr } = await start();
    const secret = `tok.${digest()}x`;
    for (const body of [
      `{"keyAuth":"${secret}`,
      { domain: 'shop.test', keyAuth: secret },
      { fqdn, value: secret },
    ])
      expect(JSON.stringify((await post(`${url}/present`, body)).body)).not.toContain(secret.slice(0, 20));
    expect(stderr.text).not.toContain(secret.slice(0, 20));
  });

  test('that are no UTF-8', async () => {
    const { url } = await start();
    const body = Buffer.from([0x22, 0xff, 0xfe, 0x22]);
    const { status, body: answer } = await post(`${url}/present`, '', { body });
    expect([status, answer.error.code]).toEqual([400, 'INVALID_JSON']);
  });
});

describe('who asks', () => {
  const good = () => JSON.stringify({ fqdn, value: digest() });
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

  test.each([
    ['any user with the token as password', basic(`whoever:${TOKEN}`), 200],
    ['no user', basic(`:${TOKEN}`), 200],
    ['Bearer', `Bearer ${TOKEN}`, 200],
    ['the scheme in any case', `bearer ${TOKEN}`, 200],
    ['nothing', '', 401],
    ['an empty password', basic('lego:'), 401],
    ['the token as user', basic(`${TOKEN}:`), 401],
    ['no colon', basic(TOKEN), 401],
    ['a part of the token', `Bearer ${TOKEN.slice(0, -1)}`, 401],
    ['the token and more', `Bearer ${TOKEN}x`, 401],
    ['no scheme', TOKEN, 401],
    ['another scheme', `Digest ${TOKEN}`, 401],
  ])('%s', async (_, authorization, status) => {
    const { url, double } = await start();
    const reply = await post(`${url}/present`, good(), { headers: { Authorization: authorization } });
    expect(reply.status).toBe(status);
    expect(double.presented).toHaveLength(status === 200 ? 1 : 0);
    if (status === 401) {
      expect(reply.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
      expect(reply.body.error.code).toBe('UNAUTHORIZED');
    }
  });

  test('strangers learn nothing of paths, methods, media types and bodies', async () => {
    const { url } = await start();
    const headers = { Authorization: '', 'Content-Type': 'text/plain' };
    for (const path of ['/present', '/other'])
      for (const method of ['POST', 'PUT'])
        expect((await post(`${url}${path}`, 'x'.repeat(9_000), { method, headers })).status).toBe(401);
  });

  test('--allow: only names in the given domains', async () => {
    const { url, double } = await start({ allowed: ['shop.test', 'xn--bcher-kva.example'] });
    const status = async (name: string) =>
      (await post(`${url}/present`, { fqdn: name, value: digest() })).status;
    expect(await status('_acme-challenge.shop.test.')).toBe(200);
    expect(await status('_acme-challenge.WWW.Shop.Test')).toBe(200);
    expect(await status('_acme-challenge.bücher.example')).toBe(200);
    expect(await status('_acme-challenge.workshop.test.')).toBe(403);
    expect(await status('_acme-challenge.test.')).toBe(403);
    expect(double.presented).toHaveLength(3);
    const cleaned = await post(`${url}/cleanup`, { fqdn: 'other.test', value: digest() });
    expect([cleaned.status, cleaned.body.error.code, double.cleaned]).toEqual([403, 'NOT_ALLOWED', []]);
  });
});

describe('paths and methods', () => {
  const authorization = { Authorization: `Bearer ${TOKEN}` };

  test('/healthz needs no token', async () => {
    const { url } = await start();
    const reply = await replyOf(await fetch(`${url}/healthz?from=monitor`));
    expect([reply.status, reply.body]).toEqual([200, { status: 'ok' }]);
    expect((await fetch(`${url}/healthz`, { method: 'HEAD' })).status).toBe(200);
    const posted = await fetch(`${url}/healthz`, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('404 says what there is', async () => {
    const { url } = await start();
    for (const path of ['/', '/presents', '/prefix/present', '/constructor', '//present'])
      expect((await post(`${url}${path}`, {})).body.error.code).toBe('NOT_FOUND');
  });

  test('405 says what is allowed', async () => {
    const { url } = await start();
    const reply = await fetch(`${url}/present`, { headers: authorization });
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('415 for another media type, and for an encoded body', async () => {
    const { url, double } = await start();
    const body = { fqdn, value: digest() };
    const wrong: Record<string, string>[] = [
      { 'Content-Type': 'application/x-www-form-urlencoded' },
      { 'Content-Type': '' },
      { 'Content-Encoding': 'gzip' },
    ];
    for (const headers of wrong) expect((await post(`${url}/present`, body, { headers })).status).toBe(415);
    expect(double.presented).toEqual([]);
  });
});

describe('what challenges end with', () => {
  const statuses: [DnsErrorCode, number][] = [
    ['ZONE_NOT_FOUND', 404],
    ['ZONE_AMBIGUOUS', 409],
    ['ZONE_INACTIVE', 409],
    ['RECORD_CONFLICT', 409],
    ['TTL_OUT_OF_RANGE', 500],
    ['UNSUPPORTED', 501],
    // Our account's credentials: 401 and 403 would be about the caller's token.
    ['AUTH_INVALID', 502],
    ['AUTH_EXPIRED', 502],
    ['FORBIDDEN', 502],
    ['QUOTA_EXCEEDED', 502],
    ['TRANSIENT', 502],
    ['PROTOCOL', 502],
    ['THROTTLED', 503],
    ['BUSY', 503],
    ['TIMEOUT', 504],
  ];
  test.each(statuses)('%s is %i, with the words for whoever runs lego', async (code, status) => {
    const { url, double, stderr, log } = await start();
    const fail = async () => Promise.reject(new DnsError(code, 'It went wrong.', { hint: 'Do this.' }));
    double.onPresent = fail;
    double.onCleanup = fail;
    for (const path of ['present', 'cleanup']) {
      const reply = await post(`${url}/${path}`, { fqdn, value: digest() });
      expect([reply.status, reply.body]).toEqual([
        status,
        { error: { code, message: 'It went wrong.', hint: 'Do this.' } },
      ]);
      expect(reply.headers.get('retry-after')).toBe(status === 503 ? '10' : null);
      expect(log().at(-1)).toMatchObject({ status, outcome: code, name: fqdn });
    }
    expect(stderr.text).toContain(
      `warning: present of _acme-challenge.shop.test failed: It went wrong. (${code}) Do this.`,
    );
  });

  test('500 for a fault of ours, which does not end the server', async () => {
    const { url, double } = await start();
    double.onPresent = async () => {
      throw new TypeError('Cannot read properties of undefined');
    };
    const body = { fqdn, value: digest() };
    const reply = await post(`${url}/present`, body);
    expect([reply.status, reply.body.error.code]).toEqual([500, 'INTERNAL']);
    expect((await post(`${url}/cleanup`, body)).status).toBe(200);
  });

  const finding = {
    code: 'CNAME_IN_THE_WAY',
    severity: 'fatal',
    message: 'A CNAME is there.',
    remedy: 'Remove it.',
    evidence: [],
  };
  const report = (verdict: string) =>
    ({ visible: false, verdict, findings: [finding], elapsedMs: 5 }) as never;

  test('not visible in time is 200 all the same, and told', async () => {
    const { url, double, stderr } = await start();
    double.onPresent = async (record) => ({ lease: leaseOf(record), report: report('waiting') });
    const reply = await post(`${url}/present`, { fqdn, value: digest() });
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({
      visible: false,
      lease: expect.stringMatching(/^double-/),
      findings: [{ code: 'CNAME_IN_THE_WAY' }],
    });
    expect(stderr.text).toMatch(/^warning: _acme-challenge\.shop\.test is written \(lease double-/m);
  });

  test('what waiting cannot help is 409, with the worst finding', async () => {
    const { url, double } = await start();
    double.onPresent = async (record) => ({ lease: leaseOf(record), report: report('blocked') });
    const reply = await post(`${url}/present`, { fqdn, value: digest() });
    expect([reply.status, reply.body.error]).toEqual([
      409,
      {
        code: 'CNAME_IN_THE_WAY',
        message: 'A CNAME is there.',
        hint: 'Remove it.',
        lease: expect.stringMatching(/^double-/),
      },
    ]);
  });

  test.each(['removed', 'absent', 'kept'] as const)('cleanup tells %s', async (outcome) => {
    const { url, double, log } = await start();
    double.onCleanup = async () => outcome;
    const reply = await post(`${url}/cleanup`, { fqdn, value: digest() });
    expect([reply.status, reply.body.outcome, log()[0].outcome]).toEqual([200, outcome, outcome]);
  });
});
