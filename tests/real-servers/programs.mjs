// Starts name server programs and ends them with their files.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_MS = 20_000;
/** Lines of a program's output that a failure shows. */
const SHOWN_LINES = 20;

/** Programs that run until `close`. Each has a folder of its own below `directory`. */
export class Programs {
  #directory;
  #running = [];

  constructor(directory) {
    this.#directory = directory;
  }

  folder(name) {
    const folder = join(this.#directory, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  write(name, file, text) {
    const path = join(this.folder(name), file);
    writeFileSync(path, text);
    return path;
  }

  /** @param {() => boolean | Promise<boolean>} isReady asked until it is true */
  async start(name, command, args, isReady) {
    const child = spawn(command, args, { cwd: this.folder(name), stdio: ['ignore', 'pipe', 'pipe'] });
    const running = { name, child, output: [], ended: false };
    this.#running.push(running);
    const keep = (data) => running.output.push(...String(data).split('\n'));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', keep);
    child.on('exit', () => {
      running.ended = true;
    });
    const deadline = Date.now() + START_MS;
    while (!(await isReady())) {
      if (running.ended || Date.now() > deadline)
        throw new Error(`${name} did not start:\n${running.output.slice(-SHOWN_LINES).join('\n')}`);
      await sleep(50);
    }
  }

  /** The output of a program that ends by itself. */
  run(command, args, input) {
    const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', input });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error ?? stderr}`);
    return stdout;
  }

  /** What a program that runs has printed so far. */
  output(name) {
    return this.#running.find((running) => running.name === name).output.join('\n');
  }

  async close() {
    const ends = this.#running.map(
      ({ child, ended }) => ended || new Promise((resolve) => child.once('exit', resolve)),
    );
    for (const { child } of this.#running) child.kill('SIGKILL');
    await Promise.all(ends);
  }
}
