import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from './contract.js';

/** Long after any client has ended; a file that is older is one that a killed client left. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;
/** As many leases as no certificate has names. */
const MAX_LEASES = 10_000;
const MAX_ID = 256;

/**
 * The leases that the hooks of a run hold, for the hooks that come later: a small file beside the journal, with ids and nothing else.
 * It only ever adds to what a hook does, so a file that is gone, damaged or not ours to write is as good as an empty one.
 */
export class RunFile {
  readonly #folder: string;
  readonly #file: string;

  constructor(journal: string, { key }: Run) {
    this.#folder = `${journal}.runs`;
    const name = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32);
    this.#file = join(this.#folder, `${name}.json`);
  }

  /** Ids of leases, oldest first. They may be gone from the journal. */
  async read(): Promise<string[]> {
    try {
      const ids: unknown = JSON.parse(await readFile(this.#file, 'utf8'));
      return Array.isArray(ids) ? ids.filter(isId).slice(0, MAX_LEASES) : [];
    } catch {
      return [];
    }
  }

  async remember(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#write([...new Set([...(await this.read()), ...ids])]);
  }

  async forget(ids: readonly string[]): Promise<void> {
    const before = await this.read();
    const rest = before.filter((id) => !ids.includes(id));
    if (rest.length === 0) await this.clear();
    else if (rest.length < before.length) await this.#write(rest);
  }

  async clear(): Promise<void> {
    await rm(this.#file, { force: true }).catch(() => {});
  }

  async #write(ids: readonly string[]): Promise<void> {
    // Renamed into place: whoever reads sees the old list or the new one.
    const draft = `${this.#file}.${randomUUID()}`;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await chmod(this.#folder, 0o700);
      await this.#removeOld();
      await writeFile(draft, JSON.stringify(ids), { mode: 0o600, flag: 'wx' });
      await rename(draft, this.#file);
    } catch {
      await rm(draft, { force: true }).catch(() => {});
    }
  }

  async #removeOld(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const file = join(this.#folder, name);
      const { mtimeMs } = await stat(file);
      if (Date.now() - mtimeMs > KEPT_MS) await rm(file, { force: true });
    }
  }
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_ID;
}
