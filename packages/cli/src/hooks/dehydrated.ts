import type { Environment } from '@domainproof/core';
import { notACall } from './clients.js';
import type { HookClient, HookTask, Run } from './contract.js';
import { processGroup } from './process-group.js';
import { wrapper } from './wrapper.js';

const NOTHING: HookTask = { task: 'nothing' };

/**
 * dehydrated's HOOK. It deploys all names of a certificate before the authority looks at any of them: in one call with
 * HOOK_CHAIN=yes, else in one call each, of which none is told to be the last. Names of hooks that are not known are to be passed
 * over: dehydrated calls one on purpose.
 *
 * Where it fails between deploying and cleaning, as on an answer of the authority that it does not like, it calls no clean_challenge
 * but still exit_hook (`_exiterr` in dehydrated), with `--keep-going` at the very end.
 */
export const dehydrated: HookClient = {
  name: 'dehydrated',
  usage: 'deploy_challenge|clean_challenge DOMAIN TOKEN DIGEST [DOMAIN TOKEN DIGEST …]',

  async read([hook, ...words], environment) {
    if (hook === undefined) throw notACall(dehydrated, 'There are no words.');
    if (hook === 'exit_hook') {
      const run = await runOf(environment);
      return run ? { task: 'cleanup of run', run } : NOTHING;
    }
    if (hook !== 'deploy_challenge' && hook !== 'clean_challenge') return NOTHING;
    const records = await recordsOf(words);
    const run = await runOf(environment);
    return hook === 'deploy_challenge'
      ? { task: 'present', records, run, waitsFor: 'its records' }
      : { task: 'cleanup', records, run };
  },

  config(call) {
    const { file, lines } = wrapper('dehydrated', call());
    return `${lines}
# 2. Its settings. Where the config of dehydrated names no CONFIG_D, they go there:
cat > /etc/dehydrated/conf.d/domainproof.sh <<'END'
CHALLENGETYPE=dns-01
HOOK=${file}
# All names of a certificate in one call: one write for each record set, and one wait.
HOOK_CHAIN=yes
END

# 3. Once "dehydrated --register --accept-terms" has made an account, and domains.txt has the line "example.com *.example.com":
dehydrated --cron
`;
  },
};

async function recordsOf(words: readonly string[]) {
  if (words.length === 0 || words.length % 3 !== 0)
    throw notACall(dehydrated, `There are ${words.length} words behind the hook's name.`);
  const { challengeRecord } = await import('../challenges/acme-record.js');
  const firsts = words.flatMap((_, index) => (index % 3 === 0 ? [index] : []));
  return firsts.map((index) => challengeRecord(words[index]!, words[index + 2]!));
}

/**
 * The hooks of one process of dehydrated, which handles one certificate after the other. Processes that run side by side (with
 * --lockfile-suffix) lie in process groups of their own; where these cannot be told, nothing is remembered.
 */
async function runOf({ BASEDIR: folder }: Environment): Promise<Run | undefined> {
  const group = await processGroup();
  return group === undefined || !folder ? undefined : { key: ['dehydrated', group, folder], begins: false };
}
