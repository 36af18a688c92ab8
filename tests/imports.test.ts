import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packages } from './packages.js';

/** What must not be loaded before it is needed: the vendors' SDKs, and for the command line also its own heavier parts. */
const HEAVY = /@alicloud|@huaweicloud|axios|log4js/;

/** CommonJS modules that are loaded after importing a package: the vendors' SDKs are CommonJS, so they would show. */
function loadedModules(directory: string, load: string): string[] {
  const list = "console.log(JSON.stringify(Object.keys(require('node:module')._cache)))";
  const prelude =
    "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  const code = load.startsWith('import') ? `${prelude}${load};${list}` : `${load};${list}`;
  const type = load.startsWith('import') ? 'module' : 'commonjs';
  const output = execFileSync(process.execPath, [`--input-type=${type}`, '-e', code], {
    cwd: directory,
    encoding: 'utf8',
  });
  return JSON.parse(output) as string[];
}

/** All that can be imported: the packages, and what they export beside. */
const entries = packages.flatMap(({ directory, name }) => {
  const { exports } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  return Object.keys(exports)
    .filter((entry) => !entry.endsWith('.json'))
    .map((entry) => ({ directory, name: entry.replace('.', name) }));
});

describe.each(entries)('importing $name', ({ directory, name }) => {
  test('as an ES module loads no vendor SDK', () => {
    expect(
      loadedModules(directory, `import ${JSON.stringify(name)}`).filter((path) => HEAVY.test(path)),
    ).toEqual([]);
  });

  test('as CommonJS loads no vendor SDK', () => {
    const loaded = loadedModules(directory, `require(${JSON.stringify(name)})`);
    expect(loaded.length).toBeGreaterThan(0);
    expect(loaded.filter((path) => HEAVY.test(path))).toEqual([]);
  });
});

/** Parts of Node that take as long to load as a whole package of ours, and are needed with the first question or lock. */
const SLOW_BUILTINS = ['net', 'dgram', 'crypto', 'tls', 'dns', 'http2'];

describe.each(
  entries.filter(({ name }) => /core|verifier|provider-(alidns|huaweicloud|rfc2136)|acme/.test(name)),
)('importing $name', ({ directory, name }) => {
  test.each(['import', 'require'])('by %s loads no sockets and no cryptography', (way) => {
    const list = "console.log(process.moduleLoadList.join('\\n'))";
    const [type, load] =
      way === 'import'
        ? ['module', `import ${JSON.stringify(name)}`]
        : ['commonjs', `require(${JSON.stringify(name)})`];
    const output = execFileSync(process.execPath, [`--input-type=${type}`, '-e', `${load};${list}`], {
      cwd: directory,
      encoding: 'utf8',
    });
    const loaded = output.split('\n');
    expect(loaded.length).toBeGreaterThan(50);
    expect(SLOW_BUILTINS.filter((builtin) => loaded.includes(`NativeModule ${builtin}`))).toEqual([]);
  });
});
