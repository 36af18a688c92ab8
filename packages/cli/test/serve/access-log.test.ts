import { describe, expect, test } from 'vitest';
import { digest, entries, Line, post, TOKEN, useServers } from './world.js';

const start = useServers();
const fqdn = '_acme-challenge.shop.test.';

describe('the access log', () => {
  test('as JSON: one object a request, with these fields', async () => {
    const { url, log } = await start();
    await post(`${url}/present?x=1`, { fqdn, value: digest() });
    await fetch(`${url}/healthz`);
    const [present, health] = log();
    expect(present).toEqual({
      type: 'request',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      remote: '127.0.0.1',
      method: 'POST',
      path: '/present',
      status: 200,
      ms: expect.any(Number),
      name: fqdn,
      outcome: 'visible',
      client: 'Go-http-client/1.1',
    });
    expect(health).toMatchObject({ method: 'GET', path: '/healthz', status: 200, outcome: 'ok' });
    expect(Object.keys(health)).not.toContain('name');
  });

  test('for people: the same in words', async () => {
    const { url, stdout, stderr } = await start({ modes: { json: false } });
    await post(`${url}/present`, { fqdn, value: digest() });
    await fetch(`${url}/nowhere`, { headers: { 'User-Agent': '' } });
    const [first, second] = stderr.text.split('\n');
    expect(first).toMatch(
      /^\S+Z 127\.0\.0\.1 POST \/present 200 \d+ms _acme-challenge\.shop\.test visible "Go-http-client\/1\.1"$/,
    );
    expect(second).toMatch(/^\S+Z 127\.0\.0\.1 GET \/nowhere 401 \d+ms - UNAUTHORIZED /);
    expect(stdout.text).toBe('');
  });

  test('--events has it on standard output, and --quiet nothing but warnings', async () => {
    const events = await start({ modes: { events: true, quiet: true } });
    await fetch(`${events.url}/healthz`);
    expect([entries(events.stdout.text).length, events.stderr.text]).toEqual([1, '']);
    const quiet = await start({ modes: { json: false, quiet: true } });
    quiet.double.onCleanup = async () => Promise.reject(new Error('broken'));
    await post(`${quiet.url}/present`, { fqdn, value: digest() });
    await post(`${quiet.url}/cleanup`, { fqdn, value: digest() });
    expect(quiet.stderr.text).toMatch(/^warning: cleanup of [^\n]*broken[^\n]*\n$/);
  });

  test('what strangers send cannot forge a line, reach a terminal or fill the disk', async () => {
    const { url, stderr } = await start({ modes: { json: false } });
    const line = await Line.open(url);
    const path = `/\u001b[31m${'x'.repeat(3_000)}`;
    await line.say(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nUser-Agent: a" 200 "\u009b31m\u2028${'y'.repeat(3_000)}\r\n\r\n`,
    );
    await fetch(`${url}/healthz`, { headers: { 'User-Agent': 'a" - ok "b' } });
    expect(stderr.text.trimEnd().split('\n')).toHaveLength(2);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there.
    expect(stderr.text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]/);
    expect(stderr.text.length).toBeLessThan(700);
    expect(stderr.text).toContain('ok "a\\" - ok \\"b"');
  });

  test('no output and no answer holds a token, a key authorization or a secret of the account', async () => {
    const secret = 'the-secret-of-the-dns-account';
    const keyAuth = `tok.${digest()}`;
    for (const modes of [{ json: true }, { json: false, verbose: true }, { events: true }]) {
      const { url, double, stdout, stderr } = await start({
        modes: { json: false, ...modes },
        mask: (text) => text.replaceAll(secret, '[redacted]'),
      });
      const headers = { 'User-Agent': `curl ${TOKEN}`, 'X-Forwarded-For': TOKEN };
      const replies = [
        await post(`${url}/present`, { domain: 'shop.test', token: 'tok', keyAuth }, { headers }),
      ];
      double.onPresent = async () => Promise.reject(new Error(`refused: ${secret}`));
      replies.push(await post(`${url}/present`, { domain: 'shop.test', token: 'tok', keyAuth }, { headers }));
      replies.push(
        await post(`${url}/present`, { domain: 'shop.test', keyAuth: `${keyAuth}!` }, { headers }),
      );
      replies.push(await post(`${url}/${TOKEN}?token=${TOKEN}`, {}, { headers }));
      replies.push(
        await post(`${url}/present`, {}, { headers: { Authorization: `Bearer ${TOKEN}x`, ...headers } }),
      );
      expect(replies.map(({ status }) => status)).toEqual([200, 500, 400, 404, 401]);
      const all = stdout.text + stderr.text + JSON.stringify(replies);
      for (const hidden of [
        secret,
        TOKEN,
        Buffer.from(`lego:${TOKEN}`).toString('base64'),
        keyAuth,
        keyAuth.slice(4),
      ])
        expect(all).not.toContain(hidden);
      expect(all).toContain('[redacted]');
    }
  });
});
