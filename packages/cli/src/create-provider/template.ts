import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import core from '../../../core/package.json' with { type: 'json' };
import testkit from '../../../provider-testkit/package.json' with { type: 'json' };
import { UsageError } from '../errors.js';
import type { Names } from './names.js';

/** Under their own names npm would leave the one out of what it packs, and take the other for a part of this package's. */
const RENAMED: Readonly<Record<string, string>> = {
  gitignore: '.gitignore',
  'package.template.json': 'package.json',
};

/** Packages of domainproof that a provider needs; their versions are known when the command line is built. */
const VERSIONS: Readonly<Record<string, string>> = {
  [core.name]: core.version,
  [testkit.name]: testkit.version,
};

const COMMENTS_AND_TEXTS = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'/g;

/** A file of the new package. */
export interface NewFile {
  /** Relative to the package's folder, with slashes. */
  path: string;
  content: string;
}

/**
 * The files of a provider package with these names. The template is a package that works, called Example Cloud; every name in it is one
 * of the six spellings that are replaced here.
 *
 * @throws UsageError if the factory cannot have its name in TypeScript, or the template's own code has the word already
 */
export async function filledTemplate(names: Names): Promise<NewFile[]> {
  const root = templateFolder();
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  const files = await Promise.all(
    found
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      // What running the template's own tests leaves behind.
      .filter((file) => !/(^|[\\/])(node_modules|dist)[\\/]/.test(relative(root, file)))
      .map(async (file) => ({ path: pathOf(relative(root, file)), content: await readFile(file, 'utf8') })),
  );
  checkFactory(names, files);
  return files
    .map(({ path, content }) => ({ path, content: fill(path, content, names) }))
    .sort((left, right) => (left.path < right.path ? -1 : 1));
}

/** Beside the program, or two folders up while it runs from its sources. */
function templateFolder(): string {
  const tried = fileURLToPath(import.meta.url);
  for (let folder = dirname(tried); folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'templates', 'provider');
    if (existsSync(candidate)) return candidate;
  }
  throw new Error(
    `The template of a provider is missing: no folder above ${tried} holds templates/provider.`,
  );
}

function pathOf(path: string): string {
  return RENAMED[path] ?? path.split(sep).join('/');
}

function fill(path: string, content: string, names: Names): string {
  const spellings: readonly [string, string][] = [
    ['domainproof-provider-example-cloud', names.package],
    ['example-cloud', names.id],
    ['exampleCloud', names.factory],
    ['ExampleCloud', names.factory.charAt(0).toUpperCase() + names.factory.slice(1)],
    ['EXAMPLE_CLOUD', names.id.toUpperCase().replaceAll('-', '_')],
    ['Example Cloud', names.title],
  ];
  // All at once, so that a name that holds another spelling is not replaced twice.
  const filled = content.replace(
    new RegExp(spellings.map(([spelling]) => spelling).join('|'), 'g'),
    (spelling) => spellings.find(([other]) => other === spelling)![1],
  );
  return path === 'package.json' ? withVersions(filled) : filled;
}

function withVersions(manifest: string): string {
  return Object.entries(VERSIONS).reduce(
    (text, [name, version]) => text.replace(new RegExp(`("${name}": )"[^"]*"`), `$1"^${version}"`),
    manifest,
  );
}

function checkFactory({ id, factory }: Names, files: readonly NewFile[]): void {
  const code = files
    .filter(({ path }) => path.endsWith('.ts'))
    .map(({ content }) => content.replace(COMMENTS_AND_TEXTS, ''))
    .join('\n');
  const isWord = new RegExp(`\\b${factory}\\b`).test(code);
  if (!isWord && isIdentifier(factory)) return;
  throw new UsageError(
    `A provider cannot be called "${id}": its factory would be ${factory}(), and TypeScript or the code of the package has that word already.`,
    `Perhaps: domainproof create-provider ${id}-dns`,
  );
}

/** Whether a module may declare something of this name: Node's own parser knows every reserved word. */
function isIdentifier(word: string): boolean {
  try {
    new Script(`'use strict'; async () => { let ${word}; }`);
    return true;
  } catch {
    return false;
  }
}
