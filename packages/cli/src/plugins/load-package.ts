import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DnsProvider, ProviderManifest } from '@domainproof/core';
import type { ConfiguredPackage } from '../config/config.js';
import { importModule, troubleOf } from '../config/module-file.js';
import { UsageError } from '../errors.js';
import { BUILT_IN } from './built-in.js';
import { manifestFaults } from './provider-shape.js';

/** The default export of a provider package. */
export type ProviderFactory = (options: Readonly<Record<string, unknown>>) => DnsProvider;

/** What a provider package exports. */
export interface ProviderPackage {
  create: ProviderFactory;
  manifest?: ProviderManifest;
}

/** Milliseconds until a package that does not end loading is given up. */
const LOAD_MS = 15_000;

/**
 * Loads a package or a module of the user's that makes a provider.
 *
 * @throws UsageError that says why it makes none
 */
export async function loadPackage(
  { package: name }: ConfiguredPackage,
  configFile: string,
): Promise<ProviderPackage> {
  const file = await locate(name, configFile);
  let module: { default?: unknown; manifest?: unknown };
  try {
    module = await inTime(importModule(file));
  } catch (error) {
    const { place, reason } = await troubleOf(error, file);
    throw new UsageError(`it cannot be loaded: ${place}: ${reason}`);
  }
  // A CommonJS module arrives wrapped: its exports are the default, and its own default lies in there.
  const inner = module.default as { default?: unknown; manifest?: unknown } | undefined;
  const create = typeof module.default === 'function' ? module.default : inner?.default;
  if (typeof create !== 'function')
    throw new UsageError(
      'it has no factory of a provider as its default export.',
      'Write: export default (options) => ({ id, capabilities, findZones, … }).',
    );
  const manifest = module.manifest ?? inner?.manifest;
  const faults = manifest === undefined ? [] : manifestFaults(manifest);
  if (faults.length > 0) throw new UsageError(`its manifest is none: ${faults.join('; ')}.`);
  return {
    create: create as ProviderFactory,
    ...(manifest !== undefined && { manifest: manifest as ProviderManifest }),
  };
}

/** The file of a path from the config file's folder, or of a package, which is looked for there first and then beside this program. */
async function locate(name: string, configFile: string): Promise<string> {
  if (!/^\.{0,2}\//.test(name)) return resolvePackage(name, [configFile, fileURLToPath(import.meta.url)]);
  const path = resolve(dirname(configFile), name);
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status)
    throw new UsageError(`there is no file ${path}.`, "The path starts from the config file's folder.");
  if (!status.isDirectory()) return path;
  // A folder with a package in it: what the package exports under its own name.
  const packageFile = join(path, 'package.json');
  const described = await readFile(packageFile, 'utf8')
    .then(JSON.parse)
    .catch(() => undefined);
  const own: unknown = described?.name;
  if (typeof own !== 'string')
    throw new UsageError(`${path} is a folder without a package.json that gives a name.`);
  const entry = join(path, described.module ?? described.main ?? 'index.js');
  return described.exports === undefined ? entry : resolvePackage(own, [packageFile]);
}

async function resolvePackage(name: string, from: readonly string[]): Promise<string> {
  const { createJiti } = await import('jiti');
  for (const start of from) {
    // Not `require.resolve`, which does not see what a package exports to `import` only.
    const url = createJiti(start, { fsCache: false }).esmResolve(name, { try: true });
    if (url?.startsWith('file:')) return fileURLToPath(url);
  }
  throw new UsageError(`the package ${name} is not installed.`, howToInstall(name));
}

function howToInstall(name: string): string {
  const meant = Object.keys(BUILT_IN).find((known) => known.endsWith(`/provider-${name}`));
  return meant
    ? `Did you mean ${meant}?`
    : 'Install it beside the config file, or give a path that starts with "./".';
}

async function inTime<T>(loading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It was not done after ${LOAD_MS / 1_000} s.`)), LOAD_MS);
  });
  return Promise.race([loading, end]).finally(() => clearTimeout(timer));
}
