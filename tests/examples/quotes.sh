#!/usr/bin/env bash
# Usage: quotes.sh <quotes_writer> <quotes_reader>. The reader follows a writer that is killed on the
# way and started again, and gets every quote once and in order (it fails where one is not).
set -euo pipefail
writer=$1 reader=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
quotes=50000

"$reader" "$folder/data" $quotes &
reading=$!
for ((kill = 0; kill < 5; ++kill)); do
  "$writer" "$folder/data" $quotes &
  writing=$!
  sleep 0.0$((RANDOM % 9 + 1))
  kill -9 $writing 2>/dev/null || true
  wait $writing 2>/dev/null || true
done
"$writer" "$folder/data" $quotes
wait $reading
