#!/bin/sh
# Renews all certificates that are due, reloads servers for those that changed (also where an earlier reload failed), and tells which
# challenge records are left over. For a timer, or for cron, which sends what it prints:
#
#   17 3 * * *  root  /opt/certbot-renewal/renew.sh
#
# Needs certbot, domainproof and jq. What follows goes to certbot renew.
#
#   LIVE         certbot's folder of certificates; default: /etc/letsencrypt/live
#   OLDER_THAN   age from which a record counts as left over; default: 1h
#   SERVICES, DEPLOYED: see deploy.sh
#
# Exit code: 0 if all went well and nothing is left over.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
code=0

certbot renew --quiet "$@" || code=$?

for lineage in "${LIVE:-/etc/letsencrypt/live}"/*/; do
  [ -f "$lineage/fullchain.pem" ] || continue
  RENEWED_LINEAGE=${lineage%/} "$here/deploy.sh" || code=1
done

leases=$(domainproof leases --older-than "${OLDER_THAN:-1h}" --json)
if [ "$(printf '%s' "$leases" | jq '.leases | length')" -gt 0 ]; then
  echo 'Challenge records are left over:'
  printf '%s' "$leases" | jq -r '.leases[] | "  \(.name) since \(.createdAt); take it away with: domainproof remove \(.id)"'
  code=1
fi
exit "$code"
