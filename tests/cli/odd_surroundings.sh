#!/usr/bin/env bash
# Usage: odd_surroundings.sh <rill>. What a shell can take away from the program: files of any size,
# and the standard streams.
set -euo pipefail
rill=$1

# shellcheck source=tests/cli/program_test.sh
source "$(dirname "$0")/program_test.sh"

mkdir "$work/limited" "$work/closed"

# SIGXFSZ would end it without a word, and with status 153. As Kafka's it goes on, and tells of each
# record that was not stored.
seq 80000 | sed 's/.*/a line of an input/' >"$work/lines"
status=0
(
  ulimit -f 1024
  "$rill" console-producer --data-dir "$work/limited" --topic orders <"$work/lines" \
    2>"$work/limited.err"
) || status=$?
[ "$status" -eq 0 ] || fail "exit code $status at the limit of a file's size, where 0 is expected"
grep -q "orders-0/.*ulimit -f" "$work/limited.err" || fail "it does not name what could not be written"
"$rill" console-consumer --data-dir "$work/limited" --topic orders --from-beginning \
  --timeout-ms 100 >"$work/read" 2>/dev/null || true
[ "$(uniq "$work/read")" = "a line of an input" ] || fail "what was written before is not read"

# The first file that is opened would be standard error, and get what is told of.
echo line | "$rill" console-producer --data-dir "$work/closed" --topic orders >&- 2>&-
"$rill" console-producer --data-dir "$work/closed" --topic orders <&- >&- 2>&-
[ ! -s "$work/closed/.lock" ] || fail ".lock holds what was printed: $(cat "$work/closed/.lock")"
"$rill" console-consumer --data-dir "$work/closed" --topic orders --from-beginning \
  --max-messages 1 --timeout-ms 1000 >"$work/read" 2>"$work/closed.err"
[ "$(cat "$work/read")" = line ] || fail "the line is not read"

status=0
"$rill" console-producer --data-dir "$work/closed" --topic orders <"$work" 2>"$work/folder.err" || status=$?
[ "$status" -eq 1 ] || fail "exit code $status where standard input is a folder, where 1 is expected"
grep -q "standard input cannot be read: Is a directory" "$work/folder.err" || fail "it does not say why"
