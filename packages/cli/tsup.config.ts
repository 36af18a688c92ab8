import { rm } from 'node:fs/promises';
import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.js';

/** What programs import. */
const LIBRARIES = ['src/index.ts', 'src/acme.ts'];

/** The program is ESM only and shares its chunks with the ESM entry; both formats lie in one folder, so it is emptied here, once. */
export default defineConfig(async () => {
  await rm('dist', { recursive: true, force: true });
  return [
    {
      ...base,
      entry: [...LIBRARIES, 'src/bin.ts'],
      format: ['esm'],
      dts: { entry: LIBRARIES },
      clean: false,
    },
    // Shims: where a file of the package lies is asked by `import.meta.url`, which CommonJS lacks.
    { ...base, entry: LIBRARIES, format: ['cjs'], shims: true, clean: false },
  ];
});
