#!/usr/bin/env bash
# Kills examples/flights at random moments, some of them between counting and commit, then lets it
# run to the end: the totals must be exact.
#
#   flights_kills.sh <flights> <flights-2001-q1.csv.zst> [how many kills, 50]
set -euo pipefail
source "$(dirname "$0")/kills.sh"
flights=$1 csv=$2 kills=${3:-50}

run=("$flights" "$work/data" --csv "$csv")
# Slow enough that no run reaches the end before its kill.
slow=("${run[@]}" --stretch 40)

# What the table says of an airport, or of all.
expect_line() {
  grep -qE "$1" "$work/output" || fail "the last run did not print: $1"
}

expect_totals() {
  expect_line ' PHX +15186 +10\.816 '
  expect_line '^59 airports, 231083 flights, sum of delays 1852020$'
}

for ((kill = 1; kill <= kills; ++kill)); do
  if ((RANDOM % 3 == 0)); then
    polls=$((RANDOM % 40))
    how="between counting and commit of poll $polls"
    die_alone "${slow[@]}" --die-after-polls "$polls"
  else
    milliseconds=$((RANDOM % 400))
    how="after $milliseconds ms"
    kill_after "$(printf '0.%03d' "$milliseconds")" "${slow[@]}"
  fi
  [ "$status" -eq 137 ] || fail "kill $kill, $how: ended with status $status by itself"
  expect_no_errors "kill $kill, $how"
done
echo "killed $kills times"

for run_to_the_end in first again; do
  timeout 300 "${run[@]}" >"$work/output" 2>>"$work/errors" ||
    fail "the run to the end ($run_to_the_end) failed"
  expect_no_errors "the run to the end ($run_to_the_end)"
  expect_totals
done
grep -oE ' PHX[^|]+|.*airports,.*' "$work/output"
