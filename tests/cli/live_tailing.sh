#!/usr/bin/env bash
# Usage: live_tailing.sh <rill>. `rill console-consumer` of a folder that another process writes: it
# prints what is appended, to topics that were there when it began and to those that came later.
set -euo pipefail
rill=$1

# shellcheck source=tests/cli/program_test.sh
source "$(dirname "$0")/program_test.sh"

# wait_for <line> <file>
wait_for() {
  await 30 grep -qx "$1" "$2" || fail "\"$1\" does not come; what came: $(cat "$2")"
}

# The writer keeps the folder until its input ends.
mkdir "$work/data"
mkfifo "$work/lines"
"$rill" console-producer --data-dir "$work/data" --topic orders-1 --sync <"$work/lines" \
  2>"$work/writer.err" &
writer=$!
exec 4>"$work/lines"
echo first >&4
await 30 test -s "$work/data/orders-1-0/00000000000000000000.log" || fail "nothing is written"

"$rill" console-consumer --data-dir "$work/data" --include 'orders-.*' --from-beginning \
  >"$work/read" 2>"$work/reader.err" 4>&- &
reader=$!
wait_for first "$work/read"
echo second >&4
wait_for second "$work/read"
exec 4>&-
wait "$writer"

# By the next process that has the folder.
echo third | "$rill" console-producer --data-dir "$work/data" --topic orders-1 2>"$work/writer.err"
wait_for third "$work/read"
echo fourth | "$rill" console-producer --data-dir "$work/data" --topic orders-2 2>"$work/writer.err"
wait_for fourth "$work/read"

kill -TERM "$reader"
status=0
wait "$reader" || status=$?
[ "$(cat "$work/read")" = "$(printf 'first\nsecond\nthird\nfourth')" ] ||
  fail "it printed $(cat "$work/read")"
grep -q "Processed a total of 4 messages" "$work/reader.err" || fail "it does not count what it read"
