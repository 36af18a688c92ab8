import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ALL_BYSTANDERS, CHALLENGE, FOREIGN, foreignWorld } from './foreign-world.js';
import { redirectTls } from './tls-redirect.js';

const run = promisify(execFile);
const missing = ['lexicon', 'openssl'].filter(
  (command) => spawnSync(command, ['version']).error !== undefined,
);
const reason = missing.length > 0 ? ` (skipped: Debian has ${missing.join(' and ')} under these names)` : '';

const NAME = `${CHALLENGE}.example.net`;
const TIMEOUT = 120_000;

describe.skipIf(missing.length > 0)(`lexicon aliyun, a program that is not ours${reason}`, () => {
  async function world(options: Parameters<typeof foreignWorld>[0] = {}) {
    const foreign = await foreignWorld(options);
    const { endpoint, accessKeyId, accessKeySecret } = foreign.simulator.alidns;
    const { env, folder } = await redirectTls('alidns.aliyuncs.com', new URL(endpoint));
    const keys = { LEXICON_ALIYUN_AUTH_KEY_ID: accessKeyId, LEXICON_ALIYUN_AUTH_SECRET: accessKeySecret };
    /** Runs it and gives what it prints: `true`, or the records of a list. */
    const lexicon = async (action: string, words: string[], more: Record<string, string> = {}) => {
      const [type = 'TXT', ...rest] = words;
      const line = ['aliyun', action, 'example.net', type, '--output', 'JSON', ...rest];
      const { stdout } = await run('lexicon', line, { cwd: folder, env: { ...env, ...keys, ...more } });
      // biome-ignore lint/suspicious/noExplicitAny: `true` or a list.
      return JSON.parse(stdout) as any;
    };
    const txt = (action: string, content: string | undefined, ...more: string[]) =>
      lexicon(action, [
        'TXT',
        '--name',
        NAME,
        ...(content === undefined ? [] : ['--content', content]),
        ...more,
      ]);
    const operations = () => foreign.simulator.calls.map(({ operation }) => operation);
    return { ...foreign, lexicon, txt, operations };
  }

  it(
    'creates two values of one name, lists them, and deletes one by its content',
    async () => {
      const { txt, proved, bystanders, operations } = await world();
      expect(await txt('create', 'first')).toBe(true);
      expect(await txt('create', 'second')).toBe(true);
      expect(await proved('alidns', CHALLENGE)).toEqual(['first', 'second', FOREIGN]);
      const calls = ['DescribeDomainInfo', 'DescribeDomainRecords', 'AddDomainRecord'];
      expect(operations()).toEqual([...calls, ...calls]);
      // What is there is not added again.
      expect(await txt('create', 'second')).toBe(true);
      expect(operations().slice(6)).toEqual(calls.slice(0, 2));

      const listed = await txt('list', 'first');
      expect(listed).toEqual([
        { id: expect.stringMatching(/^\d{17}$/), type: 'TXT', name: NAME, ttl: 3600, content: 'first' },
      ]);
      expect(await txt('delete', 'first')).toBe(true);
      expect(await proved('alidns', CHALLENGE)).toEqual(['second', FOREIGN]);
      expect(bystanders('alidns')).toBe(ALL_BYSTANDERS);
    },
    TIMEOUT,
  );

  it(
    'updates and deletes a record by its id, a CNAME too',
    async () => {
      const { lexicon, proved } = await world();
      const alias = ['CNAME', '--name', 'alias.example.net'];
      await lexicon('create', [...alias, '--content', 'one.example.org']);
      const [{ id }] = await lexicon('list', alias);
      await lexicon('update', [
        ...alias,
        '--identifier',
        id,
        '--content',
        'two.example.org',
        '--ttl',
        '1200',
      ]);
      expect(await proved('alidns', 'alias', 'CNAME')).toEqual(['two.example.org.']);
      expect(await lexicon('list', alias)).toMatchObject([{ id, content: 'two.example.org', ttl: 1200 }]);
      await lexicon('delete', ['CNAME', '--identifier', id]);
      expect(await proved('alidns', 'alias', 'CNAME')).toEqual([]);
    },
    TIMEOUT,
  );

  it(
    'searches by part of a name, as the service lets it: without content it deletes what it only resembles',
    async () => {
      const { txt, proved, bystanders } = await world();
      await txt('create', 'mine');
      const listed: { name: string }[] = await txt('list', undefined);
      expect(listed.map(({ name }) => name)).toEqual([
        NAME,
        NAME,
        `x${NAME}`,
        `${CHALLENGE}.other.example.net`,
      ]);
      expect(await txt('delete', undefined)).toBe(true);
      expect(await proved('alidns', CHALLENGE)).toEqual([]);
      expect(await proved('alidns', `${CHALLENGE}.other`)).toEqual([]);
      expect(bystanders('alidns')).toBe(1);
    },
    TIMEOUT,
  );

  it(
    'sees the first page only, and what is beyond it stays',
    async () => {
      const { lexicon, simulator } = await world();
      const crowd = ['TXT', '--name', 'crowd-.example.net'];
      expect(await lexicon('list', crowd)).toHaveLength(20);
      await lexicon('delete', crowd);
      const left = simulator.records('alidns', 'example.net').filter(({ name }) => name.startsWith('crowd-'));
      expect(left).toHaveLength(5);
    },
    TIMEOUT,
  );

  it(
    'is refused with a wrong secret, and with its own signature over a space',
    async () => {
      const { lexicon, txt, simulator, held } = await world();
      const list = ['TXT', '--name', NAME];
      await expect(lexicon('list', list, { LEXICON_ALIYUN_AUTH_SECRET: 'wrong' })).rejects.toThrow('400');
      await expect(lexicon('list', list, { LEXICON_ALIYUN_AUTH_KEY_ID: 'LTAI0000' })).rejects.toThrow('404');
      // It writes a space as a plus sign into what it signs, where the scheme wants %20.
      await expect(txt('create', 'two words')).rejects.toThrow('400');
      expect(simulator.calls.flatMap(({ vendorCode }) => vendorCode ?? [])).toEqual([
        'SignatureDoesNotMatch',
        'InvalidAccessKeyId.NotFound',
        'SignatureDoesNotMatch',
      ]);
      expect(held('alidns', CHALLENGE)).toEqual([FOREIGN]);
    },
    TIMEOUT,
  );
});
