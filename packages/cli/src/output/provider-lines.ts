import type { CheckedFact, Limits, Permission } from '@domainproof/core';
import type { Line } from './styled.js';

/** What the list of providers says of the settings of one. */
export interface ShownSettings {
  settings: readonly { option: string; environment: readonly string[]; required: boolean; set: boolean }[];
  alternatives: readonly { description: string; environment: readonly string[]; set: boolean }[];
}

/** Why a provider that the config file names cannot be used. */
export interface ShownFault {
  message: string;
  hint?: string;
}

/** One provider with all that its package says about it. */
export interface ShownProvider extends ShownSettings {
  id: string;
  title: string;
  package: string;
  configured: boolean;
  broken?: ShownFault;
  permissions: readonly Permission[];
  policy?: unknown;
  limits?: Limits;
  /** Regular expressions. */
  nameServerPatterns: readonly string[];
  checked: readonly CheckedFact[];
}

export function stateOf({ configured, broken }: { configured: boolean; broken?: ShownFault }): string {
  if (broken) return 'broken';
  return configured ? 'configured' : 'not configured';
}

export function brokenLines({ broken }: { broken?: ShownFault }): string[] {
  if (!broken) return [];
  return [`  ${broken.message}`, ...(broken.hint ? [`  ${broken.hint}`] : [])];
}

export function settingLines({ settings, alternatives }: ShownSettings): string[] {
  return [
    ...settings.map(
      ({ option, environment, set, required }) =>
        `  ${setOrNot(set)} ${option}${required ? '' : ' (optional)'}: ${environment.join(', ')}`,
    ),
    ...alternatives.map(
      ({ description, environment, set }) =>
        `  ${setOrNot(set)} instead: ${environment.join(' and ')} (${description.charAt(0).toLowerCase()}${description.slice(1)})`,
    ),
  ];
}

/** Everything about one provider, in sections; what its package does not say is left out. */
export function providerLines(provider: ShownProvider): Line[] {
  const { id, title, package: name, permissions, policy, limits, nameServerPatterns, checked } = provider;
  const width = Math.max(0, ...permissions.map(({ action }) => action.length));
  return [
    `${id} (${title}, ${name}): ${stateOf(provider)}`,
    ...brokenLines(provider),
    ...section('settings', settingLines(provider)),
    ...section('permissions', [
      ...permissions.map(
        ({ action, access, purpose }) => `  ${access.padEnd(5)} ${action.padEnd(width)}  ${purpose}`,
      ),
      ...(policy ? [`  a policy that grants them: domainproof providers ${id} --policy`] : []),
    ]),
    ...section('limits', limits ? limitLines(limits) : []),
    ...section(
      'name servers',
      nameServerPatterns.map((pattern) => `  ${pattern}`),
    ),
    ...section(
      'checked',
      checked.map(({ what, source, checkedOn }) => `  ${checkedOn} ${what}: ${source}`),
    ),
  ];
}

function limitLines({ ttl, txtBytes, txtForbidden, valuesPerSet }: Limits): string[] {
  return [
    `  TTL from ${ttl.min} to ${ttl.max} s, ${ttl.default} s if none is asked for`,
    `  TXT values of up to ${txtBytes} bytes${txtForbidden ? `, without ${[...txtForbidden.characters].join(' ')}: ${txtForbidden.reason}` : ''}`,
    `  ${valuesPerSet} values in a record set`,
  ];
}

function section(title: string, lines: readonly string[]): Line[] {
  return lines.length > 0 ? [[{ text: title, colour: 'bold' }], ...lines] : [];
}

function setOrNot(set: boolean): string {
  return set ? 'set    ' : 'not set';
}
