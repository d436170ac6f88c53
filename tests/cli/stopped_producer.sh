#!/usr/bin/env bash
# Usage: stopped_producer.sh <rill>. `rill console-producer` that a signal ends while its input goes
# on: what comes behind is not read, and not told of line by line.
set -euo pipefail
rill=$1

work=$(mktemp -d)
producer=

finish() {
  local status=$?
  if [ -n "$producer" ]; then
    kill -9 "$producer" 2>/dev/null || true
  fi
  [ "$status" -eq 0 ] || head -n 20 "$work/err" >&2
  rm -rf "$work"
}
trap finish EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

mkdir "$work/data"
mkfifo "$work/lines"
: >"$work/err"
"$rill" console-producer --data-dir "$work/data" --topic orders <"$work/lines" 2>"$work/err" &
producer=$!
yes line >"$work/lines" 2>/dev/null &

for ((i = 0; i < 300; ++i)); do
  [ ! -s "$work/data/orders-0/00000000000000000000.log" ] || break
  kill -0 "$producer" 2>/dev/null || fail "it has ended"
  sleep 0.1
done
kill -TERM "$producer"
status=0
wait "$producer" || status=$?
producer=
[ "$status" -eq 143 ] || fail "exit code $status where 143 is expected"

# Two for the line that was being sent at that moment.
told=$(wc -l <"$work/err")
echo "$told lines are told of"
[ "$told" -le 2 ] || fail "it tells of lines that it was not to read"
