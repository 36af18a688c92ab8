import { execFileSync } from 'node:child_process';
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

describe.each(packages)('importing $name', ({ directory, name }) => {
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
