import { rm } from 'node:fs/promises';
import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.js';

/** What programs import. */
const LIBRARIES = ['src/index.ts', 'src/acme.ts'];

/**
 * The program is CommonJS: that takes a quarter less CPU to load, and ACME clients start it for every name. What a command needs is in a
 * file of its own, so it is split. Both formats lie in one folder, so it is emptied here, once.
 */
export default defineConfig(async () => {
  await rm('dist', { recursive: true, force: true });
  return [
    {
      ...base,
      entry: LIBRARIES,
      format: ['esm'],
      dts: { entry: LIBRARIES },
      clean: false,
    },
    // Shims: where a file of the package lies is asked by `import.meta.url`, which CommonJS lacks.
    {
      ...base,
      entry: [...LIBRARIES, 'src/bin.ts'],
      format: ['cjs'],
      dts: { entry: LIBRARIES },
      splitting: true,
      shims: true,
      env: { BUILT_AS: 'commonjs' },
      clean: false,
    },
  ];
});
