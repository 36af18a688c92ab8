#!/bin/sh
# Runs the scenario on port 53 of a network of its own: loopback only, with its own resolver.
# Called inside `unshare --user --map-root-user --net --mount`. Arguments: node, script, resolver's address.
set -eu
ip link set lo up
resolv=$(mktemp)
echo "nameserver $3" > "$resolv"
mount --bind "$resolv" /etc/resolv.conf
rm -f "$resolv"
exec "$1" "$2" 53
