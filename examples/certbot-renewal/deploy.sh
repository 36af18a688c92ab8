#!/bin/sh
# Reloads what serves a certificate, if the certificate is another one than at the last reload. certbot calls it as its deploy hook after
# each certificate that it got; it can be run by hand too:
#
#   RENEWED_LINEAGE=/etc/letsencrypt/live/example.com sh examples/certbot-renewal/deploy.sh
#
#   SERVICES   units that systemctl reloads, with blanks between; default: nginx
#   DEPLOYED   folder that remembers what was reloaded; default: /var/lib/certbot-deployed
set -eu

lineage=${RENEWED_LINEAGE:?is the folder of the certificate, and certbot sets it}
deployed=${DEPLOYED:-/var/lib/certbot-deployed}
seen=$deployed/$(basename "$lineage").sha256

sum=$(sha256sum < "$lineage/fullchain.pem")
if [ -f "$seen" ] && [ "$(cat "$seen")" = "$sum" ]; then
  exit 0
fi
for service in ${SERVICES:-nginx}; do
  systemctl reload "$service"
done
# Only now: after a reload that failed, the next call tries again.
mkdir -p "$deployed"
printf '%s\n' "$sum" > "$seen"
echo "reloaded ${SERVICES:-nginx} for $(basename "$lineage")"
