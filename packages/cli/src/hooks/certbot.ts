import type { Environment } from '@domainproof/core';
import { UsageError } from '../errors.js';
import { notACall } from './clients.js';
import type { HookClient, Run } from './contract.js';
import { processGroup } from './process-group.js';

/**
 * certbot's plugin `manual`. It calls the auth hooks of all names of a certificate before the authority looks at any of them, then
 * the cleanup hooks, and says what is meant in variables: `perform` and `cleanup` in certbot/_internal/plugins/manual.py.
 */
export const certbot: HookClient = {
  name: 'certbot',
  usage: 'auth|cleanup, with CERTBOT_DOMAIN and CERTBOT_VALIDATION in the environment',
  warnsOfOutput: true,
  afterFailure:
    'certbot goes on after an auth hook that failed: it asks the authority, which will refuse this name.',

  async read([word, ...more], environment) {
    if ((word !== undefined && word !== 'auth' && word !== 'cleanup') || more.length > 0)
      throw notACall(certbot, `"${more[0] ?? word}" is no word of it.`);
    const { CERTBOT_DOMAIN: domain, CERTBOT_VALIDATION: validation } = environment;
    if (!domain || !validation)
      throw notACall(certbot, 'CERTBOT_DOMAIN or CERTBOT_VALIDATION is not in the environment.');
    const { challengeRecord } = await import('../challenges/acme-record.js');
    const record = challengeRecord(domain, validation);
    const isCleanup = word === undefined ? hasRun(validation, environment) : word === 'cleanup';
    const remaining = remainingChallenges(environment);
    const run = await runOf(environment, remaining);
    if (isCleanup) return { task: 'cleanup', records: [record], run };
    const told = { name: record.name, value: record.value };
    return { task: 'present', records: [record], run, waitsFor: remaining > 0 ? 'nothing' : 'the run', told };
  },

  config: (call) => `# certbot keeps the hooks with the certificate, and calls them at each "certbot renew":
certbot certonly --manual --preferred-challenges dns \\
  --manual-auth-hook ${quoted(call('auth'))} \\
  --manual-cleanup-hook ${quoted(call('cleanup'))} \\
  -d example.com -d '*.example.com'

# A certificate that is there already gets them in /etc/letsencrypt/renewal/NAME.conf, under [renewalparams]:
#   authenticator = manual
#   pref_challs = dns-01,
#   manual_auth_hook = ${call('auth')}
#   manual_cleanup_hook = ${call('cleanup')}
`,
};

/**
 * Whether the auth hook for this value has run. The variable alone does not tell: where one process renews several certificates, the
 * output of an earlier one's hook still stands there. So the auth hook says its value before it does anything.
 */
function hasRun(validation: string, { CERTBOT_AUTH_OUTPUT: said = '' }: Environment): boolean {
  return said.includes(validation);
}

/** How many auth hooks of the certificate come after this one. Old versions do not say, and each hook waits. */
function remainingChallenges({ CERTBOT_REMAINING_CHALLENGES: text }: Environment): number {
  if (!text) return 0;
  if (!/^\d{1,6}$/.test(text))
    throw new UsageError(`CERTBOT_REMAINING_CHALLENGES takes a number, not "${text}".`);
  return Number(text);
}

/** The hooks for one certificate in one process of certbot. */
async function runOf(
  { CERTBOT_ALL_DOMAINS: domains }: Environment,
  remaining: number,
): Promise<Run | undefined> {
  if (!domains) return undefined;
  const group = (await processGroup()) ?? '';
  return { key: ['certbot', group, domains], begins: remaining === domains.split(',').length - 1 };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
