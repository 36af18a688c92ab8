#!/bin/sh
# Gets a certificate for a domain and all names right below it from certbot. certbot keeps the hooks with the certificate, so from then on
# its own timer, or renew.sh beside this file, renews it.
#
#   sh examples/certbot-renewal/obtain.sh example.com admin@example.com [CERTBOT_FLAG...]
#
# Needs certbot and domainproof. Running it means that you agree to the authority's terms of service. Credentials for DNS come from the
# environment (see README.md), also at renewals; for a timer it is easier to name them in /etc/domainproof/config.json, and to have
# `domainproof hook certbot --config /etc/domainproof/config.json --print-config` print the hooks.
set -eu

if [ $# -lt 2 ]; then
  echo 'usage: sh obtain.sh DOMAIN EMAIL [CERTBOT_FLAG...]' >&2
  exit 2
fi
domain=$1
email=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)

exec certbot certonly --non-interactive --agree-tos --email "$email" \
  --manual --preferred-challenges dns \
  --manual-auth-hook 'domainproof hook certbot auth' \
  --manual-cleanup-hook 'domainproof hook certbot cleanup' \
  --deploy-hook "'$here/deploy.sh'" \
  --cert-name "$domain" -d "$domain" -d "*.$domain" "$@"
