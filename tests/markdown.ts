import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packages, root } from './packages.js';

/** A fenced block of a page. */
export interface Block {
  /** Path of the page from the root of the workspace. */
  page: string;
  /** Line of the opening fence, from 1. */
  line: number;
  language: string;
  /** What stands behind the language: a file that the block belongs to, or a word about it. */
  title: string;
  code: string;
}

/** Every page that people read: of the project, of each package, of the package that create-provider writes, of an example, and of `docs`. */
export const pages: readonly string[] = [
  'README.md',
  ...packages.map(({ folder }) => `packages/${folder}/README.md`),
  'packages/cli/templates/provider/README.md',
  'examples/traefik/README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((entry) => entry.endsWith('.md'))
    .map((entry) => `docs/${entry}`),
];

export function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^([ \t]*)```(\S*)[ \t]*(.*)\n([\s\S]*?)^\1```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length,
    language: match[2] as string,
    title: (match[3] as string).trim(),
    code: match[4] as string,
  }));
}

/** The blocks of one language in one page. */
export function examples(page: string, language: string): Block[] {
  return blocksOf(page).filter((block) => block.language === language);
}
