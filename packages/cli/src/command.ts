import type { Flags } from './arguments.js';
import type { ExitCode } from './exit-codes.js';
import type { Flag } from './flags.js';
import type { Io } from './io.js';
import type { Output } from './output/output.js';

/** What a command is run with. */
export interface Invocation {
  /** The words after the command that are not flags; those of another program (`Command.ownWords`) come last. */
  positionals: readonly string[];
  flags: Flags;
  io: Io;
  output: Output;
}

export interface Command {
  /** The words after the command's name, as in `NAME TYPE VALUE | --from FILE.json`. */
  usage: string;
  /** A paragraph or two: what it does, when, and what it leaves behind. */
  description: string;
  /** Command lines that work as they stand. */
  examples: readonly string[];
  /** Beside those of every command. */
  flags: readonly Flag[];
  /**
   * Words behind this many of the command's own are another program's: none of them is taken for a flag, and `--` is one of them.
   * Absent: all words are the command's own.
   */
  ownWords?: number;
  /** Another program reads standard output: what is for people goes to standard error, also without `--json`. */
  isCalledByPrograms?: boolean;
  /** Rejects with `UsageError` or `DnsError`; what it resolves with is the exit code. */
  run(invocation: Invocation): Promise<ExitCode>;
}
