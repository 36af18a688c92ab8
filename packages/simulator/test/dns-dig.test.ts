import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Network, startNetwork } from '../src/dns/network.js';

const run = promisify(execFile);
const dig = spawnSync('dig', ['-v']);
const reason = dig.error ? ' (skipped: dig is not installed; Debian has it in bind9-dnsutils)' : '';

describe.skipIf(dig.error !== undefined)(`dig, a client that is not ours${reason}`, () => {
  let network: Network;

  const ask = async (address: string, port: number, ...words: string[]) => {
    const { stdout } = await run('dig', [`@${address}`, '-p', String(port), '+tries=1', ...words]);
    // dig complains in comments, for example about a malformed message or recursion that was not there.
    expect(stdout).not.toMatch(/WARNING|malformed|bad |extra bytes/i);
    return stdout;
  };
  const authoritative = (...words: string[]) => ask('127.0.53.1', network.port, '+norecurse', ...words);
  const recursive = (...words: string[]) =>
    ask('127.0.0.1', Number(network.resolver.split(':')[1]), ...words);

  beforeAll(async () => {
    network = await startNetwork({ delaysMs: { huaweicloud: [0, 0], alidns: [0, 0] }, negativeTtl: 60 });
    network.delegate('example.com.', 'huaweicloud');
    network.publisher.addZone({ id: 'h', name: 'example.com.', cloud: 'huaweicloud' });
    const publish = (name: string, type: string, values: string[]) =>
      network.publisher.publish('h', { name, type, ttl: 300, values });
    publish('long.example.com.', 'TXT', ['x'.repeat(256), 'a "quoted" \\ value']);
    publish(
      'big.example.com.',
      'TXT',
      Array.from({ length: 40 }, (_, index) => `${index}-${'x'.repeat(60)}`),
    );
    publish('alias.example.com.', 'CNAME', ['www.example.org.']);
    publish('all.example.com.', 'MX', ['10 mail.example.com.']);
    publish('all.example.com.', 'SRV', ['1 2 443 host.example.com.']);
    publish('all.example.com.', 'CAA', ['0 issue "ca.example.net; policy=ev"']);
    publish('all.example.com.', 'AAAA', ['2001:db8::1']);
  });
  afterAll(() => network.close());

  it('reads TXT values as they were written', async () => {
    const text = await authoritative('long.example.com', 'TXT', '+short');
    expect(text.trim().split('\n').sort()).toEqual([
      '"a \\"quoted\\" \\\\ value"',
      `"${'x'.repeat(255)}" "x"`,
    ]);
  });

  it.each([
    ['MX', '10 mail.example.com.'],
    ['SRV', '1 2 443 host.example.com.'],
    ['CAA', '0 issue "ca.example.net; policy=ev"'],
    ['AAAA', '2001:db8::1'],
  ])('reads %s records', async (type, value) => {
    expect((await authoritative('all.example.com', type, '+short')).trim()).toBe(value);
  });

  it('turns to TCP for a large answer', async () => {
    const text = await authoritative('big.example.com', 'TXT');
    expect(text).toContain(';; Truncated, retrying in TCP mode.');
    expect(text).toContain('ANSWER: 40,');
  });

  it('sees flags, absences and cookies handled as servers do', async () => {
    expect(await authoritative('example.com', 'SOA', '+cookie', '+nsid')).toMatch(
      /NOERROR[\s\S]*flags: qr aa;/,
    );
    expect(await authoritative('nothing.example.com')).toMatch(
      /NXDOMAIN[\s\S]*AUTHORITY SECTION:\n.*60\tIN\tSOA/,
    );
    expect(await authoritative('example.com', '+edns=5', '+noednsnegotiation')).toContain('BADVERS');
  });

  it('gets aliases followed by the resolver, into a domain elsewhere', async () => {
    const text = await recursive('alias.example.com', 'A', '+short');
    expect(text).toBe('www.example.org.\n192.0.2.80\n');
    expect(await recursive('alias.example.com', 'A', '+tcp')).toMatch(/flags: qr rd ra;/);
  });
});
