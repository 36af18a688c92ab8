import type { Invocation } from '../command.js';
import type { HookClient } from './contract.js';

/** The outcome of a hook that did what was asked: nothing for people where they would take it for a warning, or want no words. */
export function tellResult(
  { client, invocation: { output, flags } }: { client: HookClient; invocation: Invocation },
  document: object,
  lines: readonly string[],
): void {
  output.result(document, client.warnsOfOutput || flags.has('quiet') ? [] : lines);
}
