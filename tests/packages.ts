import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

export interface Package {
  folder: string;
  directory: string;
  name: string;
}

/** Every package of the workspace. */
export const packages: readonly Package[] = readdirSync(join(root, 'packages')).map((folder) => {
  const directory = join(root, 'packages', folder);
  const { name } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { name: string };
  return { folder, directory, name };
});
