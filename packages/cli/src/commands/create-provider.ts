import { relative, resolve } from 'node:path';
import type { Command } from '../command.js';
import { namesOf } from '../create-provider/names.js';
import { filledTemplate } from '../create-provider/template.js';
import { writeFiles } from '../create-provider/write.js';
import { UsageError } from '../errors.js';
import { EXIT } from '../exit-codes.js';

export const createProvider: Command = {
  usage: 'NAME',
  description: `Writes a complete npm package for a provider of your own: manifest, the three functions of an adapter, the conformance suite, README
and build. It passes its tests at once, against a DNS service in memory; then you put your vendor's API in that one's place, step by step.
Needs no network and no credentials.`,
  examples: [
    'domainproof create-provider acme',
    'domainproof create-provider acme --package @acme/domainproof --title "Acme Cloud DNS" --dir packages/dns',
  ],
  flags: [
    {
      name: 'dir',
      value: 'FOLDER',
      description: 'where to write it (default ./provider-NAME); must be empty',
    },
    {
      name: 'package',
      value: 'NPM_NAME',
      description: 'its name on npm (default domainproof-provider-NAME)',
    },
    {
      name: 'title',
      value: 'TEXT',
      description: "the vendor's product name, for people (default from NAME)",
    },
  ],

  async run({ positionals, flags, io, output }) {
    const [id, surplus] = positionals;
    if (id === undefined || surplus !== undefined)
      throw new UsageError(
        id === undefined
          ? 'create-provider needs a name for the provider.'
          : `create-provider takes one name, and "${surplus}" is a second one.`,
        'As in: domainproof create-provider acme',
      );
    const names = namesOf(id, { title: flags.text('title'), package: flags.text('package') });
    const folder = resolve(io.cwd, flags.text('dir') ?? `provider-${id}`);
    const files = await filledTemplate(names);
    await writeFiles(folder, files);
    const shown = relative(io.cwd, folder) || '.';
    output.result({ id, package: names.package, folder, files: files.map(({ path }) => path) }, [
      `created   ${names.package} in ${shown}: ${files.length} files`,
      `next      ${shown === '.' ? '' : `cd ${shown} && `}npm install && npm test`,
      'then      grep -rn VENDOR src test    # what differs from vendor to vendor',
    ]);
    return EXIT.done;
  },
};
