import { describeError, type ErrorJson } from '../errors.js';
import type { ExitCode } from '../exit-codes.js';
import type { Io, OutputStream } from '../io.js';
import { safeJson, sanitize } from './sanitize.js';
import { type Line, renderLine } from './styled.js';

/** Width of the first column of lines for people. */
const LABEL_WIDTH = 9;

/** A failure as it was told. */
export interface Failure {
  json: ErrorJson;
  /** All failures, `json` the first of them; only if there are several. */
  errors?: readonly ErrorJson[];
  exitCode: ExitCode;
}

/** What a command prints, whatever the mode: text for people, one JSON document, or JSON lines. */
export interface Output {
  /** Standard output, or standard error if standard output is for JSON or for a program. */
  readonly people: OutputStream;
  /** False with `--quiet`, and where a program is told what happens. */
  readonly showsProgress: boolean;
  /** Columns of the terminal that lines of `result` are for; in a pipe they are not broken: Infinity. */
  readonly width: number;
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
  result(document: object, lines: readonly Line[]): void;
  /** The error that ends the command: a sentence for people and, in JSON modes, the document. Returns the exit code for it. */
  fail(error: unknown): ExitCode;
  /**
   * One line of the log of a program that stays, on standard error; one JSON object with `--json`; with `--events` an event instead.
   * Nothing with `--quiet`, but for the event.
   */
  log(entry: { type: string }, text: string): void;
  /** What an error means outside, with secrets masked. Prints nothing. */
  describe(error: unknown): Failure;
  /** An error that does not end the command: a sentence for people. Returns what it means outside. */
  tellFailure(error: unknown): Failure;
  /** From now on texts of errors and details pass through this, which masks secrets. */
  maskWith(mask: (text: string) => string): void;
}

export interface OutputModes {
  json: boolean;
  events: boolean;
  quiet: boolean;
  verbose: boolean;
  /** Standard output is a program's, so that only JSON is written there. */
  keepsStdout?: boolean;
}

export function createOutput(io: Pick<Io, 'stdout' | 'stderr' | 'env'>, modes: OutputModes): Output {
  const json = modes.json || modes.events;
  const people = json || modes.keepsStdout ? io.stderr : io.stdout;
  // What is asked of standard output holds for the stream that lines of `result` go to.
  const lines = modes.keepsStdout ? io.stderr : io.stdout;
  const isTerminal = lines.isTTY === true;
  // A program keeps what it is told, for its own log: that gets the outcome and not each step.
  const quiet = modes.quiet || (modes.keepsStdout === true && !isTerminal && !modes.verbose);
  let mask = (text: string) => text;

  const line = (stream: OutputStream, text: string) => stream.write(`${sanitize(text)}\n`);
  const labelled = (label: string, text: string) => `${label.padEnd(LABEL_WIDTH)} ${text}`;
  const print = (document: object) =>
    modes.events
      ? io.stdout.write(`${safeJson(resultLine(document))}\n`)
      : io.stdout.write(`${safeJson(document, 2)}\n`);

  function describe(error: unknown): Failure {
    const { errors, exitCode } = describeError(error);
    const masked = errors.map((one) => ({
      ...one,
      message: mask(one.message),
      ...(one.hint && { hint: mask(one.hint) }),
    }));
    return { json: masked[0]!, ...(masked.length > 1 && { errors: masked }), exitCode };
  }

  function tellFailure(error: unknown): Failure {
    const failure = describe(error);
    const { json: first, errors = [first] } = failure;
    for (const { message } of errors) line(io.stderr, `error: ${message}`);
    for (const hint of new Set(errors.map((one) => one.hint))) if (hint) line(io.stderr, `hint: ${hint}`);
    if (modes.verbose && first.code === 'INTERNAL' && error instanceof Error && error.stack)
      for (const frame of error.stack.split('\n').slice(1)) line(io.stderr, mask(frame));
    return failure;
  }

  return {
    people,
    showsProgress: !quiet,
    // Terminals without a size say 0.
    width: isTerminal ? lines.columns || 80 : Number.POSITIVE_INFINITY,
    showsDetails: modes.verbose,
    progress(label, text) {
      if (!quiet) line(people, labelled(label, text));
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
    result(document, texts) {
      if (json) print(document);
      else for (const text of texts) lines.write(`${renderLine(text, isTerminal && hasColours(io.env))}\n`);
    },
    fail(error) {
      const { json: first, errors, exitCode } = tellFailure(error);
      if (json) print({ error: first, ...(errors && { errors }) });
      return exitCode;
    },
    log(entry, text) {
      if (modes.events) this.event(entry);
      else if (!modes.quiet) line(io.stderr, modes.json ? safeJson(entry) : text);
    },
    describe,
    tellFailure,
    maskWith(next) {
      mask = next;
    },
  };
}

/** Whether a terminal is to get colours: not with `NO_COLOR`, and not if it says that it is dumb. */
export function hasColours(environment: Io['env']): boolean {
  return !environment.NO_COLOR && environment.TERM !== 'dumb';
}

/** The last line of `--events`. A record's own type, as in a lease, is its `recordType` there, as in the lines before. */
function resultLine(document: { type?: unknown }): object {
  const { type: recordType, ...rest } = document;
  return { type: 'result', ...(recordType !== undefined && { recordType }), ...rest };
}
