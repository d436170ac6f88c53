#!/usr/bin/env bash
# Usage: stopped_producer.sh <rill>. `rill console-producer` that a signal ends while its input goes
# on: what comes behind is not read, and not told of line by line.
set -euo pipefail
rill=$1

# shellcheck source=tests/cli/program_test.sh
source "$(dirname "$0")/program_test.sh"

mkdir "$work/data"
mkfifo "$work/lines"
: >"$work/producer.err"
"$rill" console-producer --data-dir "$work/data" --topic orders <"$work/lines" 2>"$work/producer.err" &
producer=$!
yes line >"$work/lines" 2>/dev/null &

has_written() {
  kill -0 "$producer" 2>/dev/null || fail "it has ended"
  [ -s "$work/data/orders-0/00000000000000000000.log" ]
}
await 30 has_written || fail "nothing is written"
kill -TERM "$producer"
status=0
wait "$producer" || status=$?
[ "$status" -eq 143 ] || fail "exit code $status where 143 is expected"

# Two for the line that was being sent at that moment.
told=$(wc -l <"$work/producer.err")
echo "$told lines are told of"
[ "$told" -le 2 ] || fail "it tells of lines that it was not to read"
