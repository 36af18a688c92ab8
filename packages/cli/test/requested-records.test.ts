import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recordsFromText } from '../src/requested-records.js';
import { cli, temporaryFolder } from './harness.js';

const TYPES = ['TXT', 'CNAME', 'MX'];

describe('records of --from', () => {
  test('come out with absolute names and canonical values', () => {
    const text = JSON.stringify([
      { name: '_dnsauth.Example.com', type: 'txt', value: '"one" "two"', ttl: 600 },
      { name: 'x.example.com.', type: 'CNAME', value: 'Target.example.org', line: 'Dianxin' },
    ]);
    expect(recordsFromText(text, 'f.json', TYPES, {})).toEqual([
      { name: '_dnsauth.example.com.', type: 'TXT', value: 'onetwo', ttl: 600 },
      { name: 'x.example.com.', type: 'CNAME', value: 'target.example.org.', line: 'Dianxin' },
    ]);
  });

  test('take what the flags say for all, and their own ttl and line before it', () => {
    const text = JSON.stringify([
      { name: '_a', type: 'TXT', value: 'v' },
      { name: '_b', type: 'TXT', value: 'v', ttl: 60, line: 'own' },
    ]);
    const common = { provider: 'alidns', zone: 'example.net' };
    expect(recordsFromText(text, 'f', TYPES, { ...common, ttl: 900, line: 'all' })).toEqual([
      { name: '_a.example.net.', type: 'TXT', value: 'v', ttl: 900, line: 'all', ...common },
      { name: '_b.example.net.', type: 'TXT', value: 'v', ttl: 60, line: 'own', ...common },
    ]);
  });

  const good = { name: 'a.example.com', type: 'TXT', value: 'v' };
  test.each([
    ['not JSON', '{', 2, 'is not JSON'],
    ['no array', '{}', 2, 'must hold an array of {name, type, value'],
    ['nothing', '[]', 2, 'with at least one in it'],
    ['a text', [good, 'x'], 2, 'standard input: [1] must be an object with name, type and value.'],
    ['an unknown field', [{ ...good, vlaue: 'v' }], 2, '[0].vlaue is not a field of a record.'],
    ['a missing value', [{ name: 'a.b', type: 'TXT' }], 2, '[0].value must be a text'],
    ['a number as name', [{ ...good, name: 4 }], 2, '[0].name must be a text'],
    ['a ttl of half a second', [{ ...good, ttl: 0.5 }], 2, '[0].ttl must be whole seconds'],
    ['an empty line code', [{ ...good, line: '' }], 2, '[0].line must be a line code'],
    ['an unknown type', [good, { ...good, type: 'SPF' }], 2, '[1].type: "SPF" is not a record type'],
    [
      'a type that is not waited for',
      [{ ...good, type: 'MX' }],
      2,
      '[0].type: MX records are not waited for',
    ],
    ['a bad name', [good, { ...good, name: 'a..b' }], 5, '[1].name: "a..b" is not a domain name'],
    ['a bad value', [{ ...good, value: '"open' }], 5, '[0].value: The double quotes'],
  ])('with %s are refused, with the place', async (_, content, code, message) => {
    const stdinText = typeof content === 'string' ? content : JSON.stringify(content);
    const result = await cli(['wait', '--from', '-', '--json'], { stdinText });
    expect(result.code).toBe(code);
    expect(result.json().error.message).toContain(message);
  });

  test('a mistyped field comes with the one that was meant', async () => {
    const stdinText = JSON.stringify([{ ...good, vlaue: 'v' }]);
    expect((await cli(['wait', '--from', '-'], { stdinText })).stderr).toContain('hint: Did you mean value?');
  });

  test('are read from a file in the working directory; one that is missing is named', async () => {
    const cwd = temporaryFolderOf(JSON.stringify([{ ...good, type: 'SPF' }]));
    expect((await cli(['wait', '--from', 'records.json'], { cwd })).stderr).toContain(
      'records.json: [0].type',
    );
    const { code, stderr } = await cli(['wait', '--from', 'none.json'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toBe('error: The file of --from cannot be read: none.json (ENOENT).\n');
  });

  test('on standard input are bounded', async () => {
    async function* endless() {
      for (;;) yield ' '.repeat(1024 * 1024);
    }
    const { code, stderr } = await cli(['wait', '--from', '-'], { stdin: endless() });
    expect(code).toBe(2);
    expect(stderr).toContain('standard input is larger than 16 MB');
  });
});

describe('NAME TYPE VALUE', () => {
  test.each([
    [['a.example.com', 'TXT'], 2, 'there are 2 words'],
    [['a.example.com', 'TXT', 'two', 'words'], 2, 'A value with spaces in it needs quotes around it.'],
    [
      ['a.example.com', 'SPF', 'v'],
      2,
      '"SPF" is not a record type that can be handled; there are TXT, CNAME.',
    ],
    [['a.example.com', 'MX', '1 m.example.com'], 2, 'MX records are not waited for'],
    [['a b.example.com', 'TXT', 'v'], 5, 'holds the character " "'],
    [['_dnsauth', 'TXT', 'v'], 5, '"_dnsauth" is not a full domain name.'],
    [['a.example.com', 'TXT', `"${'x'.repeat(300)}"`], 5, '300 bytes, and one string holds at most 255'],
    [['a.example.com', 'TXT', 'line\nbreak'], 5, 'control character'],
    [['a.example.com', 'CNAME', 'not a name'], 5, 'The target of a CNAME record must be a domain name.'],
    [['a.example.com', 'TXT', 'v', '--ttl', '0'], 2, 'Unknown flag "--ttl"'],
    [['a.example.com', 'TXT', 'v', '--timeout', 'soon'], 2, '--timeout takes a time such as'],
    [['a.example.com', 'TXT', 'v', '--resolver', 'dns.example'], 2, '--resolver takes an IP address'],
    [['a.example.com', 'TXT', 'v', '--resolver', '192.0.2.1:99999'], 2, '--resolver takes a port'],
    [['a.example.com', 'TXT', 'v', '--authoritative-port', '0'], 2, '--authoritative-port takes a port'],
    [['a.example.com', 'TXT', 'v', '--from', 'x.json'], 2, 'not both'],
  ])('%j is refused with one sentence', async (words, code, message) => {
    const result = await cli(['wait', ...words]);
    expect(result.code).toBe(code);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain(message);
    expect(result.stderr).toMatch(/^error: .*\n(hint: .*\n)?$/);
  });

  test('--ttl takes whole seconds', async () => {
    for (const ttl of ['0', '1.5', 'x', '9999999999'])
      expect((await cli(['add', 'a.example.com', 'TXT', 'v', '--ttl', ttl])).stderr).toContain(
        '--ttl takes whole seconds',
      );
  });

  test('wrong settings of the environment are named as such', async () => {
    const words = ['wait', 'a.example.com', 'TXT', 'v'];
    expect((await cli(words, { env: { DOMAINPROOF_RESOLVERS: '192.0.2.1, x' } })).stderr).toContain(
      'DOMAINPROOF_RESOLVERS takes an IP',
    );
    expect((await cli(words, { env: { DOMAINPROOF_AUTHORITATIVE_PORT: 'x' } })).stderr).toContain(
      'DOMAINPROOF_AUTHORITATIVE_PORT takes a port',
    );
  });
});

function temporaryFolderOf(content: string): string {
  writeFileSync(join(folder, 'records.json'), content);
  return folder;
}
const folder = temporaryFolder();
