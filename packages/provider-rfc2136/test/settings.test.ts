import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { DnsError, type Environment, missingSettings } from '@domainproof/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifest } from '../src/index.js';
import { resolveSettings, type SettingOptions } from '../src/settings.js';
import { KEY_NAME, SECRET } from './support/answer.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rfc2136-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function resolved(options: SettingOptions | Record<string, unknown>, environment: Environment = {}) {
  const { server, key, zones } = resolveSettings(options, environment);
  return {
    server: `${server.host} ${server.port}`,
    key: key && `${key.title} ${key.digest} ${key.secret.export().toString()}`,
    zones,
  };
}

function refusal(options: SettingOptions | Record<string, unknown>, environment: Environment = {}): DnsError {
  try {
    resolveSettings(options, environment);
  } catch (error) {
    if (error instanceof DnsError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const KEY = { keyName: KEY_NAME, keySecret: SECRET };
const SECRET_TEXT = 'secret-secret-secret-secret-123';

describe('the server', () => {
  it.each([
    ['ns1.example.com', 'ns1.example.com 53'],
    [' ns1.example.com:5353 ', 'ns1.example.com 5353'],
    ['192.0.2.1', '192.0.2.1 53'],
    ['192.0.2.1:5353', '192.0.2.1 5353'],
    ['2001:db8::1', '2001:db8::1 53'],
    ['[2001:db8::1]', '2001:db8::1 53'],
    ['[2001:db8::1]:5353', '2001:db8::1 5353'],
  ])('can be %s', (server, expected) => {
    expect(resolved({ server, ...KEY }).server).toBe(expected);
  });

  it('may have its port in an option of its own', () => {
    expect(resolved({ server: 'ns1', port: 5353, ...KEY }).server).toBe('ns1 5353');
    expect(resolved({ server: '2001:db8::1', port: '5353', ...KEY }).server).toBe('2001:db8::1 5353');
    expect(resolved({ server: 'ns1:1053', port: '5353', ...KEY }).server).toBe('ns1 1053');
  });

  it.each(['ns1:port', 'dns://ns1', 'ns1:0', 'ns1:70000', '[ns1]:53', 'two words', '[2001:db8::1', ':53'])(
    'cannot be %s',
    (server) => {
      const error = refusal({ server, ...KEY });
      expect(error.code).toBe('UNSUPPORTED');
      expect(error.message).toContain(JSON.stringify(server));
      expect(error.hint).toBeTruthy();
    },
  );

  it('must be given', () => {
    const error = refusal(KEY);
    expect(error.code).toBe('AUTH_INVALID');
    expect(error.hint).toContain('RFC2136_NAMESERVER or NSUPDATE_SERVER or DNS_UPDATE_SERVER');
  });
});

describe('the environment', () => {
  it.each([
    [
      'lego',
      {
        RFC2136_NAMESERVER: 'ns1:5353',
        RFC2136_TSIG_KEY: 'a.example.',
        RFC2136_TSIG_SECRET: SECRET,
        RFC2136_TSIG_ALGORITHM: 'hmac-sha512.',
      },
      { server: 'ns1 5353', key: `a.example. sha512 ${SECRET_TEXT}`, zones: undefined },
    ],
    [
      "Terraform's dns provider",
      {
        DNS_UPDATE_SERVER: 'ns1',
        DNS_UPDATE_PORT: '5353',
        DNS_UPDATE_KEYNAME: 'a.example.',
        DNS_UPDATE_KEYALGORITHM: 'HMAC-SHA1',
        DNS_UPDATE_KEYSECRET: SECRET,
      },
      { server: 'ns1 5353', key: `a.example. sha1 ${SECRET_TEXT}`, zones: undefined },
    ],
  ])('of %s is understood', (_, environment, expected) => {
    expect(resolved({}, environment)).toEqual(expected);
  });

  it('of acme.sh is understood', () => {
    const NSUPDATE_KEY = file('acme.key', `key "a.example" { algorithm hmac-sha256; secret "${SECRET}"; };`);
    const environment = {
      NSUPDATE_SERVER: 'ns1',
      NSUPDATE_SERVER_PORT: '5353',
      NSUPDATE_KEY,
      NSUPDATE_ZONE: 'example.com',
    };
    expect(resolved({}, environment)).toEqual({
      server: 'ns1 5353',
      key: `a.example sha256 ${SECRET_TEXT}`,
      zones: ['example.com.'],
    });
  });

  it.each(['RFC2136_NAMESERVER', 'NSUPDATE_SERVER', 'DNS_UPDATE_SERVER'])(
    'beside %s may name several zones',
    (server) => {
      const key = {
        RFC2136_TSIG_KEY: KEY_NAME,
        RFC2136_TSIG_SECRET: SECRET,
        NSUPDATE_KEY: file('z.key', `key "a" { algorithm hmac-sha256; secret "${SECRET}"; };`),
        DNS_UPDATE_KEYNAME: KEY_NAME,
        DNS_UPDATE_KEYSECRET: SECRET,
      };
      const zones = 'example.com, example.net';
      const environment = { ...key, [server]: 'ns1', DOMAINPROOF_RFC2136_ZONES: zones };
      expect(resolved({}, environment).zones).toEqual(['example.com.', 'example.net.']);
    },
  );

  it('may name a file for each value', () => {
    const environment = {
      RFC2136_NAMESERVER_FILE: file('server', 'ns1:5353\n'),
      RFC2136_TSIG_KEY: KEY_NAME,
      RFC2136_TSIG_SECRET_FILE: file('secret', `${SECRET}\n`),
    };
    expect(resolved({}, environment).key).toBe(`${KEY_NAME} sha256 ${SECRET_TEXT}`);
    const missing = { ...environment, RFC2136_TSIG_SECRET_FILE: join(folder, 'none') };
    expect(refusal({}, missing).message).toContain('RFC2136_TSIG_SECRET_FILE');
  });

  it('of two programs is never mixed', () => {
    const terraform = { DNS_UPDATE_KEYNAME: 'tf', DNS_UPDATE_KEYSECRET: SECRET, DNS_UPDATE_PORT: '99' };
    expect(refusal({}, { RFC2136_NAMESERVER: 'ns1', ...terraform }).message).toContain('No TSIG key');
    const both = { ...terraform, DNS_UPDATE_SERVER: 'ns2', NSUPDATE_SERVER: '', NSUPDATE_SERVER_PORT: '1' };
    expect(resolved({}, both).server).toBe('ns2 99');
  });

  it('gives the key for a server in the options, but no port and no zones', () => {
    const environment = {
      NSUPDATE_SERVER: 'ns2',
      NSUPDATE_SERVER_PORT: '99',
      NSUPDATE_ZONE: 'example.com',
      NSUPDATE_KEY: file('k.key', `key "a" { algorithm hmac-sha256; secret "${SECRET}"; };`),
    };
    expect(resolved({ server: 'ns1' }, environment)).toEqual({
      server: 'ns1 53',
      key: `a sha256 ${SECRET_TEXT}`,
      zones: undefined,
    });
  });

  it('is not looked at for what the options say', () => {
    const environment = {
      RFC2136_NAMESERVER: 'ns1',
      RFC2136_TSIG_FILE: join(folder, 'none'),
      RFC2136_TSIG_ALGORITHM: 'hmac-sha512',
    };
    expect(resolved(KEY, environment).key).toBe(`${KEY_NAME} sha256 ${SECRET_TEXT}`);
    const all = { ...environment, DNS_UPDATE_SERVER_FILE: join(folder, 'none') };
    expect(resolved({ server: 'ns1', ...KEY }, all).server).toBe('ns1 53');
  });

  it('names what is missing for a provider to be on', () => {
    expect(missingSettings(manifest, {}, {}).map(({ option }) => option)).toEqual(['server']);
    expect(missingSettings(manifest, {}, { DNS_UPDATE_SERVER: 'ns1' })).toEqual([]);
  });
});

describe('the key', () => {
  const server = 'ns1';

  it.each([
    [{ server }, 'No TSIG key for dynamic update was found.'],
    [{ server, keyName: KEY_NAME }, 'No TSIG key for dynamic update was found.'],
    [{ server, keySecret: SECRET }, 'No TSIG key for dynamic update was found.'],
    [{ server, ...KEY, keyFile: 'k' }, 'A TSIG key file and a TSIG secret were given together.'],
    [{ server, ...KEY, keyAlgorithm: 'hmac-md5' }, '"hmac-md5" (from the settings) is not known'],
    [{ server, ...KEY, keyAlgorithm: 'sha256' }, '"sha256" (from the settings) is not known'],
    [{ server, ...KEY, keyName: 'two..dots' }, '"two..dots" (from the settings) is not the name'],
    [{ server, ...KEY, keyName: '.' }, '"." (from the settings) is not the name of a TSIG key'],
    [{ server, ...KEY, keyName: 'x'.repeat(64) }, 'is not the name of a TSIG key'],
    [{ server, ...KEY, keyName: Array(60).fill('long').join('.') }, 'is not the name of a TSIG key'],
    [{ server, ...KEY, keySecret: 'no Base64!' }, 'is not Base64'],
    [{ server, ...KEY, keySecret: '==' }, 'is not Base64'],
  ])('%#: is refused, and no secret is shown', (options, message) => {
    const error = refusal(options);
    expect(error.code).toBe('AUTH_INVALID');
    expect(error.message).toContain(message);
    expect(error.hint).toMatch(/\.$/);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/no Base64!|c2Vjcm/);
  });

  it('names all the ways to give one', () => {
    expect(refusal({ server }).hint).toBe(
      "Give keyName and keySecret, or keyFile; or set RFC2136_TSIG_KEY and RFC2136_TSIG_SECRET, or RFC2136_TSIG_FILE, or NSUPDATE_KEY, or DNS_UPDATE_KEYNAME and DNS_UPDATE_KEYSECRET (each also as NAME_FILE). A server that goes by the client's address alone takes unsigned: true.",
    );
  });

  it('says why HMAC-MD5 is not taken', () => {
    const error = refusal({ server, ...KEY, keyAlgorithm: 'HMAC-MD5.SIG-ALG.REG.INT.' });
    expect(error.hint).toContain('tsig-keygen -a hmac-sha256');
  });

  it('may be left out only if that is said', () => {
    expect(resolved({ server, unsigned: true }).key).toBeUndefined();
    const environment = { RFC2136_TSIG_KEY: KEY_NAME, RFC2136_TSIG_SECRET: SECRET };
    expect(resolved({ server, unsigned: true }, environment).key).toBeUndefined();
    expect(refusal({ server, unsigned: true, ...KEY }).message).toContain('together with unsigned');
    expect(refusal({ server, unsigned: 'yes', ...KEY }).message).toContain('unsigned must be true or false');
    expect(resolved({ server, unsigned: false, ...KEY }).key).toContain(KEY_NAME);
  });
});

describe('options of a config file that are of a wrong kind', () => {
  it.each([
    [{ server: 5 }, 'server'],
    [{ server: 'ns1', keyName: ['a'], keySecret: SECRET }, 'keyName'],
    [{ server: 'ns1', keyFile: {} }, 'keyFile'],
    [{ server: 'ns1', ...KEY, port: true }, 'port'],
    [{ server: 'ns1', ...KEY, zones: [5] }, 'zones'],
    [{ server: 'ns1', ...KEY, zones: { 0: 'example.com', length: 1 } }, 'zones'],
  ])('%#: are refused by name', (options, name) => {
    expect(refusal(options)).toMatchObject({ code: 'UNSUPPORTED' });
    expect(refusal(options).message).toContain(`The option ${name} must be`);
  });
});

describe('zones', () => {
  it.each([
    ['example.com, Example.NET.', ['example.com.', 'example.net.']],
    [['中文.example'], ['xn--fiq228c.example.']],
    ['', undefined],
    [[], undefined],
  ])('%j are names', (zones, expected) => {
    expect(resolved({ server: 'ns1', ...KEY, zones }).zones).toEqual(expected);
  });

  it('that are no names are refused', () => {
    expect(refusal({ server: 'ns1', ...KEY, zones: 'a..b' }).code).toBe('INVALID_NAME');
  });
});

describe('a key file', () => {
  const read = (content: string, keyName?: string) =>
    resolved({ server: 'ns1', keyFile: file('test.key', content), ...(keyName && { keyName }) }).key;
  const refused = (content: string, keyName?: string) =>
    refusal({ server: 'ns1', keyFile: file('test.key', content), ...(keyName && { keyName }) });

  it.each([
    ['as tsig-keygen prints it', `key "a.example" {\n\talgorithm hmac-sha512;\n\tsecret "${SECRET}";\n};\n`],
    ['on one line, in another order', `key a.example{secret ${SECRET};algorithm "hmac-sha512";};`],
    [
      'with comments of all kinds',
      `# key "x" {\n// key "y" { algorithm hmac-md5; secret "AAAA"; };\n/* key "z" {\n */ key /* no */ "a.example" { # here\n algorithm hmac-sha512; // and here\n secret "${SECRET}"; /* and */ };`,
    ],
    [
      'between other statements',
      `options { directory "/x"; allow-update { key other; }; };\nserver 192.0.2.1 { keys { a.example; }; };\nkey "a.example" { algorithm hmac-sha512; secret "${SECRET}"; };\ncontrols { inet * keys { "a.example"; }; };`,
    ],
    [
      'with Windows line ends',
      `key "a.example" {\r\n algorithm hmac-sha512;\r\n secret "${SECRET}";\r\n};\r\n`,
    ],
  ])('is read %s', (_, content) => {
    expect(read(content)).toBe(`a.example sha512 ${SECRET_TEXT}`);
  });

  const two = `key "one" { algorithm hmac-sha256; secret "${SECRET}"; };\nkey "two." { algorithm hmac-sha1; secret "${SECRET}"; };`;

  it('with several keys takes the name of one', () => {
    expect(read(two, 'TWO')).toBe(`two. sha1 ${SECRET_TEXT}`);
    expect(read(two, 'one.')).toBe(`one sha256 ${SECRET_TEXT}`);
    expect(refused(two).message).toContain('holds several keys: one, two.');
    expect(refused(two, 'three').message).toContain('holds one, two., but not three');
  });

  it.each([
    ['', 'holds no key'],
    ['nothing of the kind', 'holds no key'],
    [`key "a" { algorithm hmac-sha256; secret "${SECRET}" };`, 'holds no key'],
    [`key "a" { secret "${SECRET}"; };`, 'holds no key'],
    ['key "a" { algorithm hmac-sha256; };', 'holds no key'],
    [`key "a" { algorithm hmac-sha256; secret "${SECRET}"; `, 'holds no key'],
    [`{"key": "${SECRET}"}`, 'holds no key'],
    ['key "a" { algorithm hmac-sha256; secret "not Base64!"; };', 'is not Base64'],
    ['key "a" { algorithm hmac-md5; secret "AAAA"; };', 'is not known'],
  ])('%#: that is none is refused, and its content is not shown', (content, message) => {
    const error = refused(content);
    expect(error.code).toBe('AUTH_INVALID');
    expect(error.message).toContain(message);
    expect(error.message).toContain('test.key');
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/c2Vjcm|not Base64!/);
  });

  it('that is not there is named', () => {
    const error = refusal({ server: 'ns1', keyFile: join(folder, 'none.key') });
    expect(error).toMatchObject({ code: 'AUTH_INVALID' });
    expect(error.message).toContain('none.key cannot be read');
  });
});
