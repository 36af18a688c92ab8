import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Environment } from '@domainproof/core';
import type { Flags } from './arguments.js';
import { UsageError } from './errors.js';

/** Flags that have a name in the environment; the flag wins. */
const TWINS = {
  resolver: 'DOMAINPROOF_RESOLVERS',
  'authoritative-port': 'DOMAINPROOF_AUTHORITATIVE_PORT',
  journal: 'DOMAINPROOF_JOURNAL',
  config: 'DOMAINPROOF_CONFIG',
} as const;

/** A setting as text, and where it stands, for errors: `--journal`, `DOMAINPROOF_JOURNAL`. */
export interface Given {
  text: string;
  where: string;
}

/** What the flag or its twin says, or undefined. An empty variable counts as not set. */
export function flagOrTwin(
  name: keyof typeof TWINS,
  flags: Flags,
  environment: Environment,
): Given | undefined {
  const flag = flags.text(name);
  if (flag !== undefined) return { text: flag, where: `--${name}` };
  const twin = environment[TWINS[name]];
  return twin ? { text: twin, where: TWINS[name] } : undefined;
}

/** The resolvers of `--resolver`, else of `DOMAINPROOF_RESOLVERS` (several, with commas or spaces between), or undefined. */
export function givenResolvers(flags: Flags, environment: Environment): readonly string[] | undefined {
  const flagged = flags.list('resolver');
  if (flagged.length > 0) return flagged.map((text) => checkResolver(text, '--resolver'));
  const listed = (environment[TWINS.resolver] ?? '').split(/[\s,]+/).filter((text) => text !== '');
  return listed.length > 0 ? listed.map((text) => checkResolver(text, TWINS.resolver)) : undefined;
}

/** @throws UsageError unless the text is an IP address, alone or with a port (`192.0.2.1:53`, `[2001:db8::1]:53`). */
export function checkResolver(text: string, where: string): string {
  const match = /^\[([^\]]+)\](?::(\d+))?$/.exec(text) ?? /^([^:]+)(?::(\d+))?$/.exec(text);
  const isBare = isAddress(text);
  const address = isBare ? text : match?.[1];
  const port = isBare ? undefined : match?.[2];
  if (address === undefined || !isAddress(address))
    throw new UsageError(
      `${where} takes an IP address with or without a port (192.0.2.1:53, [2001:db8::1]:53), not "${text}".`,
    );
  if (port !== undefined) parsePort(port, where);
  return text;
}

/** Node takes 15 ms to prepare its test for an IPv6 address, so it is left alone where there can be none. */
function isAddress(text: string): boolean {
  const { isIPv4, isIPv6 } = process.getBuiltinModule('node:net');
  return text.split(':').length > 2 ? isIPv6(text) : isIPv4(text);
}

/** @throws UsageError unless the text is a number from 1 to 65535. */
export function parsePort(text: string, where: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535)
    throw new UsageError(`${where} takes a port from 1 to 65535, not "${text}".`);
  return port;
}

/** Where leases are kept if nobody says: `$XDG_STATE_HOME/domainproof/leases.jsonl`, else below `~/.local/state`. */
export function defaultJournal(environment: Environment): string {
  const state = environment.XDG_STATE_HOME;
  // The XDG base directory specification: a relative path is to be ignored.
  const base = state && isAbsolute(state) ? state : join(environment.HOME || homedir(), '.local', 'state');
  return join(base, 'domainproof', 'leases.jsonl');
}
