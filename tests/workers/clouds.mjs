// What worker processes of the tests share: a client for one cloud of a simulator, by the environment that they were given.
import { createClient, fileJournal } from '@domainproof/core';

/**
 * Loads one adapter only, as a real program would.
 *
 * @param cloud its name, or the address of a name server that takes dynamic updates
 */
export async function providerOf(cloud) {
  if (cloud.includes(':')) return (await import('@domainproof/provider-rfc2136')).rfc2136({ server: cloud });
  return cloud === 'alidns'
    ? (await import('@domainproof/provider-alidns')).alidns()
    : (await import('@domainproof/provider-huaweicloud')).huaweicloud();
}

/** @param wrap what to put around the journal */
export async function openClient(clouds, file, wrap = (journal) => journal) {
  const providers = await Promise.all(clouds.map(providerOf));
  return createClient({ providers, journal: wrap(fileJournal({ file })) });
}
