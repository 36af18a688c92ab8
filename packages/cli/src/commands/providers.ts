import { environmentName } from '@domainproof/core';
import type { Command, Invocation } from '../command.js';
import { UsageError } from '../errors.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { CONFIG } from '../flags.js';
import { type InstalledProvider, installedProviders } from '../installed-providers.js';
import { brokenLines, providerLines, settingLines, stateOf } from '../output/provider-lines.js';
import { sanitize } from '../output/sanitize.js';
import { resolveSettings } from '../settings.js';

export const providers: Command = {
  usage: '[NAME]',
  description: `Lists the providers, whether each is configured, and which of its settings were found. Shows no values. Asks no provider.
With the name of one: all that its package says about it, such as the permissions that its credentials need, its limits and its
name servers. With --policy: the document that grants these permissions, alone on standard output; where to put it is told on
standard error.`,
  examples: [
    'domainproof providers',
    'domainproof providers alidns',
    'domainproof providers huaweicloud --policy > policy.json',
    'domainproof providers --config domainproof.json --json',
  ],
  flags: [
    { name: 'policy', description: 'print the policy document that grants the permissions of the provider' },
    CONFIG,
  ],

  async run(invocation) {
    const { positionals, flags, io, output } = invocation;
    const [name, ...others] = positionals;
    if (others.length > 0)
      throw new UsageError(
        `providers takes the name of one provider; there are ${positionals.length} words.`,
      );
    if (name === undefined && flags.has('policy'))
      throw new UsageError('--policy takes the name of a provider: domainproof providers NAME --policy');
    const { config } = await resolveSettings(flags, io);
    const installed = await installedProviders(config, io.env);
    if (name !== undefined) {
      const provider = named(name, installed);
      return flags.has('policy') ? tellPolicy(provider, invocation) : tellAll(provider, invocation);
    }
    const listed = installed.map((provider) => summaryOf(provider, invocation));
    output.result(
      { providers: listed },
      listed.flatMap((provider) => [
        `${provider.id} (${provider.title}): ${stateOf(provider)}`,
        ...brokenLines(provider),
        ...settingLines(provider),
      ]),
    );
    return EXIT.done;
  },
};

/** What the list holds of one provider. */
function summaryOf(provider: InstalledProvider, { io }: Invocation) {
  const { id, title, package: name, configured, settings, alternatives, options, broken } = provider;
  return {
    id,
    title,
    package: name,
    configured,
    ...(broken && { broken: { message: broken.message, ...(broken.hint && { hint: broken.hint }) } }),
    settings: settings.map((field) => ({
      option: field.option,
      environment: field.environment,
      required: field.required,
      set: options[field.option] !== undefined || environmentName(field, io.env) !== undefined,
      secret: field.secret,
    })),
    alternatives: alternatives.map(({ description, environment }) => ({
      description,
      environment,
      set: environment.every((variable) => Boolean(io.env[variable])),
    })),
  };
}

function tellAll(provider: InstalledProvider, invocation: Invocation): ExitCode {
  const summary = summaryOf(provider, invocation);
  const { permissions, policy, limits, nameServerPatterns, checked } = provider.manifest ?? {};
  const facts = {
    permissions: permissions ?? [],
    ...(policy && { policy }),
    ...(limits && { limits }),
    nameServerPatterns: (nameServerPatterns ?? []).map(({ source }) => source),
    checked: checked ?? [],
  };
  invocation.output.result({ provider: { ...summary, ...facts } }, providerLines({ ...summary, ...facts }));
  return EXIT.done;
}

/** The document alone goes to standard output, so that it can be redirected into a file. */
function tellPolicy(
  { id, package: name, manifest }: InstalledProvider,
  { io, output }: Invocation,
): ExitCode {
  const { policy, permissions = [] } = manifest ?? {};
  if (!policy)
    throw new UsageError(
      `${name} has no policy document.`,
      permissions.length > 0
        ? `Grant what domainproof providers ${id} lists under permissions.`
        : 'Its documentation may say which permissions the credentials need.',
    );
  if (output.showsProgress) io.stderr.write(`${sanitize(policy.where)}\n`);
  output.result({ policy, permissions }, policy.document.trimEnd().split('\n'));
  return EXIT.done;
}

function named(name: string, installed: readonly InstalledProvider[]): InstalledProvider {
  const found = installed.find(({ id }) => id === name) ?? installed.find((one) => one.package === name);
  if (found) return found;
  const known = installed.map(({ id }) => id).join(', ');
  throw new UsageError(`There is no provider "${name}".`, `There are ${known}.`);
}
