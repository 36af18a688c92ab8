import { describeError, type ErrorJson } from '../errors.js';
import type { ExitCode } from '../exit-codes.js';
import type { Io, OutputStream } from '../io.js';
import { safeJson, sanitize } from './sanitize.js';

/** Width of the first column of lines for people. */
const LABEL_WIDTH = 9;

/** What a command prints, whatever the mode: text for people, one JSON document, or JSON lines. */
export interface Output {
  /** Standard output, or standard error if standard output is for JSON. */
  readonly people: OutputStream;
  /** False with `--quiet`. */
  readonly showsProgress: boolean;
  /** True with `--verbose`. */
  readonly showsDetails: boolean;
  /** One fact while it happens. */
  progress(label: string, text: string): void;
  /** One object of the stream of `--events`. */
  event(event: { type: string }): void;
  /** Something that is not an error but that people should see, also with `--quiet`. */
  warn(text: string): void;
  /** A line for `--verbose`. */
  detail(label: string, text: string): void;
  /** The outcome: the document in JSON modes, the lines otherwise. To be called once. */
  result(document: object, lines: readonly string[]): void;
  /** The error that ends the command: a sentence for people and, in JSON modes, the document. Returns the exit code for it. */
  fail(error: unknown): ExitCode;
  /** An error that does not end the command: a sentence for people. Returns what it means outside. */
  tellFailure(error: unknown): { json: ErrorJson; exitCode: ExitCode };
  /** From now on texts of errors and details pass through this, which masks secrets. */
  maskWith(mask: (text: string) => string): void;
}

export interface OutputModes {
  json: boolean;
  events: boolean;
  quiet: boolean;
  verbose: boolean;
}

export function createOutput(io: Pick<Io, 'stdout' | 'stderr'>, modes: OutputModes): Output {
  const json = modes.json || modes.events;
  const people = json ? io.stderr : io.stdout;
  let mask = (text: string) => text;

  const line = (stream: OutputStream, text: string) => stream.write(`${sanitize(text)}\n`);
  const labelled = (label: string, text: string) => `${label.padEnd(LABEL_WIDTH)} ${text}`;
  const print = (document: object) =>
    modes.events
      ? io.stdout.write(`${safeJson({ type: 'result', ...document })}\n`)
      : io.stdout.write(`${safeJson(document, 2)}\n`);

  function tellFailure(error: unknown): { json: ErrorJson; exitCode: ExitCode } {
    const { json: told, exitCode } = describeError(error);
    const masked = { ...told, message: mask(told.message), ...(told.hint && { hint: mask(told.hint) }) };
    line(io.stderr, `error: ${masked.message}`);
    if (masked.hint) line(io.stderr, `hint: ${masked.hint}`);
    if (modes.verbose && told.code === 'INTERNAL' && error instanceof Error && error.stack)
      for (const frame of error.stack.split('\n').slice(1)) line(io.stderr, mask(frame));
    return { json: masked, exitCode };
  }

  return {
    people,
    showsProgress: !modes.quiet,
    showsDetails: modes.verbose,
    progress(label, text) {
      if (!modes.quiet) line(people, labelled(label, text));
    },
    event(event) {
      if (modes.events) io.stdout.write(`${safeJson(event)}\n`);
    },
    warn(text) {
      line(io.stderr, `warning: ${mask(text)}`);
    },
    detail(label, text) {
      if (modes.verbose) line(io.stderr, mask(labelled(label, text)));
    },
    result(document, lines) {
      if (json) print(document);
      else for (const text of lines) line(io.stdout, text);
    },
    fail(error) {
      const { json: details, exitCode } = tellFailure(error);
      if (json) print({ error: details });
      return exitCode;
    },
    tellFailure,
    maskWith(next) {
      mask = next;
    },
  };
}
