import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { cli, temporaryFolder } from './harness.js';

const folder = temporaryFolder();

/** A provider that lists one zone for each of its options, so that a test sees what it was called with. */
writeFileSync(
  join(folder, 'telling.mjs'),
  `export const manifest = {
    id: 'telling', title: 'Telling DNS', package: 'telling',
    settings: [
      { option: 'server', description: '', required: true, secret: false, environment: ['TELLING_SERVER'] },
      { option: 'keyFile', description: '', required: false, secret: false, environment: [], isPath: true },
      { option: 'port', description: '', required: false, secret: false, environment: [], types: ['string', 'number'] },
    ],
    options: [
      { option: 'client', description: '', types: ['object'], standsIn: true },
      { option: 'zones', description: '', types: ['array'] },
      { option: 'unsigned', description: '', types: ['boolean'] },
    ],
  };
  export default ({ environment, ...options }) => ({
    id: 'telling',
    capabilities: {
      writes: 'value', types: ['TXT'], lines: false, zoneSearch: 'family', serialPerZone: false, batch: false,
      limits: { ttl: { min: 1, max: 86400, default: 300 }, txtBytes: 255, valuesPerSet: 10 },
      nameServerPatterns: [],
    },
    async findZones() { return []; },
    async *listZones() { yield { id: JSON.stringify(options), name: 'told.example.', status: 'active' }; },
    async readRecordSet() {},
    async applyChange() { return { settled: true }; },
  });`,
);

let number = 0;

/** What the factory got, or the error that ends the command. */
async function called(options: object, env: Record<string, string> = {}) {
  const name = `options-${number++}.json`;
  writeFileSync(join(folder, name), JSON.stringify({ providers: [{ package: './telling.mjs', options }] }));
  const { json } = await cli(['zones', '--json', '--config', `${folder}/${name}`], { cwd: '/', env });
  const { zones, error } = json();
  return zones
    ? { options: JSON.parse(zones[0].id) }
    : { error: error.message.replace(/^.*?:\d+:\d+: /, ''), hint: error.hint };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('options of the config file', () => {
  test('reach the factory, paths from the folder of the config file', async () => {
    const options = {
      server: 'ns1',
      keyFile: 'keys/proof.key',
      port: 5353,
      zones: ['a.example'],
      unsigned: true,
    };
    expect(await called(options)).toEqual({
      options: { ...options, keyFile: join(folder, 'keys/proof.key') },
    });
    expect(await called({ server: 'ns1', keyFile: '/etc/key', port: '53' })).toEqual({
      options: { server: 'ns1', keyFile: '/etc/key', port: '53' },
    });
  });

  test.each([
    [{ server: 'x', port: true }, 'providers[0].options.port must be a text or a number, not true or false.'],
    [{ server: 'x', zones: 'a' }, 'providers[0].options.zones must be an array, not a text.'],
    [{ server: null }, 'providers[0].options.server must be a text, not null.'],
    [{ server: '' }, 'providers[0].options.server is empty.'],
    [{ server: 'x', other: 1 }, 'providers[0].options.other is not an option of Telling DNS.'],
    [{}, 'providers[0]: server of Telling DNS is not set.'],
  ])('%j are refused', async (options, message) => {
    expect(await called(options)).toMatchObject({ error: message });
  });

  test('need no required setting if another option stands in for it, or the environment has it', async () => {
    expect(await called({ client: { ready: true } })).toEqual({ options: { client: { ready: true } } });
    expect(await called({}, { TELLING_SERVER: 'ns1' })).toEqual({ options: {} });
  });
});

describe('a reference to the environment', () => {
  writeFileSync(join(folder, 'secret'), 'from-a-file\n');

  test('is replaced wherever it stands, also by the content of a file', async () => {
    const options = {
      server: { env: 'A' },
      zones: ['x', { env: 'B' }],
      client: { deep: { key: { env: 'C' } } },
    };
    const env = { A: 'one', B: 'two', C_FILE: join(folder, 'secret') };
    expect(await called(options, env)).toEqual({
      options: { server: 'one', zones: ['x', 'two'], client: { deep: { key: 'from-a-file' } } },
    });
  });

  test.each([
    [
      { env: 'NONE' },
      {},
      'providers[0].options.server names the environment variable NONE, which is not set.',
    ],
    [
      { env: 'NONE' },
      { NONE: '' },
      'providers[0].options.server names the environment variable NONE, which is not set.',
    ],
    [{ env: 4 }, {}, 'providers[0].options.server.env must be the name of an environment variable.'],
    [
      { env: 'A' },
      { A_FILE: '/none' },
      'providers[0].options.server: The file that A_FILE names cannot be read: /none.',
    ],
  ])('%j is refused with %j', async (server, env, message) => {
    expect(await called({ server }, env)).toMatchObject({ error: message });
  });
});

test('a package that never ends loading is given up', async () => {
  writeFileSync(join(folder, 'endless.mjs'), 'await new Promise(() => {});\nexport default () => {};');
  writeFileSync(join(folder, 'endless.json'), JSON.stringify({ providers: [{ package: './endless.mjs' }] }));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const ended = cli(['zones', '--config', 'endless.json'], { cwd: folder });
  await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
  await vi.advanceTimersByTimeAsync(15_000);
  const { code, stderr } = await ended;
  expect(code).toBe(2);
  expect(stderr).toContain('cannot be used: it cannot be loaded:');
  expect(stderr).toContain('endless.mjs: It was not done after 15 s.');
});
