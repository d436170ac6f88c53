#!/usr/bin/env bash
# Usage: run.sh <folder of rill and kafka-...>. Kafka's tutorial, with rill's tools against `rill serve`.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=$1
work=$(mktemp -d)
server=

finish() {
  local status=$?
  [ -z "$server" ] || kill -9 "$server" 2>/dev/null || true
  [ "$status" -eq 0 ] || sed 's/^/rill serve: /' "$work/log" >&2
  rm -rf "$work"
}
trap finish EXIT

"$tools/rill" serve --data-dir "$work/data" --listen 127.0.0.1:0 2>"$work/log" &
server=$!
port=
for _ in $(seq 300); do
  port=$(sed -n 's/^.* INFO listening on 127\.0\.0\.1:\([0-9]*\), .*/\1/p' "$work/log")
  [ -z "$port" ] || break
  sleep 0.1
done
[ -n "$port" ] || { echo "FAILED: rill serve does not say that it listens" >&2; exit 1; }
PATH=$tools:$PATH BOOTSTRAP=127.0.0.1:$port DATA_DIR=$work/data "$here/tutorial.sh"
kill -TERM "$server"
wait "$server"
server=
