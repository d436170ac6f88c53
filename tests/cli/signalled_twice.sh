#!/usr/bin/env bash
# Usage: signalled_twice.sh <rill>. `rill console-producer` whose broker answers no more: after one
# signal it goes on trying to send what it read; a second one ends it at once.
set -euo pipefail
rill=$1

# shellcheck source=tests/cli/program_test.sh
source "$(dirname "$0")/program_test.sh"

has_first() {
  "$rill" get-offsets --bootstrap-server "$address" --topic orders 2>/dev/null | grep -qx orders:0:1
}
# All of its threads, which takes a moment.
is_stopped() { ! grep -h '^State:' /proc/"$server"/task/*/status | grep -qv 'T (stopped)'; }
has_ended() { ! kill -0 "$producer" 2>/dev/null; }

"$rill" serve --data-dir "$work/data" --listen 127.0.0.1:0 2>"$work/serve.err" &
server=$!
await 30 grep -q 'listening on' "$work/serve.err" || fail "it does not listen"
address=$(sed -nE 's/.*listening on ([^,]*),.*/\1/p' "$work/serve.err")

mkfifo "$work/lines"
"$rill" console-producer --bootstrap-server "$address" --topic orders --command-property linger.ms=0 \
  <"$work/lines" 2>"$work/producer.err" &
producer=$!
exec 4>"$work/lines"
echo first >&4
await 30 has_first || fail "the first line is not there"

kill -STOP "$server"
await 5 is_stopped || fail "the server does not stop"
echo second >&4
sleep 1
kill -TERM "$producer"
sleep 1
if has_ended; then fail "it does not try to send what it read"; fi
kill -INT "$producer"
await 5 has_ended || fail "a second signal does not end it"
status=0
wait "$producer" || status=$?
[ "$status" -eq 130 ] || fail "exit code $status where 130 is expected"
kill -CONT "$server"
kill -TERM "$server"
wait "$server"
echo "the second signal ended it"
