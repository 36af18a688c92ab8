import type { CheckedFact, Limits, Permission } from '@domainproof/core';
import type { Line } from './styled.js';

/** What the list of providers says of the settings of one. */
export interface ShownSettings {
  settings: readonly { option: string; environment: readonly string[]; required: boolean; set: boolean }[];
  alternatives: readonly { description: string; environment: readonly string[]; set: boolean }[];
}

/** One provider with all that its package says about it. */
export interface ShownProvider extends ShownSettings {
  id: string;
  title: string;
  package: string;
  configured: boolean;
  permissions: readonly Permission[];
  policy?: unknown;
  limits?: Limits;
  /** Regular expressions. */
  nameServerPatterns: readonly string[];
  checked: readonly CheckedFact[];
}

export function settingLines({ settings, alternatives }: ShownSettings): string[] {
  return [
    ...settings.map(
      ({ option, environment, set, required }) =>
        `  ${stateOf(set)} ${option}${required ? '' : ' (optional)'}: ${environment.join(', ')}`,
    ),
    ...alternatives.map(
      ({ description, environment, set }) =>
        `  ${stateOf(set)} instead: ${environment.join(' and ')} (${description.charAt(0).toLowerCase()}${description.slice(1)})`,
    ),
  ];
}

/** Everything about one provider, in sections; what its package does not say is left out. */
export function providerLines(provider: ShownProvider): Line[] {
  const {
    id,
    title,
    package: name,
    configured,
    permissions,
    policy,
    limits,
    nameServerPatterns,
    checked,
  } = provider;
  const width = Math.max(0, ...permissions.map(({ action }) => action.length));
  return [
    `${id} (${title}, ${name}): ${configured ? 'configured' : 'not configured'}`,
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

function stateOf(set: boolean): string {
  return set ? 'set    ' : 'not set';
}
