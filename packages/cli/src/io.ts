import type { Environment } from '@domainproof/core';

/** Where text goes. `process.stdout` fits; so does an object that collects what is written. */
export interface OutputStream {
  write(text: string): unknown;
  /** A terminal: progress may be drawn in place. */
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

/** All that a run touches of its surroundings, so that programs and tests can give their own. */
export interface Io {
  /** Read only with `--from -`. */
  stdin: AsyncIterable<Uint8Array | string>;
  stdout: OutputStream;
  stderr: OutputStream;
  /** Credentials, `DOMAINPROOF_…` names, `NO_COLOR`, `TERM`, `HOME`, `XDG_STATE_HOME`. */
  env: Environment;
  /** Folder that relative paths start from. */
  cwd: string;
  /** Aborted: the run stops soon and returns 130. */
  signal: AbortSignal;
}

/** The surroundings of this process, with whatever is given in their place. */
export function processIo(given: Partial<Io> = {}): Io {
  return {
    stdin: given.stdin ?? process.stdin,
    stdout: given.stdout ?? process.stdout,
    stderr: given.stderr ?? process.stderr,
    env: given.env ?? process.env,
    cwd: given.cwd ?? process.cwd(),
    signal: given.signal ?? new AbortController().signal,
  };
}
