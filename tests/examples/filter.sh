#!/usr/bin/env bash
# Usage: filter.sh <filter> <python>. kcat and kafka-python against examples/filter: what is refused,
# what is let through, and what is hidden.
set -euo pipefail
filter=$1 python=$2
here=$(dirname "$0")
command -v kcat >/dev/null || { echo "kcat is missing" >&2; exit 1; }

work=$(mktemp -d)
server=

finish() {
  local status=$?
  if [ -n "$server" ]; then
    kill -9 "$server" 2>/dev/null || true
  fi
  [ "$status" -eq 0 ] || cat "$work"/errors "$work"/told >&2 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

"$filter" "$work/data" --listen 127.0.0.1:0 >"$work/output" 2>"$work/errors" &
server=$!
for ((i = 0; i < 600; ++i)); do
  ! grep -q '^port ' "$work/output" || break
  sleep 0.05
done
at=127.0.0.1:$(sed -n 's/^port //p' "$work/output")

# produce <what is told, where it is refused> <kcat options ...>: of the record on standard input
produce() {
  local why=$1 status=0
  shift
  kcat -P -b "$at" -t orders -p 0 -X message.timeout.ms=20000 "$@" >"$work/told" 2>&1 || status=$?
  if [ -z "$why" ]; then
    [ "$status" -eq 0 ] || fail "kcat could not produce"
  else
    [ "$status" -ne 0 ] || fail "kcat could produce what is to be refused"
    grep -q "$why" "$work/told" || fail "kcat was not told: $why"
  fi
}

for codec in none gzip; do
  echo '1:{"city":"seoul"}' | produce "" -K: -z "$codec"
  echo '1:seoul' | produce "failed to validate record" -K: -z "$codec"
  echo '{"city":"seoul"}' | produce "failed to validate record" -z "$codec"
done
echo '1:seoul' | kcat -P -b "$at" -t orders -p 0 -K: -X acks=0 >/dev/null 2>&1 || true
echo '1:[1]' | produce "" -K:

kcat -C -b "$at" -t orders -p 0 -o beginning -e -q -f '%k=%s\n' >"$work/read"
printf '1={"city":"seoul"}\n1={"city":"seoul"}\n1=[1]\n' | diff - "$work/read" ||
  fail "something else was stored than what is allowed"

echo '1:[2]' | kcat -P -b "$at" -t _secret -K: 2>"$work/told"
kcat -L -b "$at" | grep -q 'topic "orders"' || fail "orders is not shown"
! kcat -L -b "$at" | grep -q 'topic "_secret"' || fail "_secret is shown"
kcat -C -b "$at" -t _secret -o beginning -e -q 2>"$work/told" | grep -qx '\[2\]' ||
  fail "_secret cannot be read by who knows its name"

"$python" "$here/filter.py" "$at" || fail "kafka-python"

kill -TERM "$server"
wait "$server" || fail "it did not stop cleanly"
server=
echo "passed"
