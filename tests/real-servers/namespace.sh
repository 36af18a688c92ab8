#!/bin/sh
# Runs the scenario on port 53 of a network of its own: loopback only, with its own resolver.
# Called inside `unshare --user --map-root-user --net --mount`. Arguments: the resolver's address, node, script, and what follows the port.
set -eu
ip link set lo up
resolv=$(mktemp)
echo "nameserver $1" > "$resolv"
mount --bind "$resolv" /etc/resolv.conf
rm -f "$resolv"
node=$2 script=$3
shift 3
exec "$node" "$script" 53 "$@"
