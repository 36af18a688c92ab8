import type { Options } from 'tsup';

/** The build of every package: ESM and CommonJS with types, nothing bundled but the package's own files. */
export const base: Options = {
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  dts: true,
  clean: true,
  target: 'node20',
  silent: true,
};
