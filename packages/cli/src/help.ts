import type { Command } from './command.js';
import { COMMANDS } from './commands/table.js';
import { type Flag, OUTPUT_FLAGS } from './flags.js';

/** The overview that `domainproof --help` prints. */
export function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  return [
    'domainproof puts the DNS record of a certificate challenge in place, sees it served, and takes it away.',
    '',
    'Usage: domainproof COMMAND [WORDS] [FLAGS]',
    '',
    ...Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Exit codes: 0 done, 1 not visible in time, 2 usage or configuration, 3 credentials or permission,',
    '4 zone, 5 record, 6 provider failure, 130 interrupted.',
    '',
    'Flags and examples of a command: domainproof COMMAND --help',
    '',
  ].join('\n');
}

/** The text that `domainproof COMMAND --help` prints. */
export function commandHelp(name: string, command: Command): string {
  const flags = [...command.flags, ...OUTPUT_FLAGS];
  const spelled = flags.map(spell);
  const width = Math.max(...spelled.map((text) => text.length));
  return [
    `Usage: domainproof ${name} ${command.usage}`.trimEnd(),
    '',
    command.description,
    '',
    'Flags:',
    ...flags.map(
      (flag, index) =>
        `  ${spelled[index]!.padEnd(width)}  ${flag.description}${flag.repeatable ? ' (repeatable)' : ''}`,
    ),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
    '',
  ].join('\n');
}

function spell(flag: Flag): string {
  return flag.value ? `--${flag.name} ${flag.value}` : `--${flag.name}`;
}
