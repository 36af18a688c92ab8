import { notACall } from './clients.js';
import type { HookClient } from './contract.js';
import { wrapper } from './wrapper.js';

/**
 * uacme's `--hook`. It offers every kind of challenge until one is accepted, has one name validated after the other, and calls
 * neither `done` nor `failed` for a challenge that was not accepted: uacme(1).
 */
export const uacme: HookClient = {
  name: 'uacme',
  usage: 'begin|done|failed TYPE IDENTIFIER TOKEN DIGEST',
  forgetsFailures: true,

  async read([method, type, identifier, token, digest, ...more]) {
    if (method !== 'begin' && method !== 'done' && method !== 'failed')
      throw notACall(uacme, method === undefined ? 'There are no words.' : `"${method}" is no method.`);
    if (identifier === undefined || token === undefined || digest === undefined || more.length > 0)
      throw notACall(uacme, 'There must be four words behind the method.');
    if (type !== 'dns-01') return { task: 'nothing', declined: method === 'begin' };
    const { challengeRecord } = await import('../challenges/acme-record.js');
    const records = [challengeRecord(identifier, digest)];
    return method === 'begin'
      ? { task: 'present', records, waitsFor: 'its records' }
      : { task: 'cleanup', records };
  },

  config(call) {
    const { file, lines } = wrapper('uacme', call());
    return `${lines}
# 2. Once "uacme new" has made an account (its exit code is 1 if the certificate is not due yet):
uacme --hook ${file} issue example.com '*.example.com'
`;
  },
};
