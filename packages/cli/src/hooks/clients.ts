import { UsageError } from '../errors.js';
import { nearest } from '../suggest.js';
import type { HookClient } from './contract.js';

const CLIENTS: Readonly<Record<string, () => Promise<HookClient>>> = {
  certbot: () => import('./certbot.js').then((module) => module.certbot),
  lego: () => import('./lego.js').then((module) => module.lego),
  dehydrated: () => import('./dehydrated.js').then((module) => module.dehydrated),
  uacme: () => import('./uacme.js').then((module) => module.uacme),
  'acme.sh': () => import('./acme-sh.js').then((module) => module.acmeSh),
};

/** The names of the clients, in the order of the help. */
export const CLIENT_NAMES = Object.keys(CLIENTS);

/** @throws UsageError if there is no client of that name */
export async function hookClient(name: string | undefined): Promise<HookClient> {
  const load = name !== undefined && Object.hasOwn(CLIENTS, name) ? CLIENTS[name] : undefined;
  if (load) return load();
  const listed = `${CLIENT_NAMES.slice(0, -1).join(', ')} and ${CLIENT_NAMES.at(-1)}`;
  if (name === undefined) throw new UsageError(`Say whose hook this is; there are ${listed}.`);
  const near = nearest(name, CLIENT_NAMES);
  throw new UsageError(
    `There is no hook for "${name}"; there are ${listed}.`,
    near
      ? `Did you mean ${near}?`
      : 'Scripts of other programs can call domainproof prove and domainproof remove.',
  );
}

/** What is told of words that no version of the client calls its hook with. */
export function notACall({ name, usage }: Pick<HookClient, 'name' | 'usage'>, what: string): UsageError {
  return new UsageError(
    `${what} ${name} calls its hook as: ${usage}`,
    `domainproof hook ${name} --print-config prints the lines that make it do so.`,
  );
}
