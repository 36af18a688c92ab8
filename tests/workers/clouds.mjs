// What worker processes of the tests share: a client for one cloud of a simulator, by the environment that they were given.
import { createClient, fileJournal } from '@domainproof/core';

/** Loads one adapter only, as a real program would. */
export async function providerOf(cloud) {
  return cloud === 'alidns'
    ? (await import('@domainproof/provider-alidns')).alidns()
    : (await import('@domainproof/provider-huaweicloud')).huaweicloud();
}

/** @param wrap what to put around the journal */
export async function openClient(clouds, file, wrap = (journal) => journal) {
  const providers = await Promise.all(clouds.map(providerOf));
  return createClient({ providers, journal: wrap(fileJournal({ file })) });
}
