import type { ProviderManifest } from '@domainproof/core';
import type { ProviderPackage } from './load-package.js';

export interface BuiltIn extends ProviderPackage {
  manifest: ProviderManifest;
}

/** Packages that come with the command line, in the order in which they are shown. */
export const BUILT_IN: Readonly<Record<string, () => Promise<BuiltIn>>> = {
  '@domainproof/provider-huaweicloud': async () => {
    const { huaweicloud, manifest } = await import('@domainproof/provider-huaweicloud');
    return { create: huaweicloud, manifest };
  },
  '@domainproof/provider-alidns': async () => {
    const { alidns, manifest } = await import('@domainproof/provider-alidns');
    return { create: alidns, manifest };
  },
  '@domainproof/provider-rfc2136': async () => {
    const { rfc2136, manifest } = await import('@domainproof/provider-rfc2136');
    return { create: rfc2136, manifest };
  },
};
