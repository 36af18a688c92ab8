import packageJson from '../package.json' with { type: 'json' };
import { type Flags, parseArguments, splitWords } from './arguments.js';
import type { Command } from './command.js';
import { COMMANDS } from './commands/table.js';
import { UsageError } from './errors.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { OUTPUT_FLAGS } from './flags.js';
import { commandHelp, overview } from './help.js';
import { type Io, processIo } from './io.js';
import { createOutput, type OutputModes } from './output/output.js';
import { nearest } from './suggest.js';

/**
 * Runs one command line, as the program does.
 *
 * @param argv The words after the program's name, for example `['prove', '_dnsauth.example.com', 'TXT', 'token', '--json']`.
 * @param io Streams, environment, working directory and abort signal. Default: those of this process, without a signal.
 * @returns The exit code (see `EXIT`). Errors are told on the streams, never thrown.
 */
export async function run(argv: readonly string[], io: Partial<Io> = {}): Promise<ExitCode> {
  const surroundings = processIo(io);
  try {
    return await dispatch(argv, surroundings);
  } catch (error) {
    return createOutput(surroundings, guessModes(argv)).fail(error);
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<ExitCode> {
  const [name, ...rest] = argv;
  if (name === '--version') {
    io.stdout.write(`${packageJson.version}\n`);
    return EXIT.done;
  }
  if (name === undefined) {
    io.stderr.write(overview());
    return EXIT.usage;
  }
  if (name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
    io.stdout.write(overview());
    return EXIT.done;
  }
  const wanted = name === 'help' ? rest[0]! : name;
  const entry = Object.hasOwn(COMMANDS, wanted) ? COMMANDS[wanted] : undefined;
  if (!entry) throw unknownCommand(wanted);
  const command = await entry.load();
  const known = [...command.flags, ...OUTPUT_FLAGS];
  const { own, foreign } = splitWords(rest, known, command.ownWords);
  const flagWords = beforeTerminator(own);
  if (name === 'help' || flagWords.includes('--help') || flagWords.includes('-h')) {
    io.stdout.write(commandHelp(wanted, command));
    return EXIT.done;
  }
  // Known before the flags are parsed, so that a wrong flag is told in the form that was asked for.
  let output = createOutput(io, guessModes(own, command));
  try {
    const { positionals, flags } = parseArguments(own, known);
    output = createOutput(io, modesOf(flags, command));
    return await command.run({ positionals: [...positionals, ...foreign], flags, io, output });
  } catch (error) {
    // Here and not above: this output masks the secrets that the command came to know.
    return output.fail(error);
  }
}

/** The words before `--`: behind it nothing is a flag. */
function beforeTerminator(argv: readonly string[]): readonly string[] {
  return argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
}

function guessModes(argv: readonly string[], command?: Command): OutputModes {
  const flags = beforeTerminator(argv);
  return {
    json: flags.includes('--json'),
    events: flags.includes('--events'),
    quiet: flags.includes('--quiet'),
    verbose: flags.includes('--verbose'),
    keepsStdout: command?.isCalledByPrograms,
  };
}

function modesOf(flags: Flags, command: Command): OutputModes {
  return {
    json: flags.has('json'),
    events: flags.has('events'),
    quiet: flags.has('quiet'),
    verbose: flags.has('verbose'),
    keepsStdout: command.isCalledByPrograms,
  };
}

function unknownCommand(name: string): UsageError {
  const names = Object.keys(COMMANDS);
  const near = nearest(name, names);
  return new UsageError(
    name.startsWith('-')
      ? `The command comes first, and "${name}" is a flag.`
      : `There is no command "${name}"; there are ${names.slice(0, -1).join(', ')} and ${names.at(-1)}.`,
    near ? `Did you mean ${near}?` : 'domainproof --help says what each command does.',
  );
}
