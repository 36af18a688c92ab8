import { notACall } from './clients.js';
import type { HookClient } from './contract.js';

/**
 * acme.sh's DNS API: a file of functions `dns_NAME_add` and `dns_NAME_rm`, each called with the full name and the value. It adds all
 * records of a certificate one after the other and validates afterwards, but says of no call that it is the last one, so each waits
 * for its own record. A record whose add failed is not among those that it removes: `issue` in acme.sh.
 */
export const acmeSh: HookClient = {
  name: 'acme.sh',
  usage: 'add|rm NAME VALUE',
  forgetsFailures: true,

  async read([action, name, value, ...more]) {
    if (action !== 'add' && action !== 'rm')
      throw notACall(acmeSh, action === undefined ? 'There are no words.' : `"${action}" is no action.`);
    if (name === undefined || value === undefined || more.length > 0)
      throw notACall(acmeSh, 'There must be two words behind the action.');
    const { digestRecord } = await import('../challenges/acme-record.js');
    const records = [digestRecord(name, value)];
    return action === 'add'
      ? { task: 'present', records, waitsFor: 'its records' }
      : { task: 'cleanup', records };
  },

  config: (call) => `#!/usr/bin/env sh
# shellcheck disable=SC2034
# The DNS API of domainproof for acme.sh. Save this text as ~/.acme.sh/dnsapi/dns_domainproof.sh, then:
#
#   acme.sh --issue --dns dns_domainproof --dnssleep 0 -d example.com -d '*.example.com'
#
# --dnssleep 0: dns_domainproof_add returns when every name server shows the value, so there is nothing left to wait for.
# DOMAINPROOF_CONFIG and DOMAINPROOF_JOURNAL, if they are set, are kept in acme.sh's account.conf for its cron job.
dns_domainproof_info='domainproof
Site: Huawei Cloud DNS, Alibaba Cloud DNS, name servers with dynamic update
Options:
 DOMAINPROOF_CONFIG Config file. Optional.
 DOMAINPROOF_JOURNAL File of the leases. Optional.
'

# Usage: dns_domainproof_add _acme-challenge.www.example.com VALUE
dns_domainproof_add() {
  _domainproof_keep DOMAINPROOF_CONFIG
  _domainproof_keep DOMAINPROOF_JOURNAL
  ${call('add')} "$1" "$2"
}

# Usage: dns_domainproof_rm _acme-challenge.www.example.com VALUE
dns_domainproof_rm() {
  _domainproof_keep DOMAINPROOF_CONFIG
  _domainproof_keep DOMAINPROOF_JOURNAL
  ${call('rm')} "$1" "$2"
}

# Usage: _domainproof_keep NAME
_domainproof_keep() {
  eval "_domainproof_value=\\"\\\${$1:-}\\""
  [ -n "$_domainproof_value" ] || _domainproof_value="$(_readaccountconf_mutable "$1")"
  [ -n "$_domainproof_value" ] || return 0
  _saveaccountconf_mutable "$1" "$_domainproof_value"
  export "$1=$_domainproof_value"
}
`,
};
