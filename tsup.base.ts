import type { Options } from 'tsup';

/** The build of every package: ESM and CommonJS with types, nothing bundled but the package's own files. */
export const base: Options = {
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  dts: true,
  clean: true,
  target: 'node20',
  silent: true,
  // CommonJS loads what it needs later with `require`, too: an `import()` there costs the start of Node's other loader.
  esbuildOptions(options, { format }) {
    if (format === 'cjs') options.supported = { ...options.supported, 'dynamic-import': false };
  },
};
