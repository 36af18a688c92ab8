import { describe, expect, test } from 'vitest';
import { Flags } from '../src/arguments.js';
import { UsageError } from '../src/errors.js';
import { verificationOf } from '../src/verification.js';

const of = (given: Record<string, readonly (string | true)[]>) =>
  verificationOf(new Flags(new Map(Object.entries(given))));

function refusal(given: Parameters<typeof of>[0]): UsageError {
  try {
    of(given);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('It was taken.');
}

describe('the flags about certificate authorities and perspectives', () => {
  test('say nothing if none is given', () => {
    expect(of({})).toEqual({});
  });

  test('take presets, addresses and URLs, each once', () => {
    const perspective = [
      'google',
      '192.0.2.1',
      '[2001:db8::1]:53',
      'https://dns.example/dns-query',
      'google',
    ];
    expect(of({ perspective }).perspectives).toEqual([
      'google',
      { name: '192.0.2.1', resolver: '192.0.2.1' },
      { name: '[2001:db8::1]:53', resolver: '[2001:db8::1]:53' },
      { name: 'https://dns.example/dns-query', resolver: 'https://dns.example/dns-query' },
    ]);
  });

  test('take all presets at once', () => {
    const { perspectives } = of({ perspective: ['all', 'quad9'] });
    expect(perspectives).toEqual(['cloudflare', 'google', 'quad9', 'alidns', 'dnspod']);
  });

  test.each([
    ['all', 'all'],
    ['baseline-requirements', 'baseline-requirements'],
    ['2', 2],
  ])('take the quorum %s', (text, quorum) => {
    expect(of({ perspective: ['all'], quorum: [text] }).quorum).toBe(quorum);
  });

  test('take domains of authorities one by one and in a list', () => {
    const ca = ['letsencrypt.org, DigiCert.com.', 'letsencrypt.org'];
    expect(of({ ca }).authority).toEqual({ domains: ['letsencrypt.org', 'digicert.com'] });
    const more = { 'account-uri': ['https://ca.example/acct/1'], wildcard: [true] } as const;
    expect(of({ ca: ['ca.example'], ...more }).authority).toEqual({
      domains: ['ca.example'],
      accountUri: 'https://ca.example/acct/1',
      isWildcard: true,
    });
  });

  test.each([
    [{ perspective: ['clouflare'] }, '--perspective takes cloudflare', 'Did you mean cloudflare?'],
    [{ perspective: ['somewhere'] }, 'not "somewhere"', undefined],
    [{ perspective: ['http://dns.example/'] }, '--perspective takes', undefined],
    [{ perspective: ['https://'] }, '--perspective takes', undefined],
    [{ perspective: ['999.0.2.1'] }, '--perspective takes an IP address', undefined],
    [{ quorum: ['all'] }, '--quorum counts perspectives', undefined],
    [{ perspective: ['google'], quorum: ['2'] }, 'a number from 1 to 1', undefined],
    [{ perspective: ['google'], quorum: ['0'] }, 'not "0"', undefined],
    [{ perspective: ['google'], quorum: ['most'] }, 'not "most"', undefined],
    [{ ca: [','] }, '--ca needs a domain', undefined],
    [{ ca: ['a..b'] }, '--ca takes the domain that stands in CAA records', undefined],
    [{ wildcard: [true] as const }, '--wildcard says how CAA records are read: add --ca', undefined],
    [{ 'account-uri': ['x'] }, '--account-uri says how CAA records are read', undefined],
  ])('refuse %j with a sentence', (given, message, hint) => {
    const error = refusal(given as Parameters<typeof of>[0]);
    expect(error.message).toContain(message);
    expect(error.hint).toBe(hint);
  });
});
