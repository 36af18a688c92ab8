import {
  type Environment,
  missingSettings,
  type OptionType,
  type ProviderManifest,
  type SettingField,
} from '@domainproof/core';
import type { ConfigPath } from '../config/config.js';
import { ConfigMistake, pathText } from '../config/mistake.js';
import { nearest } from '../suggest.js';

type Options = Readonly<Record<string, unknown>>;

const WORDS: Readonly<Record<OptionType, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
};

/**
 * Options of the config file against what the provider says that it takes. No value is shown: it may be a secret.
 *
 * @param path of the entry in the config file
 * @throws ConfigMistake for an option that the provider lacks, and for one of the wrong type
 */
export function checkOptions(manifest: ProviderManifest, options: Options, path: ConfigPath): void {
  const { settings, options: others = [], title } = manifest;
  const known = new Map<string, readonly OptionType[]>(
    [...settings, ...others].map(({ option, types = ['string'] }) => [option, types]),
  );
  for (const [option, value] of Object.entries(options)) {
    const at = [...path, 'options', option];
    const types = known.get(option);
    if (types === undefined) {
      const near = nearest(option, [...known.keys()]);
      throw new ConfigMistake(
        at,
        `${pathText(at)} is not an option of ${title}.`,
        near ? `Did you mean ${near}?` : `There are ${[...known.keys()].join(', ')}.`,
      );
    }
    if (value === undefined) continue;
    const actual = typeOf(value) as OptionType;
    if (!types.includes(actual)) {
      const allowed = types.map((type) => WORDS[type]).join(' or ');
      throw new ConfigMistake(at, `${pathText(at)} must be ${allowed}, not ${WORDS[actual] ?? actual}.`);
    }
    if (value === '')
      throw new ConfigMistake(at, `${pathText(at)} is empty.`, 'Give a value, or leave it out.');
  }
}

/**
 * @param path of the entry in the config file
 * @throws ConfigMistake for required settings that neither the options nor the environment give
 */
export function checkComplete(
  manifest: ProviderManifest,
  options: Options,
  environment: Environment,
  path: ConfigPath,
): void {
  const isReplaced = manifest.options?.some(
    ({ option, standsIn }) => standsIn && options[option] !== undefined,
  );
  const missing = isReplaced ? [] : missingSettings(manifest, options, environment);
  if (missing.length === 0) return;
  throw new ConfigMistake(
    [...path, 'options'],
    `${pathText(path)}: ${namesOf(missing)} of ${manifest.title} ${missing.length > 1 ? 'are' : 'is'} not set.`,
    howToSet(missing),
  );
}

/** `Set A (or B) and C.` */
export function howToSet(missing: readonly SettingField[]): string {
  const ways = missing.map(({ option, environment: [first, ...others] }) => {
    if (first === undefined) return `options.${option}`;
    return others.length > 0 ? `${first} (or ${others.join(', ')})` : first;
  });
  return `Set ${ways.join(' and ')}, or give it in the options: { "${missing[0]?.option}": { "env": "NAME" } }.`;
}

function namesOf(fields: readonly SettingField[]): string {
  const names = fields.map(({ option }) => option);
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : `${names[0]}`;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
