#!/bin/sh
# Proves control of domains for as long as a command runs: writes the records of a JSON file, waits until every authoritative name server
# serves them, runs the command (which tells the certificate authority to look, and waits for it), and takes the records away again,
# whatever has happened.
#
#   sh examples/prove.sh examples/challenges.json COMMAND [ARGUMENT...]
#
# Needs domainproof and jq. Credentials come from the environment (see README.md). TIMEOUT is how long to wait for the name servers; default
# 10m. Exit codes are those of domainproof (see packages/cli/README.md), then those of the command.
set -eu

if [ $# -lt 2 ]; then
  echo 'usage: sh prove.sh CHALLENGES.json COMMAND [ARGUMENT...]' >&2
  exit 2
fi
challenges=$1
shift
report=$(mktemp)

remove() {
  code=$?
  trap - EXIT
  # What was written: beside the records, or with the error if writing failed or was interrupted. A value that was there before stays.
  ids=$(jq -r '[.records[]?.lease // empty | select(.created)] + [.error?.leases[]?] | map(.id) | unique | .[]' "$report")
  # Lease ids hold no blanks.
  if [ -n "$ids" ] && ! domainproof remove $ids --quiet >&2; then
    echo 'Records are left; domainproof leases lists them.' >&2
    [ "$code" -ne 0 ] || code=6
  fi
  rm -f "$report"
  exit "$code"
}
trap remove EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM

code=0
domainproof prove --from "$challenges" --timeout "${TIMEOUT:-10m}" --json --quiet > "$report" || code=$?

# Errors are told by domainproof itself, on standard error.
case $code in
  0) ;;
  1)
    echo 'Not visible at every name server:' >&2
    jq -r '.records[] | select(.visible | not) | "  \(.name) \(.type): \([.findings[].message] | join(" "))"' "$report" >&2
    exit 1
    ;;
  3)
    echo 'Check the credentials before the next try: a cloud locks a key that fails too often.' >&2
    exit 3
    ;;
  *)
    [ "$(jq '.error.retryable' "$report")" != true ] || echo 'Trying again later may help.' >&2
    exit "$code"
    ;;
esac

jq -r '.records[] | "\(.name) \(.type) is visible after \(.elapsedMs) ms"' "$report" >&2
"$@"
