import { environmentName } from '@domainproof/core';
import type { Command } from '../command.js';
import { UsageError } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { CONFIG } from '../flags.js';
import { type InstalledProvider, installedProviders } from '../installed-providers.js';
import { resolveSettings } from '../settings.js';

export const providers: Command = {
  usage: '',
  description: `Lists the providers, whether each is configured, and which of its settings were found. Shows no values. Asks no provider.`,
  examples: ['domainproof providers', 'domainproof providers --config domainproof.json --json'],
  flags: [CONFIG],

  async run({ positionals, flags, io, output }) {
    if (positionals.length > 0)
      throw new UsageError(`providers takes no words ("${positionals[0]}"), only flags.`);
    const { config } = await resolveSettings(flags, io);
    const installed = (await installedProviders(config, io.env)).map((provider) => {
      const { id, title, package: name, configured, broken } = provider;
      const settings = settingsOf(provider);
      const alternatives = alternativesOf(provider);
      return { id, title, package: name, configured, settings, alternatives, ...(broken && { broken }) };
    });

    function settingsOf({ settings, options }: InstalledProvider) {
      return settings.map((field) => ({
        option: field.option,
        environment: field.environment,
        required: field.required,
        set: options[field.option] !== undefined || environmentName(field, io.env) !== undefined,
        secret: field.secret,
      }));
    }

    function alternativesOf({ alternatives }: InstalledProvider) {
      return alternatives.map(({ description, environment }) => ({
        description,
        environment,
        set: environment.every((name) => Boolean(io.env[name])),
      }));
    }

    output.result(
      { providers: installed },
      installed.flatMap(({ id, title, configured, settings, alternatives, broken }) => [
        `${id} (${title}): ${broken ? 'broken' : configured ? 'configured' : 'not configured'}`,
        ...(broken ? [`  ${broken.message}`] : []),
        ...(broken?.hint ? [`  ${broken.hint}`] : []),
        ...settings.map(
          ({ option, environment, set, required }) =>
            `  ${set ? 'set    ' : 'not set'} ${option}${required ? '' : ' (optional)'}: ${environment.join(', ')}`,
        ),
        ...alternatives.map(
          ({ description, environment, set }) =>
            `  ${set ? 'set    ' : 'not set'} instead: ${environment.join(' and ')} (${description.charAt(0).toLowerCase()}${description.slice(1)})`,
        ),
      ]),
    );
    return EXIT.done;
  },
};
