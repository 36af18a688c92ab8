import { notACall } from './clients.js';
import type { HookClient } from './contract.js';
import { wrapper } from './wrapper.js';

const NAME = 'lego';
const USAGE =
  'present|cleanup FQDN DIGEST, or with EXEC_MODE=RAW present|cleanup -- DOMAIN TOKEN KEY_AUTHORIZATION';

/**
 * lego's provider `exec`. It presents one name, has it validated and cleans up before it comes to the next one, and it calls cleanup
 * also for a name whose present failed. Its modes are told apart by their words, so that EXEC_MODE need not be passed on.
 *
 * Beside the two actions lego 1 and 2 asked for `timeout`; a program that fails then has lego use its own times, and these do, as
 * present returns when every name server shows the value.
 */
export const lego: HookClient = {
  name: NAME,
  usage: USAGE,

  async read([action, ...words]) {
    if (action !== 'present' && action !== 'cleanup')
      throw notACall(lego, action === undefined ? 'There are no words.' : `"${action}" is no action.`);
    const record = await recordOf(words);
    return action === 'present'
      ? { task: 'present', records: [record], waitsFor: 'its records' }
      : { task: 'cleanup', records: [record] };
  },

  config(call) {
    const { file, lines } = wrapper(NAME, call());
    return `${lines}
# 2. The program waits until every name server shows the value, so lego need not look itself, nor wait between two names.
#    Newer versions of lego 4 call the last flag --dns.propagation-disable-ans, lego 5 --dns.propagation.disable-ans.
EXEC_PATH=${file} EXEC_SEQUENCE_INTERVAL=0 \\
  lego --accept-tos --email you@example.com --dns exec --dns.disable-cp -d example.com -d '*.example.com' run
`;
  },
};

/** Old versions put `--` behind the domain, or before the words of the default mode too, and said the TTL behind the value. */
async function recordOf(words: readonly string[]) {
  const { challengeRecord, digestOf, digestRecord } = await import('../challenges/acme-record.js');
  const [name, second, third, ...more] = words.filter((word, index) => word !== '--' || index > 1);
  if (name === undefined || second === undefined || more.length > 0)
    throw notACall(lego, `There are ${words.length} words behind the action.`);
  if (third === undefined || /^\d+$/.test(third)) return digestRecord(name, second);
  return challengeRecord(name, digestOf(third));
}
