import type { Limits } from './provider.js';

/** One setting that a provider takes. */
export interface SettingField {
  /** Name of the option in the provider's factory. */
  option: string;
  /** One line for people. */
  description: string;
  required: boolean;
  /** Never shown, logged or journaled. */
  secret: boolean;
  /** Environment names that people already use, the first that is set wins. Each also works as `NAME_FILE`: a file that holds the value. */
  environment: readonly string[];
  /** What a program or a config file may give. Default: a string. */
  types?: readonly OptionType[];
  /** The path of a file: a relative one in a config file starts from its folder. Default false. */
  isPath?: boolean;
}

/** As `typeof` says it, and `array`. */
export type OptionType = 'string' | 'number' | 'boolean' | 'array' | 'object';

/** One option of a provider's factory that no environment name sets. */
export interface OptionField {
  /** Name of the option in the provider's factory. */
  option: string;
  /** One line for people. */
  description: string;
  types: readonly OptionType[];
  /** With this option no required setting is missing, for example a ready client of the vendor. Default false. */
  standsIn?: boolean;
}

/** Environment names that together stand in for the required settings, for example those of a cloud's instance role. */
export interface SettingAlternative {
  /** One line for people. */
  description: string;
  environment: readonly string[];
}

/** One right that the account, user or key of a provider needs. */
export interface Permission {
  /** The vendor's name of it: `alidns:AddDomainRecord`, `dns:recordset:create`. */
  action: string;
  access: 'read' | 'write';
  /** The calls that need it, as `ApiCallEvent.operation` names them. */
  operations: readonly string[];
  /** What it is needed for, one line for people. */
  purpose: string;
}

/** The document that grants exactly the `permissions`, ready to be pasted. */
export interface Policy {
  /** Where it goes: the vendor's console and page, or the server's configuration file. One line for people. */
  where: string;
  /** JSON, or text in the language of a server's configuration. Holds no secret. */
  document: string;
}

/** A fact about a vendor that this package relies on, and when somebody last looked it up. */
export interface CheckedFact {
  /** What was looked up, for example `Permissions` or `Limits`. */
  what: string;
  /** Title or address of the vendor's page. */
  source: string;
  /** `2026-11-24`. */
  checkedOn: string;
}

/**
 * What a provider package says about itself, without loading any vendor code. README tables, `domainproof providers` and the
 * checks of a config file are made from it.
 */
export interface ProviderManifest {
  /** Equals the provider's `id`. */
  id: string;
  /** The vendor's product name. */
  title: string;
  /** npm name of the package. */
  package: string;
  settings: readonly SettingField[];
  /** Options of the factory beside the settings. A config file may hold these and the settings, and no others. Default: none. */
  options?: readonly OptionField[];
  /** Other sources of what the required settings give: set all names of one of these, and no required setting is missing. */
  alternatives?: readonly SettingAlternative[];
  /** Least privilege: what the credentials must be allowed, and nothing else. */
  permissions?: readonly Permission[];
  /** Vendor codes that say that a permission is missing. Any other `FORBIDDEN` has another reason, such as arrears or a locked domain. Absent: every one may be about a permission. */
  permissionRefusals?: readonly string[];
  policy?: Policy;
  /** As in the provider's capabilities. */
  limits?: Limits;
  /** Name servers of this vendor, matched against host names without final dot. As in the provider's capabilities. */
  nameServerPatterns?: readonly RegExp[];
  checked?: readonly CheckedFact[];
}
